import type { BuildOptions } from '../options.ts'
import { newHash } from '../output/hashed-file.ts'
import { jsonText } from '../output/json-text.ts'
import { bitsOf } from '../precision/choices.ts'
import { kernelBase64 } from '../precision/kernel/quantize-wasm.ts'
import type { PreparedBuild } from '../prepare.ts'

/** Bytes of each weights file that are compared: its header comes with them, so they cost no request of their own. */
const comparedBytes = 256 * 1024

/**
 * SHA-256 over everything that decides what is written: options, quantization kernel, the checkpoint's small files, its
 * weights files (name, size, version and first bytes), and the graphs with the recipes of their weights.
 */
export async function fingerprintOf(
  { checkpoint, graphs }: PreparedBuild,
  options: Pick<BuildOptions, 'dtype' | 'dequantized' | 'embedBits' | 'visionBits' | 'signal'>,
): Promise<string> {
  const hash = await newHash()
  const encode = (value: unknown) => new TextEncoder().encode(jsonText(value))
  const { dtype, dequantized = false } = options
  hash.update(encode({ dtype, dequantized, bits: bitsOf(options), kernelBase64, sidecars: checkpoint.sidecars }))
  for (const source of checkpoint.weightFiles) {
    const { name, size, version } = source
    const head = await source.read(0, Math.min(size, comparedBytes), options.signal)
    hash.update(encode({ name, size, version })).update(head)
  }
  for (const { planned, storage } of graphs) {
    hash.update(encode(planned.layers.recipes)).update(planned.graph.serialize(storage.placements))
  }
  return hash.digest()
}
