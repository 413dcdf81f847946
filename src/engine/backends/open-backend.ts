import type { Backend } from './backend.ts'
import { CpuBackend } from './cpu/cpu-backend.ts'
import type { Runtime } from './runtime.ts'
import { WebGpuBackend } from './webgpu/webgpu-backend.ts'

/** The backend of a runtime: the one place that chooses. */
export function openBackend(runtime: Runtime): Backend {
  return runtime.provider === 'webgpu' ? new WebGpuBackend(runtime) : new CpuBackend(runtime)
}
