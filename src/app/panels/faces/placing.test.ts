import { describe, expect, it } from 'vitest'
import type { FacesMoment, MeasuredFace } from '../../../affect/measures.ts'
import { faceAt, type Placing, placeBox, placePoint, placingOf } from './placing.ts'

const wide = { width: 1280, height: 720 }

function placing(element: { width: number; height: number }, isMirrored = false): Placing {
  const placed = placingOf(element, wide, isMirrored)
  if (!placed) throw new Error('no placing')
  return placed
}

describe('where the picture lies in its element', () => {
  it('leaves bars above and below where the element is too high', () => {
    expect(placing({ width: 640, height: 400 })).toEqual({
      left: 0,
      top: 20,
      width: 640,
      height: 360,
      scale: 0.5,
      isMirrored: false,
    })
  })

  it('leaves bars on both sides where the element is too wide', () => {
    expect(placing({ width: 1000, height: 360 })).toMatchObject({ left: 180, top: 0, width: 640, scale: 0.5 })
  })

  it('is nowhere while the element or the picture has no size', () => {
    expect(placingOf({ width: 0, height: 0 }, wide, false)).toBeUndefined()
    expect(placingOf({ width: 100, height: 100 }, { width: 0, height: 0 }, false)).toBeUndefined()
  })
})

describe('a box of the picture', () => {
  const box = { x: 100, y: 40, width: 200, height: 300 }

  it('is scaled and moved by the bars', () => {
    expect(placeBox(box, placing({ width: 640, height: 400 }))).toEqual({ x: 50, y: 40, width: 100, height: 150 })
    expect(placeBox(box, placing({ width: 1000, height: 360 }))).toEqual({ x: 230, y: 20, width: 100, height: 150 })
  })

  it('is on the other side of a mirror, and as wide', () => {
    expect(placeBox(box, placing({ width: 640, height: 400 }, true))).toEqual({
      x: 490,
      y: 40,
      width: 100,
      height: 150,
    })
    expect(placeBox(box, placing({ width: 1000, height: 360 }, true)).x).toBe(180 + 640 - 150)
  })

  it('has its corners where its points are', () => {
    for (const isMirrored of [false, true]) {
      const place = placing({ width: 1000, height: 360 }, isMirrored)
      const { x, y, width } = placeBox(box, place)
      expect(placePoint(box.x, box.y, place)).toEqual([isMirrored ? x + width : x, y])
    }
  })
})

describe('the face under a point', () => {
  const face = (x: number, width: number) => ({ box: { x, y: 0, width, height: width } }) as MeasuredFace
  const moment: FacesMoment = {
    timeS: 0,
    ...wide,
    faces: [
      { track: 'face-1', measured: face(0, 400) },
      { track: 'face-2', measured: face(300, 80) },
    ],
  }

  it('is the one whose box holds it', () => {
    const place = placing({ width: 640, height: 360 })
    expect(faceAt(moment, place, { x: 20, y: 20 })).toBe('face-1')
    expect(faceAt(moment, place, { x: 600, y: 20 })).toBeUndefined()
  })

  it('is the smaller of two that overlap', () => {
    expect(faceAt(moment, placing({ width: 640, height: 360 }), { x: 160, y: 20 })).toBe('face-2')
  })

  it('is found in a mirror where it is shown', () => {
    const place = placing({ width: 640, height: 360 }, true)
    expect(faceAt(moment, place, { x: 620, y: 20 })).toBe('face-1')
    expect(faceAt(moment, place, { x: 20, y: 20 })).toBeUndefined()
  })
})
