import type { Decoder } from '../../src/engine/decoder.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import type { Pass } from '../../src/engine/pass.ts'
import type { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import type { Grid, VisionConfig } from '../../src/qwen25vl/index.ts'

/** Mistakes that a port of the model could make, put in on purpose: a score that does not fall measures nothing. */
export const faults = ['none', 'positions', 'patches', 'resize'] as const
export type Fault = (typeof faults)[number]

/** `resize`: rows are taken one pixel too long, so that each stands one pixel further to the side than the one above. */
export function faultyFrame(fault: Fault, frame: SourceFrame): SourceFrame {
  if (fault !== 'resize') return frame
  const { width, height, rgba } = frame
  const sheared = new Uint8ClampedArray(rgba.length)
  for (let y = 0; y < height; y++) {
    const row = rgba.subarray(y * width * 4, (y + 1) * width * 4)
    const cut = (y % width) * 4
    sheared.set(row.subarray(cut), y * width * 4)
    sheared.set(row.subarray(0, cut), (y + 1) * width * 4 - cut)
  }
  return { width, height, rgba: sheared }
}

/** `patches`: row by row over the whole picture, as any other vision tower takes them, instead of cell by cell. */
export function faultyVision(fault: Fault, encoder: VisionEncoder, vision: VisionConfig): VisionEncoder {
  if (fault !== 'patches') return encoder
  const encode: VisionEncoder['encode'] = (pixelValues, grid) =>
    encoder.encode(rowByRow(pixelValues, grid, vision.spatialMergeSize), grid)
  return replaced(encoder, { encode })
}

/** @param pixelValues [t * h * w, values] in merge order */
export function rowByRow(pixelValues: Float32Array, { t, h, w }: Grid, merge: number): Float32Array {
  const values = pixelValues.length / (t * h * w)
  const sorted = new Float32Array(pixelValues.length)
  let from = 0
  for (let frame = 0; frame < t; frame++) {
    for (let cellRow = 0; cellRow < h; cellRow += merge) {
      for (let cellColumn = 0; cellColumn < w; cellColumn += merge) {
        for (let inCell = 0; inCell < merge * merge; inCell++, from++) {
          const row = cellRow + Math.floor(inCell / merge)
          const column = cellColumn + (inCell % merge)
          const to = (frame * h + row) * w + column
          sorted.set(pixelValues.subarray(from * values, (from + 1) * values), to * values)
        }
      }
    }
  }
  return sorted
}

/** `positions`: every pass counts from zero again, as if what the cache holds had no length. */
export function faultyDecoder(fault: Fault, decoder: Decoder): Decoder {
  if (fault !== 'positions') return decoder
  const enqueue: Decoder['enqueue'] = (pass: Pass) =>
    decoder.enqueue({ ...pass, positions: countedFromZero(pass.positions) })
  const step: Decoder['step'] = (positions) => decoder.step(countedFromZero(positions))
  return replaced(decoder, { enqueue, step })
}

/** @param positions int32 [3, tokens] */
export function countedFromZero(positions: Int32Array): Int32Array {
  const count = positions.length / 3
  return positions.map((position, index) => position - positions[Math.floor(index / count) * count])
}

/** The object with some methods replaced; everything else is its own. */
function replaced<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
