import type { ReplayRequest, ReplayResult } from './replay.ts'

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
