import type { Dtype } from '../../manifest/manifest.ts'
import type { ReaderModel } from '../../reading/reader.ts'
import type { ReadingApi } from '../worker/protocol.ts'

/** A model in the layout of transformers.js. */
export interface TransformersRequest {
  /** Address of the folder that holds config.json, tokenizer.json and onnx/; in Node also a path on this machine. */
  readonly folder: string
  /** Which of its weights; default: what config.json names, else the smallest that suit the device. */
  readonly dtype?: Dtype
}

/** What is told while a model loads. */
export type TransformersStep =
  /** The model can be read with; nothing large has been fetched. `bytes` are those of its graphs and their data. */
  | { readonly type: 'found'; readonly name: string; readonly dtype: Dtype; readonly bytes: number }
  | { readonly type: 'downloading'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly type: 'starting' }

export interface TransformersModel extends ReaderModel {
  /** Where it computes. */
  readonly provider: 'webgpu' | 'wasm' | 'cpu'
}

/** What the page may ask of the worker of transformers.js. */
export interface TransformersApi extends ReadingApi {
  /** @param appUrl where the app's own files lie: its page's address */
  open(appUrl: string): void
  /** See `Reader.load`. */
  load(
    request: TransformersRequest,
    onStep: (step: TransformersStep) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<TransformersModel>
}
