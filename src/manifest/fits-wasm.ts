import type { Manifest } from './manifest.ts'

/** With 126e6 parameters at 4 bits, a token took half a second on one thread of a busy machine; slower is of no use. */
const maxParameters = 150e6
/** WebAssembly's heap ends at 4 GiB, and creating sessions needs the weights twice: as files and as kernels' layouts. */
const maxBytes = 512 * 2 ** 20

/** Whether a bundle is small enough to compute on the processor of a browser (`wasmRuntime` of the engine). */
export function fitsWasm({
  model,
  files,
}: {
  readonly model: Pick<Manifest['model'], 'parameters'>
  readonly files: readonly Pick<Manifest['files'][number], 'bytes'>[]
}): boolean {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return model.parameters <= maxParameters && bytes <= maxBytes
}
