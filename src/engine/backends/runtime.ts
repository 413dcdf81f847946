import type { InferenceSession, Tensor } from 'onnxruntime-web'

/** What is used of ONNX Runtime; onnxruntime-node and every build of onnxruntime-web have it. */
export interface Ort {
  readonly InferenceSession: typeof InferenceSession
  readonly Tensor: typeof Tensor
  /** Called after each session is created, to free what starting the runtime needed. */
  readonly onSessionCreated?: () => void
}

/** ONNX Runtime on the processor: in Node, or as WebAssembly in a browser. */
export interface CpuRuntime {
  readonly provider: 'cpu'
  readonly ort: Ort
  /** The CPU provider's name in builds of ONNX Runtime that need one. */
  readonly executionProvider?: 'wasm'
  /** Whether the last attempt to grow the runtime's memory was refused; an error thrown then is blamed on it. */
  readonly isShortOfMemory?: () => boolean
  /** Awaited before each run, where runs occupy the thread that messages and timers arrive on. */
  readonly yieldBetweenRuns?: () => Promise<void>
  /** See `minRows`. Default: 1. */
  readonly minRows?: number
}

/** ONNX Runtime on a WebGPU device. */
export interface GpuRuntime {
  readonly provider: 'webgpu'
  readonly ort: Ort
  readonly device: GPUDevice
  /** Session creation fails when a node would run on the CPU instead of the GPU. */
  readonly forbidCpuFallback?: boolean
  /** Decode steps are recorded once and replayed; `checks/step-recording.ts` finds out whether a device can. */
  readonly graphCapture?: boolean
  /** See `minRows`. Default: 4 on software adapters, else 1. */
  readonly minRows?: number
}

/** A runtime and where it computes. */
export type Runtime = CpuRuntime | GpuRuntime
