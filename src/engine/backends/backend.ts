import type { Tensor } from 'onnxruntime-web'
import type { Bundle } from '../bundle.ts'
import type { DecoderBackend } from './decoder-backend.ts'
import type { HostTensors } from './tensors.ts'

/**
 * A place where the two graphs of a bundle compute. `webgpu/` and `cpu/` implement it, and `open-backend.ts` chooses. A
 * new backend is a folder that implements this interface and `DecoderBackend`, a member of `Runtime`, and a line in
 * `open-backend.ts`; no other file of the engine asks where it runs.
 */
export interface Backend {
  /** Creates tensors in host memory; both graphs accept them as inputs. */
  readonly host: HostTensors
  /** Loads the language model. Throws EngineError `session-failed`, `out-of-memory`. */
  openDecoder(bundle: Bundle): Promise<DecoderBackend>
  /** Loads the vision tower. Throws EngineError `session-failed`, `out-of-memory`. */
  openVision(bundle: Bundle): Promise<VisionBackend>
  /**
   * Rows of several tensors under one another.
   *
   * @param parts f32 [n, width] each, all of one width
   * @returns f32 [sum of n, width]; the only part itself when there is one, else a new tensor to dispose of
   */
  concatRows(parts: readonly Tensor[]): Tensor
  /** The first `rows` rows of a tensor f32 [n, width] over the same memory: disposing of the view frees nothing. */
  viewRows(tensor: Tensor, rows: number): Tensor
  /** Resolves when everything that was handed to the device so far has been computed. */
  computed(): Promise<void>
}

/** The vision tower of one bundle. */
export interface VisionBackend {
  /**
   * Runs the graph.
   *
   * @param dims of the output `image_features`: [rows, hidden]
   * @returns f32 [rows, hidden], on the device where the backend has one; dispose of it
   */
  run(feeds: Readonly<Record<string, Tensor>>, dims: readonly [number, number]): Promise<Tensor>
  release(): Promise<void>
}
