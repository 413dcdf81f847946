import type { Tensor } from 'onnxruntime-web'
import type { RotaryTable } from '../../qwen25vl/index.ts'

export type Feeds = Readonly<Record<string, Tensor>>
/** Outputs of a run by name: a tensor to write into, or null for a new one. */
export type Fetches = Readonly<Record<string, Tensor | null>>
export type Outputs = Readonly<Record<string, Tensor>>

/**
 * The language model of one bundle on one backend. Decoders share it, each with a `DecoderMemory` of its own.
 * S is the number of tokens of a pass, R the number of its rows whose logits are computed, V the vocabulary.
 */
export interface DecoderBackend {
  /**
   * Rows that a pass has at least: inputs and logits of shorter passes are padded to it. Padding never changes a
   * result, since attention is causal and the slots of padding are overwritten by the next pass.
   */
  readonly minRows: number
  /** Default for the most tokens of one prefill pass; longer prompts are prefilled in several. May be infinite. */
  readonly prefillChunk: number
  /** Memory for one decoder: what an earlier decoder with the same options has given back, or new. */
  takeMemory(options: MemoryOptions): DecoderMemory
  /** Takes a decoder's memory back, to free it or to keep it for the next. */
  returnMemory(memory: DecoderMemory): void
  /**
   * Runs the graph once.
   *
   * @param isStep a decode step over `DecoderState.stepInputs`: its feeds and fetches are the same tensors each time
   * Throws what ONNX Runtime throws; EngineError `out-of-memory` where the runtime's memory is at its limit.
   */
  run(memory: DecoderMemory, feeds: Feeds, fetches: Fetches, isStep: boolean): Promise<Outputs>
  /** Ends the session. All memory must have been returned. */
  release(): Promise<void>
}

/** All that a decoder's memory depends on. */
export interface MemoryOptions {
  /** Slots of the KV cache, those for padding included. */
  readonly capacity: number
  /** The most rows of one pass that chooses a token for each: the last known token and all draft tokens. */
  readonly maxRows: number
  readonly repetitionPenalty: number
  readonly bannedIds: readonly number[]
}

/** What one decoder holds where the model runs. */
export interface DecoderMemory {
  readonly cache: KvCache
  readonly state: DecoderState
  readonly scores: LogitScores
}

/** Keys and values of all layers, [1, kv_heads, slots, head_dim] each, in the graph's float type. */
export interface KvCache {
  /** Inputs `past_key_values.i.key|value`. */
  feeds(): Feeds
  /** Outputs `present.i.key|value`. */
  fetches(): Fetches
  /** Takes over the outputs of a run. */
  accept(outputs: Outputs): void
  /** Forgets everything after the first `length` slots. */
  truncate(length: number): void
  /** Copies the first `length` slots of a cache of the same backend and capacity. */
  copyFrom(other: KvCache, length: number): void
  dispose(): void
}

/** The names of a cache's tensors: `0.key`, `0.value`, `1.key`, ... */
export function kvParts(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat()
}

/** The tensors of a cache by part, named as inputs of the graph. */
export function pastFeeds(tensors: ReadonlyMap<string, Tensor>): Feeds {
  return Object.fromEntries([...tensors].map(([part, tensor]) => [`past_key_values.${part}`, tensor]))
}

/** The tensors to write into, or null, by part, named as outputs of the graph. */
export function presentFetches(tensors: ReadonlyMap<string, Tensor | null>): Fetches {
  return Object.fromEntries([...tensors].map(([part, tensor]) => [`present.${part}`, tensor]))
}

/** Inputs of the graph that change from pass to pass; names, shapes and types are the graph's. */
export type PassInputs = Readonly<
  Record<
    | 'input_ids' // i64 [S, 1]
    | 'features' // f32 [F, hidden]
    | 'source_rows' // i64 [S]: for each token a row of the embeddings (below S) or S + a row of the features
    | 'logit_rows' // i64 [R]
    | 'marks_at' // i64 [M, 2]: row and id of each penalty factor that this pass sets
    | 'marks', // f32 [M]: those factors
    Tensor
  >
>

/** Inputs that tell how many tokens the cache holds after a pass. */
export type LengthInputs = Readonly<
  Record<
    | 'seqlens_k' // i32 [1]: that number minus 1
    | 'total_sequence_length', // i32 [1]
    Tensor
  >
>

/** Rows of a pass's logits, padding included, and of its penalty factors: as many, or one row that all share. */
export interface RowCounts {
  readonly logits: number
  readonly penalties: number
}

/** What a pass needs besides token ids and KV cache: rotary tables, penalty factors, bans, and the tokens chosen last. */
export interface DecoderState {
  /** f32 [1, hidden]: the input `features` of a pass without video tokens. */
  readonly noFeatures: Tensor
  /** Inputs for a pass that changes no penalty factor. */
  readonly noPenaltyUpdates: Pick<PassInputs, 'marks_at' | 'marks'>
  /** Inputs of a decode step over the token chosen last; present only where that token stays on the device. */
  readonly stepInputs?: PassInputs
  /** Writes rows of the rotary tables, from this slot on. */
  writeRotary(slot: number, table: RotaryTable): void
  /** Copies the rotary tables of the first `slots` slots from a state of the same backend. */
  copyRotary(other: DecoderState, slots: number): void
  /** @param end tokens in the cache after the pass, padding included */
  lengths(end: number, isStep: boolean): LengthInputs
  /** Rotary tables of at least `slots` slots, the bias that bans ids, and penalty factors f32 [penalties, V]. */
  feeds(slots: number, rows: RowCounts): Feeds
  /** Outputs `token` i64 [R], `penalties_out` f32 [penalties, V] and, if wanted, `logits` f32 [R, V]. */
  fetches(rows: RowCounts, withLogits: boolean): Fetches
  /** The tokens that the first `rows` rows of a run chose. After a run of several rows `keepRow` has to follow. */
  readTokens(outputs: Outputs, rows: number): Promise<readonly number[]>
  /** Ends a prefill chunk that is not the last: its penalties count, its token is not read back. */
  finishChunk(outputs: Outputs): Promise<void>
  /** Continues from one row of the last run: from the token it chose and from its penalty factors. */
  keepRow(row: number): void
  /** f32 [V] of the first row of a run that fetched logits. */
  readLogits(outputs: Outputs): Promise<Float32Array>
  /** Sets the penalty factors anew, from all ids that count as seen. */
  setPenalties(seenIds: readonly number[]): void
  dispose(): void
}

/** The logit of this id in this row of a pass (counted from the pass's first token). */
export interface LogitPick {
  readonly row: number
  readonly id: number
}

/** The numbers that are wanted of a pass's logits. */
export interface LogitQuery {
  readonly picks: readonly LogitPick[]
  /** Logits compare ids of one row; log-probabilities, over the whole vocabulary, compare across rows and add up. */
  readonly as: 'logits' | 'log-probabilities'
}

/** Looks single numbers up in the logits of a pass. */
export interface LogitScores {
  /** Output `logits` f32 [rows, V]. */
  fetches(rows: number): Fetches
  /**
   * Reads the numbers of a run; later runs may be queued before they have arrived.
   *
   * @param rows which row of the pass each row of `logits` belongs to
   * @returns f32 [picks]
   */
  read(outputs: Outputs, rows: readonly number[], query: LogitQuery): Promise<Float32Array>
  dispose(): void
}
