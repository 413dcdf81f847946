import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxOfLandmarks, overlap, regionOfBox, regionOfLandmarks, toPicture } from './region.ts'
import { posedPoints } from './testing/posed-face.ts'

describe('regions', () => {
  it('surround a detected face one and a half times, turned as its eyes', () => {
    const region = regionOfBox({ x: 100, y: 50, width: 80, height: 60 }, { x: 120, y: 70 }, { x: 160, y: 110 })
    expect(region).toMatchObject({ x: 140, y: 80, side: 120 })
    expect(region.angle).toBeCloseTo(Math.PI / 4)
  })

  it('do not change in size with the tilt of the head', () => {
    const upright = regionOfLandmarks(posedPoints({ x: 300, y: 200, scale: 10 }))
    fc.assert(
      fc.property(fc.double({ min: -80, max: 80, noNaN: true }), (roll) => {
        const tilted = regionOfLandmarks(posedPoints({ x: 300, y: 200, scale: 10, roll }))
        expect(tilted.side / upright.side).toBeCloseTo(1, 3)
        expect((tilted.angle * 180) / Math.PI).toBeCloseTo(roll, 2)
      }),
    )
  })

  it('bring points of their crop to the picture and back', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        number(0, 900),
        number(0, 900),
        number(20, 600),
        number(-3, 3),
        number(0, 256),
        number(0, 256),
        (x, y, side, angle, u, v) => {
          const [pictureX = 0, pictureY = 0, depth = 0] = toPicture(
            Float32Array.of(u, v, 25.6),
            { x, y, side, angle },
            256,
          )
          const [right, down] = [pictureX - x, pictureY - y]
          const back = [
            right * Math.cos(angle) + down * Math.sin(angle),
            down * Math.cos(angle) - right * Math.sin(angle),
          ]
          expect((back[0] ?? 0) * (256 / side) + 128).toBeCloseTo(u, 1)
          expect((back[1] ?? 0) * (256 / side) + 128).toBeCloseTo(v, 1)
          expect(depth).toBeCloseTo(side / 10, 1)
        },
      ),
    )
  })

  it('overlap by the share of their union', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 }
    expect(overlap(box, box)).toBe(1)
    expect(overlap(box, { ...box, x: 5 })).toBeCloseTo(1 / 3)
    expect(overlap(box, { ...box, x: 10 })).toBe(0)
    const around = boxOfLandmarks(posedPoints({ x: 300, y: 200, scale: 10 }))
    expect(around.x).toBeLessThan(300)
    expect(around.x + around.width).toBeGreaterThan(300)
  })
})
