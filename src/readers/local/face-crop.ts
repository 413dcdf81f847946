import type { TimedFrame } from '../../capture/painter.ts'
import { BicubicResizer } from '../../qwen25vl/index.ts'
import type { SeenFace } from './face-timeline.ts'

/**
 * How high a face stands in its crop, from hairline to chin, and how far its middle lies below the top, in shares of the
 * crop's side: with hair and chin in, as the portraits of CelebV-HQ are cropped.
 */
export const faceShare = 0.67
const middleShare = 0.5
/** The crop moves so that a face's middle is never further from its place than this, in shares of the side. */
const mostDrift = 0.08
/** How long the past counts for where the crop is, and for how large it is, s. */
const placeS = 0.35
const sizeS = 0.7
/** Of the past, nothing older counts, s. */
export const pastS = 2
/** The crop's side stays while the face fits it this well, then grows or shrinks until it fits this well, as a ratio. */
const outOfFit = 0.15
const inFit = 0.03
/** By how much the side grows or shrinks in a second, as a ratio. */
const growth = 0.25
/** From this misfit on it is another shot, and the side changes at once. */
const leap = 1.6
/** Pixels beside a region that the resampling looks at, on each side, at scale 1. */
const support = 2

/** A square of the picture, px; it may begin and end between two pixels. */
export interface Square {
  readonly x: number
  readonly y: number
  readonly side: number
}

/**
 * Where a followed face is cropped from the picture: a square that goes calmly with the face, and changes its size only
 * when it no longer fits, so that a box that breathes does not tear a window. It lies within the picture wherever it
 * fits there, so that at the edges the face is off the middle and nothing is made up.
 */
export class CropSquare {
  private side: number | undefined
  private isResizing = false
  private atS = 0

  /**
   * The square at a time; to be asked for in the order of time.
   *
   * @param past of the face, oldest first, up to that time or as near as there is; not empty
   * @param picture size of the frame, px
   */
  at(past: readonly SeenFace[], timeS: number, picture: { readonly width: number; readonly height: number }): Square {
    const faces = past.map(({ measured, pictureWidth }) => {
      const scale = picture.width / pictureWidth
      const { box, quality } = measured
      return {
        ageS: Math.max(0, timeS - measured.timeS),
        x: scale * (box.x + box.width / 2),
        y: scale * (box.y + box.height / 2),
        height: scale * quality.heightPx,
      }
    })
    const now = faces.reduce((newest, each) => (each.ageS <= newest.ageS ? each : newest))
    const calm = (of: 'x' | 'y' | 'height', spanS: number) => {
      const weights = faces.map(({ ageS }) => Math.exp(-ageS / spanS))
      const sum = faces.reduce((total, each, index) => total + weights[index] * each[of], 0)
      return sum / weights.reduce((total, each) => total + each, 0)
    }
    const side = Math.min(this.sideFor(calm('height', sizeS) / faceShare, timeS), picture.width, picture.height)
    const near = (value: number, middle: number) =>
      Math.min(Math.max(value, middle - mostDrift * side), middle + mostDrift * side)
    const within = (from: number, length: number) => Math.min(Math.max(from, 0), length - side)
    return {
      x: within(near(calm('x', placeS), now.x) - side / 2, picture.width),
      y: within(near(calm('y', placeS), now.y) - middleShare * side, picture.height),
      side,
    }
  }

  private sideFor(fitting: number, timeS: number): number {
    const sinceS = Math.max(0, timeS - this.atS)
    this.atS = timeS
    const { side } = this
    const misfit = side === undefined ? Number.POSITIVE_INFINITY : Math.max(fitting / side, side / fitting)
    if (side === undefined || misfit > leap) {
      this.isResizing = false
      this.side = fitting
      return fitting
    }
    if (misfit > 1 + outOfFit) this.isResizing = true
    if (misfit < 1 + inFit) this.isResizing = false
    if (!this.isResizing) return side
    const most = 1 + growth * sinceS
    this.side = side * Math.min(most, Math.max(1 / most, fitting / side))
    return this.side
  }
}

/** A square of a frame at another size: bicubic with antialiasing, as frames themselves are resized. */
export function cropped(frame: TimedFrame, square: Square, sidePx: number): TimedFrame {
  const margin = Math.ceil(support * Math.max(1, square.side / sidePx)) + 1
  // Only the pixels that the square needs are looked at.
  const left = Math.max(0, Math.floor(square.x) - margin)
  const top = Math.max(0, Math.floor(square.y) - margin)
  const right = Math.min(frame.width, Math.ceil(square.x + square.side) + margin)
  const bottom = Math.min(frame.height, Math.ceil(square.y + square.side) + margin)
  const [width, height] = [right - left, bottom - top]
  const around = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * frame.width + left) * 4
    around.set(frame.rgba.subarray(from, from + width * 4), y * width * 4)
  }
  const region = { x: square.x - left, y: square.y - top, width: square.side, height: square.side }
  const target = { width: sidePx, height: sidePx }
  const rgb = new BicubicResizer({ width, height }, target, region).resize(around)
  return { ...withoutPicture(frame), ...target, rgba: opaque(rgb) }
}

/** What is known of a frame beside its picture. */
export function withoutPicture({ timeS, stampS }: TimedFrame): Pick<TimedFrame, 'timeS' | 'stampS'> {
  return stampS === undefined ? { timeS } : { timeS, stampS }
}

function opaque(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4)
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from]
    rgba[to + 1] = rgb[from + 1]
    rgba[to + 2] = rgb[from + 2]
    rgba[to + 3] = 255
  }
  return rgba
}
