import { BuildError, EngineError } from '../base/errors.ts'
import { wasmRuntime } from '../engine/backends/cpu/wasm-runtime.ts'
import { openBundle } from '../engine/bundle.ts'
import { expectedCheck } from '../engine/checks/check-verdict.ts'
import { checkInput, runCheck } from '../engine/checks/self-check.ts'
import { fitsWasm } from '../manifest/fits-wasm.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** The files of a bundle that was just built. */
export interface BuiltFiles {
  file(path: string): Promise<Blob | undefined>
}

/**
 * Adds to a manifest the logits that ONNX Runtime's WebAssembly build computes for the fixed input. For a bundle that
 * does not fit the WebAssembly heap the manifest says `checkedBy: 'nobody'`: such a bundle is loaded on the check of
 * the device's kernels alone. Throws BuildError `not-finite`.
 */
export async function withExpectedLogits(manifest: Manifest, built: BuiltFiles): Promise<Manifest> {
  const unchecked: Manifest = { ...manifest, checkedBy: 'nobody' }
  if (!fitsWasm(manifest)) return unchecked
  const own = new Blob([JSON.stringify(manifest)])
  const bundle = await openBundle({
    read: async (path) => {
      const file = path === 'manifest.json' ? own : await built.file(path)
      if (!file) throw new Error(`${path} was not built`)
      return file
    },
  })
  const input = checkInput(bundle)
  let logits: Float32Array[]
  try {
    logits = await runCheck(await wasmRuntime(), bundle, input)
  } catch (error) {
    // That this build of the runtime cannot hold or compute the graph does not mean that the weights are wrong.
    if (error instanceof EngineError) return unchecked
    throw error
  }
  if (!logits.every((each) => each.every(Number.isFinite))) {
    throw new BuildError({
      code: 'not-finite',
      message: 'The bundle was built, but gives logits that are not finite.',
      action: 'Build it as q4 or fp32; if that helps, report which checkpoint this is.',
    })
  }
  return { ...manifest, check: expectedCheck(input, logits), checkedBy: 'onnxruntime-web' }
}
