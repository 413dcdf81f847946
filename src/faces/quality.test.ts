import { describe, expect, it } from 'vitest'
import { cropSide } from './networks/face-networks.ts'
import { faceQuality, flawsOf } from './quality.ts'
import { seenFace } from './testing/posed-face.ts'

const well = { heightPx: 200, sharpness: 0.9, light: 0.5, turn: 5, cut: 0, covered: 0.01 }

/** Stripes of this width, between two shades. */
function stripes(width: number, dark = 0.3, bright = 0.7): Float32Array {
  return Float32Array.from({ length: cropSide * cropSide * 3 }, (_, index) => {
    const column = Math.floor(index / 3) % cropSide
    return dark + (bright - dark) * (0.5 + 0.5 * Math.sin((column * Math.PI) / width))
  })
}

function quality(crop: Float32Array, pose = { x: 320, y: 240, scale: 10 }) {
  return faceQuality({
    ...seenFace(pose),
    crop,
    head: { yaw: 0, pitch: 0, roll: 0 },
    picture: { width: 640, height: 480 },
    isStill: false,
  })
}

describe('faceQuality', () => {
  it('tells fine detail from blur, whatever the light and contrast', () => {
    const sharp = quality(stripes(4)).sharpness
    expect(sharp).toBeGreaterThan(0.8)
    expect(quality(stripes(4, 0.2, 0.3)).sharpness).toBeCloseTo(sharp, 1)
    expect(quality(stripes(30))).toMatchObject({ flaws: ['blurred'] })
  })

  it('tells light, and how much of the face lies outside the picture', () => {
    expect(quality(stripes(4)).light).toBeCloseTo(0.5, 1)
    expect(quality(stripes(4)).cut).toBe(0)
    expect(quality(stripes(4), { x: 0, y: 240, scale: 10 }).cut).toBeCloseTo(0.5, 1)
    expect(quality(stripes(4), { x: 0, y: 240, scale: 10 }).flaws).toContain('cut-off')
  })

  it('measures the height from hairline to chin', () => {
    expect(quality(stripes(4)).heightPx).toBeGreaterThan(150)
    expect(quality(stripes(4), { x: 320, y: 240, scale: 2 }).flaws).toContain('small')
  })

  it('tells how far the head is turned, to either side or up', () => {
    const turned = (head: { yaw: number; pitch: number }) =>
      faceQuality({
        ...seenFace({ x: 320, y: 240, scale: 10 }),
        crop: stripes(4),
        head: { ...head, roll: 0 },
        picture: { width: 640, height: 480 },
        isStill: false,
      })
    expect(turned({ yaw: -50, pitch: 0 }).turn).toBeCloseTo(50)
    expect(turned({ yaw: 0, pitch: 50 }).flaws).toEqual(['turned-away'])
  })
})

describe('flawsOf', () => {
  it('finds none in a face that is seen well', () => {
    expect(flawsOf(well, false)).toEqual([])
  })

  it('names the worst first', () => {
    expect(flawsOf({ ...well, heightPx: 40, light: 0.03 }, true)).toEqual(['dark', 'small', 'still'])
    expect(flawsOf({ ...well, covered: 0.4, turn: 42 }, false)).toEqual(['covered', 'turned-away'])
  })
})
