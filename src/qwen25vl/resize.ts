import { CaptureError } from '../base/errors.ts'
import type { FrameSize } from './smart-resize.ts'

/** The filter along one axis: output i is the sum over j < size[i] of weight[i * taps + j] * input[first[i] + j]. */
interface AxisFilter {
  readonly first: Int32Array
  readonly size: Int32Array
  /** [outputs, taps] float32, zero beyond size[i]. */
  readonly weights: Float32Array
  readonly taps: number
}

/** A part of a frame, in pixels; it need not begin or end between two pixels. */
export interface FrameRegion {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Half the width of the cubic kernel, in input pixels at scale 1. */
const cubicSupport = 2

/**
 * Resizes frames of one size to another, bicubic (a = -0.5) with antialiasing, and gives the same bytes as
 * `F.interpolate(x.float(), mode='bicubic', antialias=True, align_corners=False).round().clamp(0, 255)`: horizontal
 * pass, then vertical, both in float32, ties to even. Weights and buffers are kept, so create one for a source and use
 * it for every frame.
 *
 * @see torch `aten/src/ATen/native/cpu/UpSampleKernel.cpp`, `separable_upsample_generic_Nd_kernel_impl`
 */
export class BicubicResizer {
  readonly source: FrameSize
  readonly target: FrameSize
  readonly #horizontal: AxisFilter
  readonly #vertical: AxisFilter
  /** One source row as float32, [source width * 3]. */
  readonly #row: Float32Array
  /** After the horizontal pass, [source height, target width * 3]. */
  readonly #resizedRows: Float32Array

  /** One target row being summed, [target width * 3]. */
  readonly #sums: Float32Array

  /**
   * @param region what of the source becomes the target; beyond the source's edges there is nothing to be seen, and the
   *   pixels at the edge count for more. Default: all of it
   * @throws CaptureError `empty-frame` if a side is not a positive integer
   */
  constructor(source: FrameSize, target: FrameSize, region: FrameRegion = { x: 0, y: 0, ...source }) {
    for (const { width, height } of [source, target]) {
      if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
        throw new CaptureError({
          code: 'empty-frame',
          message: `A frame measures ${width} x ${height} px.`,
          action: 'Wait for the camera to start, or choose another source.',
          recoverable: true,
        })
      }
    }
    this.source = source
    this.target = target
    this.#horizontal = cubicFilter(source.width, target.width, region.x, region.width)
    this.#vertical = cubicFilter(source.height, target.height, region.y, region.height)
    this.#row = new Float32Array(source.width * 3)
    this.#resizedRows = new Float32Array(source.height * target.width * 3)
    this.#sums = new Float32Array(target.width * 3)
  }

