import type { Tensor } from './backends/tensors.ts'

/** Tokens to append to the KV cache in one call; S is their number. */
export interface Pass {
  /** [S] */
  readonly ids: readonly number[]
  /** int32 [3, S]; for `verify` [3, S + drafted] */
  readonly positions: Int32Array
  /** f32 [F, hidden]: rows that take the places of the video pads among `ids`, in order. */
  readonly features?: Tensor
  /** Read the logits back as well, 4 bytes times the vocabulary. */
  readonly withLogits?: boolean
}

export interface PassResult {
  /** The greedy choice, after repetition penalty and bans. */
  readonly token: number
  /** f32 [V], before repetition penalty and bans. */
  readonly logits?: Float32Array
}

/** A pass that was handed to the device and may still be computing. */
export interface QueuedPass {
  readonly token: Promise<number>
}

/** Numbers that were looked up in the logits of a pass, f32 [picks]. */
export interface QueuedScores {
  readonly scores: Promise<Float32Array>
}
