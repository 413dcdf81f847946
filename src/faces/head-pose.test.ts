import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headPose } from './head-pose.ts'
import { posedPoints } from './testing/posed-face.ts'

const face = { x: 300, y: 200, scale: 9 }

describe('headPose', () => {
  it.each([
    ['to the picture’s right', { yaw: 30 }, { yaw: 30, pitch: 0, roll: 0 }],
    ['up', { pitch: 20 }, { yaw: 0, pitch: 20, roll: 0 }],
    ['clockwise', { roll: 25 }, { yaw: 0, pitch: 0, roll: 25 }],
  ])('is told for a head turned %s', (_, turned, expected) => {
    const pose = headPose(posedPoints({ ...face, ...turned }))
    expect(pose.yaw).toBeCloseTo(expected.yaw, 2)
    expect(pose.pitch).toBeCloseTo(expected.pitch, 2)
    expect(pose.roll).toBeCloseTo(expected.roll, 2)
  })

  it('moves the nose to the right for yaw, up for pitch, and the right eye down for roll', () => {
    const [nose, leftEye, rightEye] = [4, 33, 263]
    const at = (points: Float32Array, landmark: number, axis: number) => points[3 * landmark + axis] ?? 0
    const rest = posedPoints(face)
    expect(at(posedPoints({ ...face, yaw: 20 }), nose, 0)).toBeGreaterThan(at(rest, nose, 0) + 5)
    expect(at(posedPoints({ ...face, pitch: 20 }), nose, 1)).toBeLessThan(at(rest, nose, 1) - 5)
    const rolled = posedPoints({ ...face, roll: 20 })
    expect(at(rolled, rightEye, 1)).toBeGreaterThan(at(rolled, leftEye, 1) + 5)
  })

  it('finds any turn, whatever the place and size of the face', () => {
    const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true })
    fc.assert(
      fc.property(
        degrees(60),
        degrees(45),
        degrees(80),
        fc.double({ min: 1, max: 40, noNaN: true }),
        (yaw, pitch, roll, scale) => {
          const pose = headPose(posedPoints({ x: 700, y: 90, scale, yaw, pitch, roll }))
          expect(Math.abs(pose.yaw - yaw)).toBeLessThan(0.05)
          expect(Math.abs(pose.pitch - pitch)).toBeLessThan(0.05)
          expect(Math.abs(pose.roll - roll)).toBeLessThan(0.05)
        },
      ),
    )
  })
})
