import type { Decoder, Pass } from '../../src/engine/decoder.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import type { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import type { Grid, VisionConfig } from '../../src/qwen25vl/index.ts'

/** Mistakes that a port of the model could make, put in on purpose: a score that does not fall measures nothing. */
export const faults = ['none', 'positions', 'patches', 'resize'] as const
export type Fault = (typeof faults)[number]

/** `resize`: the picture is moved by a quarter of its sides, and wraps around. */
export function faultyFrame(fault: Fault, frame: SourceFrame): SourceFrame {
  if (fault !== 'resize') return frame
  const { width, height, rgba } = frame
  const [right, down] = [Math.floor(width / 4), Math.floor(height / 4)]
  const moved = new Uint8ClampedArray(rgba.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4
      const to = (((y + down) % height) * width + ((x + right) % width)) * 4
      moved.set(rgba.subarray(from, from + 4), to)
    }
  }
  return { width, height, rgba: moved }
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

/** `positions`: the axes of the video's positions change places: columns as time, time as rows, rows as columns. */
export function faultyDecoder(fault: Fault, decoder: Decoder): Decoder {
  if (fault !== 'positions') return decoder
  const enqueue: Decoder['enqueue'] = (pass: Pass) =>
    decoder.enqueue(pass.features ? { ...pass, positions: axesMoved(pass.positions) } : pass)
  return replaced(decoder, { enqueue })
}

/** @param positions int32 [3, tokens]; text has the same on every axis and stays as it is */
function axesMoved(positions: Int32Array): Int32Array {
  const count = positions.length / 3
  const [time, rows, columns] = [0, 1, 2].map((axis) => positions.subarray(axis * count, (axis + 1) * count))
  const moved = new Int32Array(positions.length)
  moved.set(columns, 0)
  moved.set(time, count)
  moved.set(rows, 2 * count)
  return moved
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
