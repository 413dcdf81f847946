import type { Tensor } from 'onnxruntime-web'
import { EngineError } from '../base/errors.ts'
import { rotarySlots } from '../qwen25vl/index.ts'
import { leastRows, type Runtime } from './backends/runtime.ts'
import { int32Tensor, int64Tensor } from './backends/tensors.ts'
import { type DecoderState, DeviceState, HostState, type PassInputs } from './backends/webgpu/decoder-state.ts'
import { GrowingCache, type KvCache, StaticCache } from './backends/webgpu/kv-cache.ts'
import { createScores, type Scores, type Wanted } from './backends/webgpu/logit-scores.ts'
import type { Bundle } from './bundle.ts'
import { type DecoderMemory, DecoderSession } from './decoder-session.ts'

/** What a banned id's logit is lowered by; infinity is not safe in shaders. */
const ban = -1e30

/** Tokens that one pass over a GPU takes at most; between passes the page's own drawing gets its turn. */
const mostAtOnce = 256

export interface Pass {
  readonly ids: readonly number[]
  /** int32 [3, S] */
  readonly positions: Int32Array
  /** Rows f32 [F, hidden] that stand in for the video pads among `ids`, in order. */
  readonly features?: Tensor
  /** Read the logits back as well; costs a copy of the vocabulary. */
  readonly withLogits?: boolean
}

export interface PassResult {
  /** The greedy choice after penalty and bans. */
  readonly token: number
  /** f32 [V], before penalty and bans. */
  readonly logits?: Float32Array
}

/** A pass that was handed to the device and may still be computing. */
export interface QueuedPass {
  readonly token: Promise<number>
}

/** Numbers that a pass was asked for, one a pick. */
export interface QueuedScores {
  readonly scores: Promise<Float32Array>
}

export interface DecoderOptions {
  /** Slots of the KV cache. */
  readonly capacity: number
  readonly bannedIds?: Iterable<number>
  /** The bundle's own where unsaid. */
  readonly repetitionPenalty?: number
  /** Tokens of one pass at most, more than that in several; on a GPU 256 where unsaid. */
  readonly mostAtOnce?: number
}

