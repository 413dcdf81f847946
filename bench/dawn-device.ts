import { join } from 'node:path'
import { BundleDirectory } from '../cli/bundle-directory.ts'
import type { Runtime } from '../src/engine/backends/runtime.ts'
import type { Compute } from '../src/engine/backends/tensors.ts'
import { adapterName, dawnOrt, openDawn } from '../src/engine/backends/webgpu/dawn-runtime.ts'
import type { CheckReport } from '../src/engine/checks/check-verdict.ts'
import { checkDevice, checkFolders } from '../src/engine/checks/kernel-check.ts'

export type GpuRuntime = Extract<Runtime, { provider: 'webgpu' }>

export interface CheckedDawn {
  readonly runtime: GpuRuntime
  /** Driver and device, in the driver's words. */
  readonly adapter: string
  /** Those that the device was opened with. */
  readonly features: readonly string[]
  readonly report: CheckReport
}

/**
 * Opens a device in Node as the page's worker does: with subgroups where they are large enough, its kernels checked, and
 * decoding steps recorded where the device passes the trial.
 *
 * @param publicFolder holds `models/check-q4` and `models/check-q4f16`
 * Throws EngineError `no-adapter`, `no-device`, `kernels-wrong`.
 */
export async function openCheckedDawn(compute: Compute, publicFolder: string): Promise<CheckedDawn> {
  const dawn = await openDawn()
  const ort = await dawnOrt()
  let adapter = ''
  const { device, runtime, report } = await checkDevice<GpuRuntime>({
    compute,
    requestAdapter: async () => {
      const found = await dawn.requestAdapter()
      adapter = adapterName(found)
      return found
    },
    fetchCheck: async (of) => new BundleDirectory(join(publicFolder, checkFolders[of])),
    createRuntime: async (device) => ({ provider: 'webgpu', ort, device }),
  })
  return { runtime, adapter, features: [...device.features].sort(), report }
}
