import type { FaceBox } from '../../affect/measures.ts'
import type { TimedFrame } from '../../capture/painter.ts'

type Picture = Pick<TimedFrame, 'width' | 'height' | 'rgba'>

/** A face cut out of a picture along an ellipse, with some hair and neck. */
export interface Cutout {
  readonly picture: Picture
  readonly box: FaceBox
}

/** Where a cutout is drawn: its center, its face's height, and how it is turned, clockwise. */
export interface Placed {
  readonly x: number
  readonly y: number
  readonly heightPx: number
  readonly degrees?: number
  readonly isMirrored?: boolean
}

const margin = 1.35

/** A wall with a soft, uneven shade, so that it is no flat color. */
export function wall(width: number, height: number): Picture {
  const rgba = new Uint8ClampedArray(4 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = 120 + 40 * Math.sin(x / 90) * Math.cos(y / 70) + 25 * (y / height)
      const pixel = 4 * (y * width + x)
      rgba.set([shade, shade * 0.95, shade * 0.85, 255], pixel)
    }
  }
  return { width, height, rgba }
}

export function copied({ width, height, rgba }: Picture, timeS: number): TimedFrame {
  return { width, height, rgba: new Uint8ClampedArray(rgba), timeS }
}

/** Draws the cutout over what is there, bilinearly, with a soft edge. */
export function paste(
  target: Picture,
  { picture, box }: Cutout,
  { x, y, heightPx, degrees = 0, isMirrored = false }: Placed,
): void {
  const scale = box.height / heightPx
  const radiusX = (margin * box.width) / 2 / scale
  const radiusY = (margin * box.height) / 2 / scale
  const reach = Math.ceil(Math.max(radiusX, radiusY))
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(target.height, y + reach); row++) {
    for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(target.width, x + reach); column++) {
      const [right, down] = [column + 0.5 - x, row + 0.5 - y]
      const across = (right * cos + down * sin) * (isMirrored ? -1 : 1)
      const along = down * cos - right * sin
      const from = Math.hypot(across / radiusX, along / radiusY)
      if (from >= 1) continue
      const share = Math.min(1, (1 - from) * 12)
      const sample = sampled(picture, box.x + box.width / 2 + across * scale, box.y + box.height / 2 + along * scale)
      const pixel = 4 * (row * target.width + column)
      for (let channel = 0; channel < 3; channel++) {
        const was = target.rgba[pixel + channel] ?? 0
        target.rgba[pixel + channel] = was + share * ((sample[channel] ?? 0) - was)
      }
    }
  }
}

function sampled({ width, height, rgba }: Picture, x: number, y: number): number[] {
  const inX = Math.max(0, Math.min(width - 1, x - 0.5))
  const inY = Math.max(0, Math.min(height - 1, y - 0.5))
  const [left, top] = [Math.floor(inX), Math.floor(inY)]
  const [nextX, nextY] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)]
  const at = (column: number, row: number, channel: number) => rgba[4 * (row * width + column) + channel] ?? 0
  const [right, down] = [inX - left, inY - top]
  return [0, 1, 2].map(
    (channel) =>
      (1 - down) * ((1 - right) * at(left, top, channel) + right * at(nextX, top, channel)) +
      down * ((1 - right) * at(left, nextY, channel) + right * at(nextX, nextY, channel)),
  )
}

/** A rectangle of one gray. */
export function cover(target: Picture, { x, y, width, height }: FaceBox, gray = 90): void {
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(target.height, y + height); row++) {
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(target.width, x + width); column++) {
      target.rgba.set([gray, gray, gray, 255], 4 * (row * target.width + column))
    }
  }
}

/** Nearly a normal distribution: the sum of three even ones. */
const noise = noiseTable()

function noiseTable(): Float32Array {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
  return Float32Array.from({ length: 1 << 18 }, () => 2 * (next() + next() + next() - 1.5))
}

/** Noise of a camera: the same for the same seed. */
export function noisy(target: Picture, deviation: number, seed: number): void {
  const start = Math.imul(seed + 1, 40503)
  for (let each = 0; each < target.rgba.length; each++) {
    if (each % 4 === 3) continue
    target.rgba[each] = (target.rgba[each] ?? 0) + deviation * (noise[(start + each) & (noise.length - 1)] ?? 0)
  }
}

export function darker(target: Picture, factor: number): void {
  for (let each = 0; each < target.rgba.length; each++) {
    if (each % 4 !== 3) target.rgba[each] = (target.rgba[each] ?? 0) * factor
  }
}

export function mirrored({ width, height, rgba, timeS }: TimedFrame): TimedFrame {
  const turned = new Uint8ClampedArray(rgba.length)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 4 * (row * width + column)
      turned.set(rgba.subarray(from, from + 4), 4 * (row * width + width - 1 - column))
    }
  }
  return { width, height, rgba: turned, timeS }
}
