import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSafetensors } from '../../src/build/checkpoint/safetensors.ts'

/** MLP channels made loud, the factor on their gate and up rows, and what their down column is divided by. */
const channels = [3, 17, 41]
const factor = 2 ** 9
const compensation = factor ** 2

/**
 * Copies a bfloat16 checkpoint and drives the products of a few MLP channels beyond float16's range, as real networks
 * of this family have them; for tests. The factors are powers of two, so nothing else is changed.
 */
export async function makeLoudCheckpoint(from: string, to: string, mlps: readonly string[]): Promise<void> {
  await cp(from, to, { recursive: true })
  let changed = 0
  for (const name of (await readdir(to)).filter((each) => each.endsWith('.safetensors'))) {
    const bytes = new Uint8Array(await readFile(join(to, name)))
    const source = {
      name,
      size: bytes.length,
      read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const scale = (begin: number, index: number, by: number) => {
      const at = begin + index * 2
      const value = new DataView(Uint32Array.of(view.getUint16(at, true) << 16).buffer).getFloat32(0, true)
      view.setUint16(at, new Uint32Array(Float32Array.of(value * by).buffer)[0] >>> 16, true)
    }
    for (const [tensor, { shape, begin }] of await parseSafetensors(source)) {
      const mlp = mlps.find((prefix) => tensor.startsWith(prefix) && tensor.endsWith('_proj.weight'))
      if (mlp === undefined) continue
      const [rows, cols] = shape
      changed++
      for (const channel of channels) {
        if (tensor.endsWith('down_proj.weight')) {
          for (let row = 0; row < rows; row++) scale(begin, row * cols + channel, 1 / compensation)
        } else for (let col = 0; col < cols; col++) scale(begin, channel * cols + col, factor)
      }
    }
    await writeFile(join(to, name), bytes)
  }
  if (changed !== mlps.length * 3) throw new Error(`changed ${changed} matrices of ${mlps.length} MLPs`)
}
