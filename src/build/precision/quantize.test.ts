import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { compileKernel } from '../../../scripts/compile-kernel.ts'
import { Graph } from '../graphs/onnx.ts'
import { type BlockFormat, dequantize, encodeScales, encodeZeroPoints } from './block-format.ts'
import { addError, decibels, noError } from './quantization-error.ts'
import { quantize } from './quantize.ts'

const formats: BlockFormat[] = [
  { bits: 4, scales: 'f32', zeroPoints: false },
  { bits: 4, scales: 'f16', zeroPoints: false },
  { bits: 4, scales: 'f32', zeroPoints: true },
  { bits: 8, scales: 'f32', zeroPoints: false },
  { bits: 8, scales: 'f16', zeroPoints: true },
]

function normal(count: number, seed = 1, heavyTail = false): Float32Array {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return Float32Array.from({ length: count }, () => {
    const value = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()) * 0.02
    return heavyTail && random() < 0.01 ? value * 8 : value
  })
}

describe('quantize', () => {
  it.each(formats)('reports the error that decoding really has: %j', (format) => {
    const [rows, cols] = [24, 96]
    const values = normal(rows * cols)
    const block = quantize(values, rows, cols, format)
    const decoded = dequantize(block.rows, rows, cols, format)
    let signal = 0
    let noise = 0
    values.forEach((value, i) => {
      signal += value * value
      noise += (value - decoded[i]) ** 2
    })
    expect(decibels(block.error.signal, block.error.noise)).toBeCloseTo(decibels(signal, noise), 2)
  })

  it.each([
    ['normal', false],
    ['heavy-tailed', true],
  ])('gains over rounding by the largest value alone, %s weights', (_, heavyTail) => {
    for (const format of formats) {
      const { error } = quantize(normal(256 * 256, 3, heavyTail), 256, 256, format)
      const gain = decibels(error.signal, error.noise) - decibels(error.signal, error.plainNoise)
      // Four bits have the most to gain; eight bits little, but never lose.
      expect(gain).toBeGreaterThan(format.bits === 4 ? 0.2 : 0)
    }
  })

  it('never does worse than plain rounding in any single block', () => {
    for (let seed = 1; seed < 200; seed++) {
      const { error } = quantize(normal(32, seed, seed % 2 === 0), 1, 32, formats[0])
      expect(error.noise).toBeLessThanOrEqual(error.plainNoise * (1 + 1e-5))
    }
  })

  it('keeps zeros, constants, and single loud values', () => {
    for (const format of formats) {
      const values = new Float32Array(32 * 4)
      values.fill(0.75, 32, 64)
      values[70] = -3
      values[100] = 5
      const { rows } = quantize(values, 4, 32, format)
      const decoded = dequantize(rows, 4, 32, format)
      expect(decoded.subarray(0, 32).every((value) => value === 0)).toBe(true)
      for (let i = 32; i < 64; i++) expect(decoded[i]).toBeCloseTo(0.75, 3)
      expect(decoded[70]).toBeCloseTo(-3, 2)
      expect(decoded[100]).toBeCloseTo(5, 2)
      expect(Math.abs(decoded[101])).toBe(0)
    }
  })

  it('finds the worst block and counts rows across pieces', () => {
    const values = normal(6 * 64, 5)
    // One loud value takes its neighbors' bits.
    values[4 * 64 + 40] = 50
    let error = noError
    for (const first of [0, 2, 4]) {
      const piece = quantize(values.subarray(first * 64, (first + 2) * 64), 2, 64, formats[0])
      error = addError(error, piece.error, first)
    }
    const whole = quantize(values, 6, 64, formats[0]).error
    expect({ row: error.worstRow, block: error.worstBlock }).toEqual({ row: whole.worstRow, block: whole.worstBlock })
    expect(error.noise).toBeCloseTo(whole.noise, 6)
    expect(error.values).toBe(6 * 64)
  })

  it('refuses widths that cannot be cut into blocks', () => {
    expect(() => quantize(new Float32Array(40), 1, 40, formats[0])).toThrow(RangeError)
  })

  it('has a kernel that is compiled from the source beside it', async () => {
    const { readFile } = await import('node:fs/promises')
    const committed = await readFile(new URL('kernel/quantize-wasm.ts', import.meta.url), 'utf8')
    expect(committed).toBe(await compileKernel())
  })
})

describe('the packed layout', () => {
  it.each(formats.filter(({ scales }) => scales === 'f32'))('is what MatMulNBits reads: %j', async (format) => {
    const [rows, cols] = [48, 96]
    const { rows: packed } = quantize(normal(rows * cols, 9), rows, cols, format)
    const decoded = dequantize(packed, rows, cols, format)
    const blocks = cols / 32
    const pieces = {
      w: packed.data,
      s: encodeScales(packed.scales, format),
      z: encodeZeroPoints(packed.zeroPoints, blocks, format),
    }
    const graph = new Graph('layout')
    graph.input('x', 'f32', ['S', cols])
    graph.external('w', 'u8', [rows, blocks, (32 * format.bits) / 8])
    graph.external('s', 'f32', [rows, blocks])
    if (format.zeroPoints) graph.external('z', 'u8', [rows, pieces.z.length / rows])
    graph.node('MatMulNBits', 'y', ['x', 'w', 's', ...(format.zeroPoints ? ['z'] : [])], {
      K: { int: cols },
      N: { int: rows },
      bits: { int: format.bits },
      block_size: { int: 32 },
      accuracy_level: { int: 0 },
    })
    graph.output('y', 'f32', ['S', rows])
    const placements = new Map(Object.keys(pieces).map((name) => [name, { file: name, offset: 0 }]))
    const session = await ort.InferenceSession.create(graph.serialize(placements), {
      externalData: Object.entries(pieces)
        .filter(([, data]) => data.length > 0)
        .map(([path, data]) => ({ path, data })),
      logSeverityLevel: 3,
    })
    // The identity picks the matrix out, column by column.
    const identity = new Float32Array(cols * cols)
    for (let i = 0; i < cols; i++) identity[i * cols + i] = 1
    const { y } = await session.run({ x: new ort.Tensor('float32', identity, [cols, cols]) })
    const values = y.data as Float32Array
    let worst = 0
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) {
        worst = Math.max(worst, Math.abs(values[col * rows + row] - decoded[row * cols + col]))
      }
    }
    expect(worst).toBeLessThan(1e-6)
  })
})