/** The language model over one KV cache. */
export class Decoder {
  readonly capacity: number
  readonly repetitionPenalty: number
  /** See `leastRows`. */
  private readonly leastRows: number
  private readonly mostAtOnce: number
  private readonly scores: Scores
  private readonly banned: readonly number[]
  /** Tokens in the cache, queued passes included. */
  private slots = 0
  /** Ids by slot, as far as they are known here: what the repetition penalty has seen. */
  private readonly seen: number[] = []
  /** Tells what is known late from what was rolled back meanwhile. */
  private generation = 0
  private latest: Promise<number> = Promise.resolve(0)
  private readonly memory: DecoderMemory

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly session: DecoderSession,
    options: DecoderOptions,
  ) {
    const { text, generation } = bundle.config
    this.capacity = options.capacity
    this.leastRows = leastRows(runtime)
    this.mostAtOnce = options.mostAtOnce ?? (runtime.provider === 'webgpu' ? mostAtOnce : Number.POSITIVE_INFINITY)
    this.repetitionPenalty = options.repetitionPenalty ?? generation.repetitionPenalty
    this.scores = createScores(runtime, text.vocabSize)
    this.banned = [...(options.bannedIds ?? [])]
    this.memory = session.takeIdle(this.memoryKey) ?? this.createMemory()
    this.state.setPenalties([], 1)
  }

  static async create(runtime: Runtime, bundle: Bundle, options: DecoderOptions): Promise<Decoder> {
    return new Decoder(runtime, bundle, await DecoderSession.create(runtime, bundle), options)
  }

  private get cache(): KvCache {
    return this.memory.cache
  }

  private get state(): DecoderState {
    return this.memory.state
  }

  /** All that memory depends on; decoders alike can use it one after the other. */
  private get memoryKey(): string {
    return JSON.stringify([this.capacity, this.repetitionPenalty, this.banned])
  }

  private createMemory(): DecoderMemory {
    const { runtime, bundle, leastRows, repetitionPenalty } = this
    const capacity = this.slotsWithPadding
    const { text } = bundle.config
    const { compute } = bundle.manifest.graphs.decoder
    const bias = new Float32Array(text.vocabSize)
    for (const id of this.banned) bias[id] = ban
    if (runtime.provider === 'cpu') {
      const state = new HostState(runtime, bundle, capacity, bias, repetitionPenalty)
      return { cache: new GrowingCache(runtime, text, compute), state }
    }
    const state = new DeviceState(runtime, bundle, { capacity, leastRows }, bias, repetitionPenalty)
    return { cache: new StaticCache(runtime, text, compute, capacity), state }
  }

  /** Another cache over the same weights. The session ends with the last of its decoders. */
  fork(options: DecoderOptions): Decoder {
    return new Decoder(this.runtime, this.bundle, this.session.share(), options)
  }

  /** Those of the cache, and behind them room for the padding of the last pass. */
  private get slotsWithPadding(): number {
    return this.capacity + this.leastRows - 1
  }

  /** Rows that a pass of so many has on the device. */
  private padded(rows: number): number {
    return Math.max(rows, this.leastRows)
  }

  /** Tokens in the cache, those of queued passes included. */
  get length(): number {
    return this.slots
  }

  /** Appends tokens and chooses the next one. Throws EngineError `context-full`, `video-tokens`. */
  async run(pass: Pass): Promise<PassResult> {
    const { outputs, tokens } = await this.queue(pass)
    const logits = pass.withLogits ? await this.state.readLogits(outputs) : undefined
    const [token] = await tokens
    return { token, ...(logits ? { logits } : {}) }
  }

  /**
   * The same, without waiting for the result: on a device the next `step` can be queued at once, since the choice stays
   * there. Throws EngineError `context-full`, `video-tokens`.
   */
  async enqueue(pass: Pass): Promise<QueuedPass> {
    const { token } = await this.queue(pass)
    return { token }
  }

  /**
   * Appends tokens and, behind them, ids that may be what follows; one pass chooses after each of them. Of the drafted
   * ids the cache keeps those that would have been chosen; with the others it is as if they had never been there. Wait
   * for it before anything else is asked of the decoder.
   *
   * @param pass its positions are int32 [3, S + drafted]
   * @param drafted at most `mostDrafted`
   * @returns what one pass after the other would have chosen: the drafted ids that were right, and one token more, which
   * is not in the cache yet
   * Throws EngineError `context-full`, `video-tokens`.
   */
  async verify(pass: Pass, drafted: readonly number[]): Promise<readonly number[]> {
    const start = this.slots + pass.ids.length
    const { tokens } = await this.queue(pass, drafted)
    const chosen = await tokens
    let accepted = 0
    while (accepted < drafted.length && chosen[accepted] === drafted[accepted]) accepted++
    this.slots = start + accepted
    this.seen.length = this.slots
    this.cache.truncate(this.slots)
    this.state.keep(accepted)
    this.latest = Promise.resolve(chosen[accepted])
    return chosen.slice(0, accepted + 1)
  }

  /**
   * Appends the token chosen last, whatever it will turn out to be, and queues the next choice.
   *
   * @param positions int32 [3, 1]
   * Throws EngineError `context-full`.
   */
  async step(positions: Int32Array): Promise<QueuedPass> {
    if (!this.state.chained) return this.enqueue({ ids: [await this.latest], positions })
    const slot = this.reserve(1)
    const { generation } = this
    this.latest.then(
      (id) => {
        if (generation === this.generation) this.seen[slot] = id
      },
      () => undefined,
    )
    this.state.writeRotary(slot, rotarySlots(positions, this.bundle.config.text))
    // A recorded step writes its logits where they can be read, whether they are or not.
    const options = { isStep: true, withLogits: true }
    const { token } = await this.submit(this.state.chained, { start: slot, ids: 1, rows: 1 }, options)
    return { token }
  }

  /** The same, waited for, and its logits read back; for checks. */
  async runStep(positions: Int32Array): Promise<PassResult> {
    if (!this.state.chained) return this.run({ ids: [await this.latest], positions, withLogits: true })
    const { token } = await this.step(positions)
    return { token: await token, logits: await this.state.readLogits({}) }
  }

  /**
   * Appends tokens and, instead of choosing, looks numbers up in their logits: nothing else leaves the device, and the
   * next pass can be queued before they have come. The penalty does not hear of these tokens: roll back to before them
   * when a token is to be chosen. Throws EngineError `context-full`.
   */
  async enqueueScores({ ids, positions }: Pick<Pass, 'ids' | 'positions'>, wanted: Wanted): Promise<QueuedScores> {
    const rows = [...new Set(wanted.picks.map(({ row }) => row))]
    const start = this.reserve(ids.length)
    const end = start + this.padded(ids.length)
    this.seen.splice(start, this.seen.length, ...ids)
    this.state.writeRotary(start, rotarySlots(positions, this.bundle.config.text))
    const feeds = {
      ...this.cache.feeds(),
      ...this.state.feeds(end, { logits: rows.length, penalties: 1 }),
      ...this.state.noMarks,
      ...this.tokenInputs(ids, rows),
      features: this.state.noFeatures,
      ...this.lengths(end, false),
    }
    const fetches = { ...this.cache.fetches(), ...this.scores.fetches(this.padded(rows.length)) }
    const outputs = await this.session.run(feeds, fetches).catch((error: unknown) => {
      this.rollback(start)
      throw error
    })
    this.cache.accept(outputs)
    const scores = this.scores.read(outputs, rows, wanted)
    // Whoever queued the pass may have stopped caring for it.
    scores.catch(() => undefined)
    return { scores }
  }

  /**
   * Takes over what another decoder over the same weights holds, without computing anything: the two go their own ways
   * from there. It must have the same capacity.
   */
  copyFrom(other: Decoder): void {
    this.rollback(0)
    this.slots = other.slots
    this.seen.splice(0, this.seen.length, ...other.seen)
    this.cache.copyFrom(other.cache, this.slots)
    this.state.copyRotary(other.state, this.slots)
    if (this.repetitionPenalty !== 1) this.state.setPenalties(this.seen, this.repetitionPenalty)
  }

  /** Forgets everything after the first `length` tokens. */
  rollback(length: number): void {
    if (length >= this.slots) return
    this.slots = length
    this.seen.length = Math.min(this.seen.length, length)
    this.generation++
    this.cache.truncate(length)
    if (this.repetitionPenalty !== 1) this.state.setPenalties(this.seen, this.repetitionPenalty)
  }

  private async queue(pass: Pass, drafted: readonly number[] = []): Promise<SubmittedPass> {
    const { mostAtOnce } = this
    const { features, withLogits = false } = pass
    const { text, tokens } = this.bundle.config
    const pads = features ? countOf(pass.ids, tokens.videoPad) : 0
    if (features && pads !== features.dims[0]) {
      throw new EngineError({
        code: 'video-tokens',
        message: `${pads} video tokens for ${features.dims[0]} features.`,
        action: 'Start the analysis again; if it persists, report it.',
      })
    }
    const ids = [...pass.ids, ...drafted]
    const start = this.reserve(ids.length)
    this.seen.splice(start, this.seen.length, ...ids)
    this.state.writeRotary(start, rotarySlots(pass.positions, text))
    const submit = (from: number, to: number, rows: number, isPiece = false) => {
      const piece = ids.slice(from, to)
      const chosen = [...Array(rows).keys()].map((row) => piece.length - rows + row)
      const video = features && { pad: tokens.videoPad, before: countOf(ids.slice(0, from), tokens.videoPad) }
      const inputs = {
        ...this.tokenInputs(piece, chosen, video),
        features: features ?? this.state.noFeatures,
        ...this.marks(piece, rows),
      }
      return this.submit(inputs, { start: start + from, ids: piece.length, rows }, { withLogits, isPiece })
    }
    let from = 0
    try {
      for (; from + mostAtOnce < pass.ids.length; from += mostAtOnce) {
        await submit(from, from + mostAtOnce, 1, true)
      }
    } catch (error) {
      this.rollback(start)
      throw error
    }
    return submit(from, ids.length, drafted.length + 1)
  }

  /**
   * The tokens of a pass and the rows whose logits are wanted, both padded: nothing looks ahead at the former, and the
   * latter repeat the last one.
   *
   * @param video ids that a feature each stands in for, and the features before those of this pass
   */
  private tokenInputs(
    ids: readonly number[],
    rows: readonly number[],
    video?: { readonly pad: number; readonly before: number },
  ): Pick<PassInputs, 'input_ids' | 'source_rows' | 'logit_rows'> {
    const { runtime } = this
    const count = this.padded(ids.length)
    let feature = video?.before ?? 0
    const sourceRows = Array.from({ length: count }, (_, row) =>
      video && ids[row] === video.pad ? count + feature++ : row,
    )
    const logitRows = Array.from({ length: this.padded(rows.length) }, (_, row) => rows[Math.min(row, rows.length - 1)])
    return {
      input_ids: int64Tensor(
        runtime,
        Array.from({ length: count }, (_, row) => ids[row] ?? 0),
        [count, 1],
      ),
      source_rows: int64Tensor(runtime, sourceRows, [count]),
      logit_rows: int64Tensor(runtime, logitRows, [logitRows.length]),
    }
  }

  /** What the last `rows` of these ids change in the penalties: each row has seen every id up to its own. */
  private marks(ids: readonly number[], rows: number): Pick<PassInputs, 'marks_at' | 'marks'> {
    const { runtime, repetitionPenalty } = this
    if (repetitionPenalty === 1) return this.state.noMarks
    const pairs: number[] = []
    for (let row = 0; row < rows; row++) {
      for (const id of new Set(ids.slice(0, ids.length - rows + row + 1))) pairs.push(row, id)
    }
    const count = pairs.length / 2
    const values = new Float32Array(count).fill(repetitionPenalty)
    return {
      marks_at: int64Tensor(runtime, pairs, [count, 2]),
      marks: new runtime.ort.Tensor('float32', values, [count]),
    }
  }

  /** Takes slots of the cache; the first of them. */
  private reserve(count: number): number {
    const start = this.slots
    if (start + count > this.capacity) {
      throw new EngineError({
        code: 'context-full',
        message: `${start + count} tokens do not fit in a context of ${this.capacity}.`,
        action: 'Use fewer frames, a shorter question, or a shorter answer.',
        recoverable: true,
      })
    }
    this.slots += count
    return start
  }

  private async submit(
    inputs: PassInputs,
    { start, ids, rows }: PassExtent,
    { withLogits = false, isStep = false, isPiece = false },
  ): Promise<SubmittedPass> {
    const end = start + this.padded(ids)
    // Rows that repeat one row see the same penalties.
    const extent = { logits: this.padded(rows), penalties: rows === 1 ? 1 : this.padded(rows) }
    const feeds = { ...this.cache.feeds(), ...this.state.feeds(end, extent), ...inputs, ...this.lengths(end, isStep) }
    const fetches = { ...this.cache.fetches(), ...this.state.fetches(extent, withLogits) }
    if (isStep) this.memory.graph ??= this.session.claimGraph()
    const outputs = await this.session
      .run(feeds, fetches, isStep ? this.memory.graph : undefined)
      .catch((error: unknown) => {
        this.rollback(start)
        throw error
      })
    this.cache.accept(outputs)
    // Of the pieces of a pass only the last one's choice counts.
    const tokens = isPiece ? this.state.passOver(outputs) : this.state.accept(outputs, rows)
    if (isPiece) await tokens
    const token = tokens.then((chosen) => chosen[rows - 1])
    // Whoever queued the pass may have stopped caring for it.
    token.catch(() => undefined)
    this.latest = token
    return { outputs, tokens, token }
  }

  /** How long the cache is after a pass, its padding included. What a recorded step takes from the host has to suit every length. */
  private lengths(end: number, isStep: boolean): Readonly<Record<'seqlens_k' | 'total_sequence_length', Tensor>> {
    const { runtime, state, session, slotsWithPadding: capacity } = this
    const seqlens = int32Tensor(runtime, [end - 1], [1])
    return {
      seqlens_k: isStep ? (state.writeLength?.(end) ?? seqlens) : seqlens,
      total_sequence_length: int32Tensor(runtime, [isStep && session.readsLengths ? capacity : end], [1]),
    }
  }

  async dispose(): Promise<void> {
    await this.latest.catch(() => undefined)
    this.scores.dispose()
    this.session.leave(this.memoryKey, this.memory)
    await this.session.release()
  }

  /** A copy of a pass's logits as the greedy choice sees them: repetition penalty applied, bans at minus infinity. */
  adjusted(logits: Float32Array): Float32Array {
    const out = logits.slice()
    if (this.repetitionPenalty !== 1) {
      for (const id of new Set(this.seen)) {
        out[id] = logits[id] > 0 ? logits[id] / this.repetitionPenalty : logits[id] * this.repetitionPenalty
      }
    }
    for (const id of this.banned) out[id] = Number.NEGATIVE_INFINITY
    return out
  }

  /** Best minus second best of a pass's logits after penalty and bans: how sure the greedy choice was. */
  margin(logits: Float32Array = new Float32Array()): number {
    let best = Number.NEGATIVE_INFINITY
    let second = Number.NEGATIVE_INFINITY
    for (const value of this.adjusted(logits)) {
      if (value > best) {
        second = best
        best = value
      } else if (value > second) second = value
    }
    return best - second
  }
}

/** A pass from this slot of the cache on, and rows that it chooses a token for: the last ones. */
interface PassExtent {
  readonly start: number
  readonly ids: number
  readonly rows: number
}

interface SubmittedPass {
  readonly outputs: Readonly<Record<string, Tensor>>
  /** One for each row. */
  readonly tokens: Promise<readonly number[]>
  /** That of the last row. */
  readonly token: Promise<number>
}

function countOf(ids: readonly number[], id: number): number {
  return ids.filter((each) => each === id).length
}
