import { EngineError } from '../base/errors.ts'
import { textRotary } from '../qwen25vl/index.ts'
import type { DecoderBackend, DecoderMemory, LogitQuery, Outputs, PassInputs } from './backends/decoder-backend.ts'
import { openBackend } from './backends/open-backend.ts'
import type { Runtime } from './backends/runtime.ts'
import type { HostTensors } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'
import { maxDraftTokens } from './draft-tokens.ts'
import { KvSlots } from './kv-slots.ts'
import { processLogits } from './logits-processors.ts'
import type { Pass, PassResult, QueuedPass, QueuedScores } from './pass.ts'
import { countOf, penaltyInputs, tokenInputs } from './pass-inputs.ts'
import { SharedBackend } from './shared-backend.ts'

export interface DecoderOptions {
  /** Slots of the KV cache. */
  readonly capacity: number
  /** Ids that are never chosen. Default: none. */
  readonly bannedIds?: Iterable<number>
  /** Default: the bundle's own. 1 is off. */
  readonly repetitionPenalty?: number
  /** The most tokens of one prefill pass; longer prompts take several. Default: 256 on a GPU, no limit on the processor. */
  readonly prefillChunk?: number
}

/**
 * The language model over one KV cache: it appends tokens and chooses the next one greedily, after repetition penalty and
 * bans. Passes can be queued without waiting for their results. Decoders made by `fork` share the weights.
 */
