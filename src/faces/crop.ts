import type { TimedFrame } from '../capture/painter.ts'
import { cropSide, detectorSide } from './networks/face-networks.ts'
import type { FaceRegion } from './region.ts'

type Picture = Pick<TimedFrame, 'width' | 'height' | 'rgba'>

/** A rectangle of the picture, px. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Resamples a region bilinearly into one crop. Where the region is finer than the crop, the picture is averaged in blocks
 * first, so that large faces do not flicker. Beyond the picture its edge is repeated.
 *
 * @param out float32 [256, 256, 3], written with 0 to 1
 */
export function cropInto(out: Float32Array, picture: Picture, region: FaceRegion): void {
  const block = Math.round(region.side / cropSide)
  if (block < 2) resample(out, picture, region)
  else resample(out, ...averaged(picture, region, block))
}

/** The part of the picture around the region in blocks of this side, each the mean of its pixels; and the region in it. */
function averaged(picture: Picture, region: FaceRegion, block: number): [Picture, FaceRegion] {
  const reach = (region.side / 2) * (Math.abs(Math.cos(region.angle)) + Math.abs(Math.sin(region.angle))) + block
  const [left, columns] = blocks(region.x - reach, region.x + reach, picture.width, block)
  const [top, rows] = blocks(region.y - reach, region.y + reach, picture.height, block)
  const rgba = new Uint8ClampedArray(4 * columns * rows)
  const { width, height, rgba: from } = picture
  for (let row = 0; row < rows; row++) {
    const endY = Math.min(height, top + block * (row + 1))
    for (let column = 0; column < columns; column++) {
      const startX = left + block * column
      const endX = Math.min(width, startX + block)
      let red = 0
      let green = 0
      let blue = 0
      for (let y = top + block * row; y < endY; y++) {
        const end = 4 * (y * width + endX)
        // Every index lies inside the picture.
        for (let each = 4 * (y * width + startX); each < end; each += 4) {
          red += from[each] as number
          green += from[each + 1] as number
          blue += from[each + 2] as number
        }
      }
      const count = (endX - startX) * (endY - top - block * row)
      const target = 4 * (row * columns + column)
      rgba[target] = red / count
      rgba[target + 1] = green / count
      rgba[target + 2] = blue / count
    }
  }
  const small = { x: (region.x - left) / block, y: (region.y - top) / block, side: region.side / block }
  return [
    { width: columns, height: rows, rgba },
    { ...region, ...small },
  ]
}

/** Where the blocks between two places begin, and how many they are: inside the picture, and at least one. */
function blocks(from: number, to: number, length: number, block: number): [start: number, count: number] {
  const start = Math.max(0, Math.min(length - 1, Math.floor(from)))
  const end = Math.max(start + 1, Math.min(length, Math.ceil(to)))
  return [start, Math.ceil((end - start) / block)]
}

function resample(out: Float32Array, { width, height, rgba }: Picture, region: FaceRegion): void {
  const step = region.side / cropSide
  const [cos, sin] = [Math.cos(region.angle) * step, Math.sin(region.angle) * step]
  const [mostX, mostY] = [width - 1, height - 1]
  const scale = 1 / 255
  let target = 0
  for (let row = 0; row < cropSide; row++) {
    const down = row + 0.5 - cropSide / 2
    let x = region.x + (0.5 - cropSide / 2) * cos - down * sin - 0.5
    let y = region.y + (0.5 - cropSide / 2) * sin + down * cos - 0.5
    for (let column = 0; column < cropSide; column++) {
      const inX = x < 0 ? 0 : x > mostX ? mostX : x
      const inY = y < 0 ? 0 : y > mostY ? mostY : y
      const left = inX | 0
      const top = inY | 0
      const right = inX - left
      const bottom = inY - top
      const a = 4 * (top * width + left)
      const b = left < mostX ? a + 4 : a
      const next = top < mostY ? 4 * width : 0
      const wA = (1 - right) * (1 - bottom) * scale
      const wB = right * (1 - bottom) * scale
      const wC = (1 - right) * bottom * scale
      const wD = right * bottom * scale
      for (let channel = 0; channel < 3; channel++) {
        // Every index lies inside the picture.
        out[target++] =
          wA * (rgba[a + channel] as number) +
          wB * (rgba[b + channel] as number) +
          wC * (rgba[a + next + channel] as number) +
          wD * (rgba[b + next + channel] as number)
      }
      x += cos
      y += sin
    }
  }
}

/** How a tile of the picture lies in the detector's input. */
export interface Letterbox {
  /** float32 [192, 192, 3] in -1 to 1 */
  readonly pixels: Float32Array
  /** From pixels of the input to pixels of the picture: times `scale`, plus `x` or `y`. */
  readonly scale: number
  readonly x: number
  readonly y: number
}

/**
 * Fits a tile of the picture into the detector's input, in its shape and in the middle, on black. Each pixel is the mean
 * of what it covers.
 *
 * @param pixels float32 [192, 192, 3], overwritten
 */
export function letterbox(pixels: Float32Array, picture: Picture, tile: Tile): Letterbox {
  const scale = Math.max(tile.width, tile.height) / detectorSide
  const left = (detectorSide - tile.width / scale) / 2
  const top = (detectorSide - tile.height / scale) / 2
  const x = tile.x - left * scale
  const y = tile.y - top * scale
  pixels.fill(-1)
  const columns = spans(x, scale, tile.x, tile.width)
  const rows = spans(y, scale, tile.y, tile.height)
  const { width, rgba } = picture
  for (const [row, fromY, toY] of rows) {
    for (const [column, fromX, toX] of columns) {
      let red = 0
      let green = 0
      let blue = 0
      for (let line = fromY; line < toY; line++) {
        const end = 4 * (line * width + toX)
        for (let each = 4 * (line * width + fromX); each < end; each += 4) {
          red += rgba[each] as number
          green += rgba[each + 1] as number
          blue += rgba[each + 2] as number
        }
      }
      const weight = 2 / (255 * (toX - fromX) * (toY - fromY))
      const target = 3 * (row * detectorSide + column)
      pixels[target] = red * weight - 1
      pixels[target + 1] = green * weight - 1
      pixels[target + 2] = blue * weight - 1
    }
  }
  return { pixels, scale, x, y }
}

type Span = readonly [index: number, from: number, to: number]

/** For each pixel of the input along one axis, the pixels of the picture that it covers: at least one. */
function spans(origin: number, scale: number, start: number, length: number): Span[] {
  const found: Span[] = []
  const end = start + length
  for (let index = 0; index < detectorSide; index++) {
    const center = origin + (index + 0.5) * scale
    if (center < start || center >= end) continue
    const from = Math.max(start, Math.min(end - 1, Math.round(center - scale / 2)))
    found.push([index, from, Math.max(from + 1, Math.min(end, Math.round(center + scale / 2)))])
  }
  return found
}
