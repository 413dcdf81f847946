import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { requireRepository } from '../package-root.ts'
import { runInChromium } from './chromium.ts'
import { runInDawn } from './dawn.ts'
import { replay } from './replay.ts'
import type { ReplayJob, ReplayOutcome } from './replay-job.ts'
import type { ExecutionProvider } from './report.ts'

/**
 * Runs a job where it is told to. Throws EngineError `no-adapter` where there is no such place, and VidemoError
 * `needs-repository` for all but the processor in the installed package.
 */
export async function runReplay(provider: ExecutionProvider, job: ReplayJob): Promise<ReplayOutcome> {
  if (provider !== 'cpu') requireRepository(`--ep ${provider}`)
  if (provider === 'chromium') return runInChromium(job)
  if (provider === 'dawn') return runInDawn(job)
  const bundle = await openBundle(new BundleDirectory(job.bundle))
  const result = await replay(await nodeCpuRuntime(), bundle, job.pixelValues, job.request)
  return { adapter: 'onnxruntime-node, CPU', result }
}
