import { openBundle } from '../../src/engine/bundle.ts'
import { type ReplayRequest, type ReplayResult, replay } from '../../src/engine/replay.ts'
import { nodeCpuRuntime } from '../../src/engine/runtimes/node-cpu.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { runInChromium } from './chromium.ts'
import { runInDawn } from './dawn.ts'

export const executionProviders = ['cpu', 'chromium', 'dawn'] as const
export type ExecutionProvider = (typeof executionProviders)[number]

export interface ReplayJob {
  readonly bundle: string
  /** f32 [P, patch values] */
  readonly pixelValues: Float32Array
  readonly request: ReplayRequest
  /** Fail when a node of a graph would not run on the GPU. */
  readonly forbidCpuFallback?: boolean
  /** On WebGPU: record steps of decoding and play them again. */
  readonly graphCapture?: boolean
}

export interface ReplayOutcome {
  /** What computed it, in words. */
  readonly adapter: string
  readonly result: ReplayResult
}

/** Runs a job where it is told to. Throws EngineError `no-adapter` where there is no such place. */
export async function runReplay(provider: ExecutionProvider, job: ReplayJob): Promise<ReplayOutcome> {
  if (provider === 'chromium') return runInChromium(job)
  if (provider === 'dawn') return runInDawn(job)
  const bundle = await openBundle(new BundleDirectory(job.bundle))
  const result = await replay(await nodeCpuRuntime(), bundle, job.pixelValues, job.request)
  return { adapter: 'onnxruntime-node, CPU', result }
}
