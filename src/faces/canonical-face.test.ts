import { describe, expect, it } from 'vitest'
import { canonicalPoints, poseWeights } from './canonical-face.ts'
import { blendshapeLandmarks, blendshapeNames } from './networks/blendshapes.ts'
import { anchorCentre, anchorCount } from './networks/detector-anchors.ts'
import { blendshapeCount, blendshapeLandmarkCount, landmarkCount } from './networks/face-networks.ts'

const x = (landmark: number) => canonicalPoints[3 * landmark]
const y = (landmark: number) => canonicalPoints[3 * landmark + 1]

describe('the canonical face', () => {
  it('has its left eye where x is positive, and its brow above its chin', () => {
    expect(canonicalPoints).toHaveLength(468 * 3)
    expect(x(263)).toBeGreaterThan(4)
    expect(x(33)).toBeCloseTo(-x(263), 3)
    expect(y(10)).toBeGreaterThan(y(152) + 15)
  })

  it('weighs 33 of its points for the pose', () => {
    expect(poseWeights).toHaveLength(33)
    expect(poseWeights.every(([landmark, weight]) => landmark < 468 && weight > 0 && weight < 0.2)).toBe(true)
  })
})

describe('what the networks take and give', () => {
  it('has a name for each blendshape and a landmark for each input point', () => {
    expect(new Set(blendshapeNames).size).toBe(blendshapeCount)
    expect(new Set(blendshapeLandmarks).size).toBe(blendshapeLandmarkCount)
    expect(blendshapeLandmarks.every((each) => each < landmarkCount)).toBe(true)
  })

  it('lays the anchors row by row', () => {
    expect(anchorCount).toBe(2304)
    expect(anchorCentre(0)).toEqual([2, 2])
    expect(anchorCentre(49)).toEqual([6, 6])
    expect(anchorCentre(2303)).toEqual([190, 190])
  })
})
