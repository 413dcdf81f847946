import { BuildError, EngineError } from '../base/errors.ts'
import { fitsWasm } from '../engine/backends/cpu/fits-wasm.ts'
import { wasmRuntime } from '../engine/backends/cpu/wasm-runtime.ts'
import { openBundle } from '../engine/bundle.ts'
import { expectedCheck } from '../engine/checks/check-verdict.ts'
import { checkInput, runCheck } from '../engine/checks/self-check.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** Files that were just built. */
export interface BuiltFiles {
  file(path: string): Promise<Blob | undefined>
}

/**
 * The manifest with the logits that ONNX Runtime's processor build gives for the fixed input, or with the word that
 * nobody computed them: what does not fit the WebAssembly heap is left to the check of the device's kernels when it is
 * loaded. Throws BuildError `not-finite`.
 */
export async function checkedManifest(manifest: Manifest, built: BuiltFiles): Promise<Manifest> {
  const uncheckable: Manifest = { ...manifest, checkedBy: 'nobody' }
  if (!fitsWasm(manifest)) return uncheckable
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
    // A graph that this build of the runtime cannot hold or compute says nothing against the weights.
    if (error instanceof EngineError) return uncheckable
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
