import type { PreTrainedModel } from '@huggingface/transformers'
import type { EngineError } from '../../base/errors.ts'

type LoadOptions = NonNullable<Parameters<typeof PreTrainedModel.from_pretrained>[1]>

/** Where transformers.js computes. */
export interface Backend {
  /** Its own word for the device. */
  readonly device: 'webgpu' | 'wasm' | 'cpu'
  /** For ONNX Runtime; default: what belongs to the device. */
  readonly sessionOptions?: NonNullable<LoadOptions['session_options']>
  /** Whether graphs of float16 can be run at a sensible speed. */
  readonly hasFloat16: boolean
  /** What a person should know of it, in sentences. */
  readonly notices: readonly string[]
  /** Resolves when the device is lost, and with it every model on it. */
  readonly lost?: Promise<EngineError>
}

/** ONNX Runtime's own processor provider, as Node has it. */
export const nodeBackend = async (): Promise<Backend> => ({ device: 'cpu', hasFloat16: false, notices: [] })