  /**
   * @param pixels uint8 [source height, source width, 3 or 4], RGB or RGBA (told apart by length; alpha is ignored)
   * @param into where to write. Default: a new array
   * @returns uint8 [target height, target width, 3], RGB
   * @throws CaptureError `frame-size-changed` if `pixels` or `into` does not have the length of its size
   */
  resize(pixels: Uint8Array | Uint8ClampedArray, into?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { source, target } = this
    const channels = pixels.length / (source.width * source.height)
    if (channels !== 3 && channels !== 4) throw sizeChanged(source, pixels.length)
    const out = into ?? new Uint8Array(target.width * target.height * 3)
    if (out.length !== target.width * target.height * 3) throw sizeChanged(target, out.length)
    const rows = { pixels, channels, row: this.#row, count: source.height }
    resizeHorizontally(rows, this.#horizontal, this.#resizedRows)
    // A clamped array rounds ties to even and clamps by itself.
    const bytes = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length)
    resizeVertically(this.#resizedRows, this.#vertical, bytes, this.#sums)
    return out
  }
}

function sizeChanged(size: FrameSize, length: number): CaptureError {
  return new CaptureError({
    code: 'frame-size-changed',
    message: `A frame of ${size.width} x ${size.height} px cannot have ${length} bytes.`,
    action: 'Start the capture again.',
    recoverable: true,
  })
}

interface Rows {
  readonly pixels: Uint8Array | Uint8ClampedArray
  readonly channels: number
  readonly row: Float32Array
  readonly count: number
}

/**
 * Sums are rounded as torch's x86-64 builds round them, or pixels near a tie differ: after the first tap, groups of
 * four have product and sum rounded to float32 each, the taps left over are fused (one rounding). A float32 product is
 * exact in double, so leaving out its rounding is the fused form.
 */
const { fround } = Math

/** The end of the taps that are not fused. */
function unfusedTaps(size: number): number {
  return 1 + ((size - 1) & ~3)
}

/** The horizontal pass: bytes [count, width, channels] -> float32 [count, outputs * 3]. */
function resizeHorizontally({ pixels, channels, row, count }: Rows, filter: AxisFilter, out: Float32Array): void {
  const { first, size, weights, taps } = filter
  const width = row.length / 3
  let at = 0
  for (let y = 0; y < count; y++) {
    for (let x = 0, from = y * width * channels, to = 0; x < width; x++, from += channels, to += 3) {
      row[to] = pixels[from]
      row[to + 1] = pixels[from + 1]
      row[to + 2] = pixels[from + 2]
    }
    for (let i = 0; i < first.length; i++) {
      let from = first[i] * 3
      let tap = i * taps
      const unfused = tap + unfusedTaps(size[i])
      const end = tap + size[i]
      let w = weights[tap]
      let red = fround(row[from] * w)
      let green = fround(row[from + 1] * w)
      let blue = fround(row[from + 2] * w)
      for (tap++, from += 3; tap < unfused; tap++, from += 3) {
        w = weights[tap]
        red = fround(red + fround(row[from] * w))
        green = fround(green + fround(row[from + 1] * w))
        blue = fround(blue + fround(row[from + 2] * w))
      }
      for (; tap < end; tap++, from += 3) {
        w = weights[tap]
        red = fround(red + row[from] * w)
        green = fround(green + row[from + 1] * w)
        blue = fround(blue + row[from + 2] * w)
      }
      out[at] = red
      out[at + 1] = green
      out[at + 2] = blue
      at += 3
    }
  }
}

/** The vertical pass: float32 [rows, stride] -> bytes [outputs, stride]. */
function resizeVertically(rows: Float32Array, filter: AxisFilter, out: Uint8ClampedArray, sums: Float32Array): void {
  const { first, size, weights, taps } = filter
  const stride = sums.length
  for (let i = 0; i < first.length; i++) {
    const tap = i * taps
    const unfused = unfusedTaps(size[i])
    let from = first[i] * stride
    // Row by row: the weights stay in registers and memory is read in order.
    let w = weights[tap]
    for (let k = 0; k < stride; k++) sums[k] = rows[from + k] * w
    let j = 1
    for (; j < unfused; j += 2) {
      w = weights[tap + j]
      const w2 = weights[tap + j + 1]
      from += stride
      const from2 = from + stride
      for (let k = 0; k < stride; k++) {
        sums[k] = fround(fround(sums[k] + fround(rows[from + k] * w)) + fround(rows[from2 + k] * w2))
      }
      from = from2
    }
    for (; j < size[i]; j++) {
      w = weights[tap + j]
      from += stride
      for (let k = 0; k < stride; k++) sums[k] = fround(sums[k] + rows[from + k] * w)
    }
    const at = i * stride
    for (let k = 0; k < stride; k++) out[at + k] = sums[k]
  }
}

/**
 * The weights of every output along one axis; float32 and float64 mix exactly as in torch's C++.
 *
 * @param from where the first output begins, in inputs
 * @param length of all outputs together, in inputs
 */
function cubicFilter(inputs: number, outputs: number, from: number, length: number): AxisFilter {
  const scale = fround(length / outputs)
  const shrinks = scale >= 1
  const support = shrinks ? fround(cubicSupport * scale) : cubicSupport
  const inverse = shrinks ? fround(1 / scale) : 1
  const taps = Math.ceil(support) * 2 + 1
  const filter = {
    first: new Int32Array(outputs),
    size: new Int32Array(outputs),
    weights: new Float32Array(outputs * taps),
    taps,
  }
  for (let i = 0; i < outputs; i++) {
    const center = fround(from + scale * (i + 0.5))
    const first = Math.max(Math.trunc(fround(center - support) + 0.5), 0)
    const last = Math.min(Math.trunc(fround(center + support) + 0.5), inputs)
    const size = Math.min(Math.max(last - first, 0), taps)
    let total = 0
    for (let j = 0; j < size; j++) {
      const weight = cubic(fround((fround(first + j - center) + 0.5) * inverse))
      filter.weights[i * taps + j] = weight
      total = fround(total + weight)
    }
    if (total !== 0) for (let j = 0; j < size; j++) filter.weights[i * taps + j] /= total
    filter.first[i] = first
    filter.size[i] = size
  }
  return filter
}

/** Keys' cubic convolution kernel with a = -0.5, in float32 with fused multiply-adds. */
function cubic(distance: number): number {
  const x = Math.abs(distance)
  if (x < 1) return multiplyAdd(fround(multiplyAdd(1.5, x, -2.5) * x), x, 1)
  if (x < 2) return multiplyAdd(multiplyAdd(multiplyAdd(-0.5, x, 2.5), x, -4), x, 2)
  return 0
}

/** a * b + c rounded once to float32: the product of two float32 is exact in double. */
function multiplyAdd(a: number, b: number, c: number): number {
  return fround(a * b + c)
}
