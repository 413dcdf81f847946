import { describe, expect, it } from 'vitest'
import type { TimedFrame } from '../../capture/painter.ts'
import { largestSquare } from '../../qwen25vl/index.ts'
import { CropSquare, cropped, faceShare } from './face-crop.ts'
import { measuredFace } from './testing/measured-faces.ts'

const picture = { width: 1280, height: 720 }

function faceAt(timeS: number, x: number, y: number, heightPx: number) {
  const width = 0.8 * heightPx
  const box = { x: x - width / 2, y: y - heightPx / 2, width, height: heightPx }
  return { measured: measuredFace(timeS, box), pictureWidth: picture.width }
}

/** The squares of a face that is measured ten times a second, at each of these moments. */
function squaresOf(heights: readonly number[], place: (index: number) => readonly [number, number] = () => [640, 360]) {
  const square = new CropSquare()
  const faces = heights.map((height, index) => faceAt(index / 10, ...place(index), height))
  return faces.map((_, index) => square.at(faces.slice(0, index + 1), index / 10, picture))
}

describe('CropSquare', () => {
  it('shows a face 40 px high in a picture of 1280 x 720 at least 200 px high with the budget of VidEmo', () => {
    const side = largestSquare({ factor: 28, maxPixels: 105_369 })
    const [square] = squaresOf([40])
    const shownPx = (40 / square.side) * side
    const inPicturePx = (40 / 720) * 224
    console.log(
      `A face 40 px high in 1280 x 720: ${shownPx.toFixed(0)} px of ${side} in its crop, ${inPicturePx.toFixed(0)} px of 448 x 224 in the whole picture.`,
    )
    expect(side).toBe(308)
    expect(shownPx).toBeGreaterThanOrEqual(200)
  })

  it('has one size while the box breathes', () => {
    const breathing = Array.from({ length: 60 }, (_, index) => 100 * (1 + 0.1 * Math.sin(index)))
    expect(new Set(squaresOf(breathing).map(({ side }) => side)).size).toBe(1)
  })

  it('grows calmly with a face that comes closer, and at once for another shot', () => {
    const closer = squaresOf(Array.from({ length: 60 }, (_, index) => 100 + 2 * index))
    const ratios = closer.slice(1).map(({ side }, index) => side / closer[index].side)
    expect(Math.max(...ratios)).toBeLessThan(1.03)
    expect(closer.at(-1)?.side).toBeGreaterThan(1.6 * closer[0].side)
    const shots = new CropSquare()
    shots.at([faceAt(0, 640, 360, 100)], 0, picture)
    expect(shots.at([faceAt(5, 300, 300, 300)], 5, picture).side).toBeCloseTo(300 / faceShare)
  })

  it('goes with a face that walks, and keeps all of it', () => {
    const walk = squaresOf(new Array<number>(40).fill(100), (index) => [300 + 12 * index, 360])
    const last = walk.at(-1)
    const x = 300 + 12 * 39
    expect(last?.x).toBeLessThan(x - 40)
    expect((last?.x ?? 0) + (last?.side ?? 0)).toBeGreaterThan(x + 40)
  })

  it('trembles less than the box', () => {
    const jitter = (index: number) => 4 * Math.sin(2.4 * index)
    const squares = squaresOf(new Array<number>(60).fill(100), (index) => [640 + jitter(index), 360]).slice(20)
    const move = squares.slice(1).map(({ x }, index) => Math.abs(x - squares[index].x))
    const boxMove = move.map((_, index) => Math.abs(jitter(index + 21) - jitter(index + 20)))
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length
    expect(mean(move)).toBeLessThan(0.4 * mean(boxMove))
  })

  it('stays within the picture, at its edges and where the face fills it', () => {
    for (const [x, y, height] of [
      [10, 10, 100],
      [1275, 715, 60],
      [640, 360, 700],
    ] as const) {
      const square = new CropSquare().at([faceAt(0, x, y, height)], 0, picture)
      expect(square.x).toBeGreaterThanOrEqual(0)
      expect(square.y).toBeGreaterThanOrEqual(0)
      expect(square.x + square.side).toBeLessThanOrEqual(picture.width)
      expect(square.y + square.side).toBeLessThanOrEqual(picture.height)
    }
  })

  it('measures in the pixels of the frame, not of the smaller one that was followed', () => {
    const half = { ...faceAt(0, 320, 180, 50), pictureWidth: 640 }
    const whole = new CropSquare().at([faceAt(0, 640, 360, 100)], 0, picture)
    expect(new CropSquare().at([half], 0, picture)).toEqual(whole)
  })
})

describe('cropped', () => {
  /** Red grows to the right, green downwards. */
  const ramp: TimedFrame = {
    width: 200,
    height: 100,
    timeS: 1.5,
    stampS: 7,
    rgba: Uint8ClampedArray.from({ length: 200 * 100 * 4 }, (_, at) => {
      const pixel = at >> 2
      return [pixel % 200, Math.floor(pixel / 200), 0, 255][at % 4]
    }),
  }
  const pixel = ({ rgba, width }: TimedFrame, x: number, y: number) => [
    ...rgba.slice(4 * (y * width + x), 4 * (y * width + x) + 4),
  ]

  it('shows what lies in the square, between pixels too, and keeps the frame’s times', () => {
    const crop = cropped(ramp, { x: 50.5, y: 20.5, side: 30 }, 60)
    expect([crop.width, crop.height, crop.timeS, crop.stampS]).toEqual([60, 60, 1.5, 7])
    // Pixel i of the crop is the middle of the picture's (50.5 + (i + 0.5) / 2) - 0.5.
    for (const at of [10, 31, 50]) {
      const [red, green, , alpha] = pixel(crop, at, at)
      expect(Math.abs(red - (50 + (at + 0.5) / 2))).toBeLessThanOrEqual(0.51)
      expect(Math.abs(green - (20 + (at + 0.5) / 2))).toBeLessThanOrEqual(0.51)
      expect(alpha).toBe(255)
    }
  })

  it('is the picture itself where the square is all of it', () => {
    const square: TimedFrame = { ...ramp, width: 100, height: 100, rgba: ramp.rgba.slice(0, 100 * 100 * 4) }
    expect(cropped(square, { x: 0, y: 0, side: 100 }, 100).rgba).toEqual(square.rgba)
  })
})