export class Decoder {
  readonly repetitionPenalty: number
  private readonly bannedIds: readonly number[]
  private readonly prefillChunk: number
  private readonly host: HostTensors
  private readonly backend: DecoderBackend
  private readonly memory: DecoderMemory
  private readonly slots: KvSlots
  private latestToken: Promise<number> = Promise.resolve(0)

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly shared: SharedBackend,
    options: DecoderOptions,
  ) {
    const { backend } = shared
    this.host = openBackend(runtime).host
    this.backend = backend
    this.slots = new KvSlots(options.capacity)
    this.bannedIds = [...(options.bannedIds ?? [])]
    this.repetitionPenalty = options.repetitionPenalty ?? bundle.config.generation.repetitionPenalty
    this.prefillChunk = options.prefillChunk ?? backend.prefillChunk
    this.memory = backend.takeMemory({
      // The last pass may be padded beyond the capacity.
      capacity: options.capacity + backend.minRows - 1,
      maxRows: 1 + maxDraftTokens,
      repetitionPenalty: this.repetitionPenalty,
      bannedIds: this.bannedIds,
    })
    this.memory.state.setPenalties([])
  }

  /** Loads the language model. Throws EngineError `session-failed`, `out-of-memory`. */
  static async create(runtime: Runtime, bundle: Bundle, options: DecoderOptions): Promise<Decoder> {
    return new Decoder(runtime, bundle, new SharedBackend(await openBackend(runtime).openDecoder(bundle)), options)
  }

  /** Another decoder with a KV cache of its own over the same weights, which are freed with the last of them. */
  fork(options: DecoderOptions): Decoder {
    return new Decoder(this.runtime, this.bundle, this.shared.share(), options)
  }

  /** Slots of the KV cache. */
  get capacity(): number {
    return this.slots.capacity
  }

  /** Tokens in the cache, those of queued passes included. */
  get length(): number {
    return this.slots.used
  }

  /** Appends tokens and chooses the next one. Throws EngineError `context-full`, `video-tokens`. */
  async run(pass: Pass): Promise<PassResult> {
    const { outputs, tokens } = await this.prefill(pass)
    const logits = pass.withLogits ? await this.memory.state.readLogits(outputs) : undefined
    const [token] = await tokens
    return { token, ...(logits ? { logits } : {}) }
  }

  /**
   * The same without waiting for the token: where the chosen token stays on the device, the next `step` can be queued at
   * once. Throws EngineError `context-full`, `video-tokens`.
   */
  async enqueue(pass: Pass): Promise<QueuedPass> {
    const { token } = await this.prefill(pass)
    return { token }
  }

  /**
   * Decode step: appends the token chosen last, which need not have been read yet, and queues the next choice.
   *
   * @param positions int32 [3, 1]
   * Throws EngineError `context-full`.
   */
  async step(positions: Int32Array): Promise<QueuedPass> {
    const { state } = this.memory
    if (!state.stepInputs) return this.enqueue({ ids: [await this.latestToken], positions })
    const slot = this.slots.appendLater(this.latestToken)
    this.writeRotary(slot, positions)
    // Logits are fetched whether they are read or not: a recorded step has the same outputs each time.
    const options = { isStep: true, withLogits: true }
    const { token } = await this.submit(state.stepInputs, { start: slot, tokens: 1, rows: 1 }, options)
    return { token }
  }

  /** A decode step that is waited for, with its logits; for checks. Throws EngineError `context-full`. */
  async runStep(positions: Int32Array): Promise<PassResult> {
    const { state } = this.memory
    if (!state.stepInputs) return this.run({ ids: [await this.latestToken], positions, withLogits: true })
    const { token } = await this.step(positions)
    return { token: await token, logits: await state.readLogits({}) }
  }

  /**
   * Verifies draft tokens: one pass appends `pass.ids` and the draft, and chooses a token after the last id and after each
   * draft token. Draft tokens that would have been chosen stay in the cache; the others are rolled back. Nothing else may
   * be asked of the decoder before it resolves.
   *
   * @param draft at most `maxDraftTokens` ids
   * @returns the accepted draft tokens and one more, which is not in the cache yet: what single steps would have chosen
   * Throws EngineError `context-full`, `video-tokens`.
   */
  async verify(pass: Pass, draft: readonly number[]): Promise<readonly number[]> {
    const start = this.length + pass.ids.length
    const { tokens } = await this.prefill(pass, draft)
    const chosen = await tokens
    let accepted = 0
    while (accepted < draft.length && chosen[accepted] === draft[accepted]) accepted++
    this.slots.keepFirst(start + accepted)
    this.memory.cache.truncate(this.length)
    this.memory.state.keepRow(accepted)
    this.latestToken = Promise.resolve(chosen[accepted])
    return chosen.slice(0, accepted + 1)
  }

  /**
   * Appends tokens and, instead of choosing one, looks numbers up in their logits; nothing else leaves the device, and the
   * next pass can be queued before they have arrived. The repetition penalty does not count these tokens: roll back to
   * before them before the next token is chosen. Throws EngineError `context-full`.
   */
  async enqueueScores({ ids, positions }: Pick<Pass, 'ids' | 'positions'>, query: LogitQuery): Promise<QueuedScores> {
    const { backend, host, memory } = this
    const { cache, state, scores: reader } = memory
    const rows = [...new Set(query.picks.map(({ row }) => row))]
    const start = this.slots.append(ids)
    const end = start + this.padded(ids.length)
    this.writeRotary(start, positions)
    const feeds = {
      ...cache.feeds(),
      ...state.feeds(end, { logits: rows.length, penalties: 1 }),
      ...state.noPenaltyUpdates,
      ...tokenInputs(host, backend.minRows, ids, rows),
      features: state.noFeatures,
      ...state.lengths(end, false),
    }
    const fetches = { ...cache.fetches(), ...reader.fetches(this.padded(rows.length)) }
    const outputs = await backend.run(memory, feeds, fetches, false).catch((error: unknown) => {
      this.rollback(start)
      throw error
    })
    cache.accept(outputs)
    const scores = reader.read(outputs, rows, query)
    // A caller that was stopped does not wait for the scores: their failure must not count as unhandled.
    scores.catch(() => undefined)
    return { scores }
  }

  /** Forgets everything after the first `length` tokens. */
  rollback(length: number): void {
    if (length >= this.length) return
    this.slots.rollback(length)
    this.memory.cache.truncate(length)
    this.refreshPenalties()
  }

  /** Copies the cache of another decoder of the same model and capacity, without computing anything. */
  copyFrom(other: Decoder): void {
    const { cache, state } = this.memory
    this.rollback(0)
    this.slots.copyFrom(other.slots)
    cache.copyFrom(other.memory.cache, this.length)
    state.copyRotary(other.memory.state, this.length)
    this.refreshPenalties()
  }

  async dispose(): Promise<void> {
    await this.latestToken.catch(() => undefined)
    this.backend.returnMemory(this.memory)
    await this.shared.release()
  }

  /** A copy of a pass's logits f32 [V] with repetition penalty and bans applied, banned ids at minus infinity. */
  processLogits(logits: Float32Array): Float32Array {
    return processLogits(logits, this.slots.ids, this.repetitionPenalty, this.bannedIds)
  }

  /** Appends a prompt in chunks, and the draft with the last of them. */
  private async prefill(pass: Pass, draft: readonly number[] = []): Promise<SubmittedPass> {
    const { prefillChunk, memory, host, backend, repetitionPenalty } = this
    const { features, withLogits = false } = pass
    const { videoPad } = this.bundle.config.tokens
    if (features) checkVideoTokens(countOf(pass.ids, videoPad), features.dims[0])
    const ids = [...pass.ids, ...draft]
    const start = this.slots.append(ids)
    this.writeRotary(start, pass.positions)
    const submitChunk = (from: number, to: number, rows: number, isLast: boolean) => {
      const chunk = ids.slice(from, to)
      const lastRows = Array.from({ length: rows }, (_, row) => chunk.length - rows + row)
      const video = features && { pad: videoPad, before: countOf(ids.slice(0, from), videoPad) }
      const inputs = {
        ...tokenInputs(host, backend.minRows, chunk, lastRows, video),
        features: features ?? memory.state.noFeatures,
        ...penaltyInputs(host, memory.state, chunk, rows, repetitionPenalty),
      }
      return this.submit(inputs, { start: start + from, tokens: chunk.length, rows }, { withLogits, isLast })
    }
    let from = 0
    try {
      for (; from + prefillChunk < pass.ids.length; from += prefillChunk) {
        await submitChunk(from, from + prefillChunk, 1, false)
      }
    } catch (error) {
      this.rollback(start)
      throw error
    }
    return submitChunk(from, ids.length, draft.length + 1, true)
  }

  /** Runs the graph over the cache. */
  private async submit(
    inputs: PassInputs,
    { start, tokens: count, rows }: PassExtent,
    { withLogits = false, isStep = false, isLast = true },
  ): Promise<SubmittedPass> {
    const { memory, backend } = this
    const { cache, state } = memory
    const end = start + this.padded(count)
    // Padding rows repeat one row and share its penalty factors.
    const extent = { logits: this.padded(rows), penalties: rows === 1 ? 1 : this.padded(rows) }
    const feeds = { ...cache.feeds(), ...state.feeds(end, extent), ...inputs, ...state.lengths(end, isStep) }
    const fetches = { ...cache.fetches(), ...state.fetches(extent, withLogits) }
    const outputs = await backend.run(memory, feeds, fetches, isStep).catch((error: unknown) => {
      this.rollback(start)
      throw error
    })
    cache.accept(outputs)
    if (!isLast) await state.finishChunk(outputs)
    const tokens = isLast ? state.readTokens(outputs, rows) : Promise.resolve([])
    const token = tokens.then((chosen) => chosen[rows - 1])
    // A caller that was stopped does not wait for the token: its failure must not count as unhandled.
    token.catch(() => undefined)
    this.latestToken = token
    return { outputs, tokens, token }
  }

  private writeRotary(slot: number, positions: Int32Array): void {
    this.memory.state.writeRotary(slot, textRotary(positions, this.bundle.config.text))
  }

  private refreshPenalties(): void {
    if (this.repetitionPenalty !== 1) this.memory.state.setPenalties(this.slots.ids)
  }

  private padded(rows: number): number {
    return Math.max(rows, this.backend.minRows)
  }
}

/** Where a pass lies in the cache, and how many of its last tokens choose one that follows. */
interface PassExtent {
  readonly start: number
  readonly tokens: number
  readonly rows: number
}

interface SubmittedPass {
  readonly outputs: Outputs
  /** One for each row. */
  readonly tokens: Promise<readonly number[]>
  /** That of the last row. */
  readonly token: Promise<number>
}

function checkVideoTokens(pads: number, features: number): void {
  if (pads === features) return
  throw new EngineError({
    code: 'video-tokens',
    message: `${pads} video tokens for ${features} features.`,
    action: 'Start the reading again; if it persists, report it.',
  })
}
