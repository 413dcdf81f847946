import { describe, expect, it } from 'vitest'
import { type DetectedFace, detectedFaces, suppressed } from './detections.ts'
import { anchorCentre, anchorCount } from './networks/detector-anchors.ts'

function face(x: number, score: number, width = 40): DetectedFace {
  return { box: { x, y: 10, width, height: 40 }, leftEye: { x: x + 10, y: 20 }, rightEye: { x: x + 30, y: 20 }, score }
}

describe('suppressed', () => {
  it('makes one face of those that overlap by more than 0.3, weighted by their scores', () => {
    const [kept, ...others] = suppressed([face(10, 0.6), face(14, 0.9), face(200, 0.7)])
    expect(others.map(({ box }) => box.x)).toEqual([200])
    expect(kept?.score).toBe(0.9)
    expect(kept?.box.x).toBeCloseTo((10 * 0.6 + 14 * 0.9) / 1.5)
    expect(kept?.leftEye.x).toBeCloseTo(10 + (10 * 0.6 + 14 * 0.9) / 1.5)
  })

  it('keeps neighbors that overlap by less', () => {
    expect(suppressed([face(10, 0.9), face(35, 0.8)])).toHaveLength(2)
  })
})

describe('detectedFaces', () => {
  it('decodes boxes and eyes relative to their anchors, into pixels of the picture', () => {
    const boxes = new Float32Array(anchorCount * 16)
    const scores = new Float32Array(anchorCount).fill(-5)
    const anchor = 1000
    scores[anchor] = 2
    boxes.set([1, 2, 30, 40, -8, -6, 8, -6], 16 * anchor)
    const [x, y] = anchorCentre(anchor)
    const found = detectedFaces({ boxes, scores }, { pixels: new Float32Array(0), scale: 2, x: 100, y: -50 })
    expect(found).toHaveLength(1)
    const expected = { x: 100 + 2 * (x + 1 - 15), y: -50 + 2 * (y + 2 - 20), width: 60, height: 80 }
    for (const [name, value] of Object.entries(expected))
      expect(found[0]?.box).toHaveProperty(name, expect.closeTo(value, 6))
    expect(found[0]?.leftEye).toEqual({ x: 100 + 2 * (x - 8), y: -50 + 2 * (y - 6) })
    expect(found[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-2)))
  })
})
