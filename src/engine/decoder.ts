import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { EngineError } from '../errors.ts'
import { rotarySlots } from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import { GrowingCache, type KvCache, StaticCache } from './kv-cache.ts'
import { createSession, type Runtime } from './runtime.ts'
import { bytesPerFloat, encodeFloats, floatTensor, floatTypeName, int32Tensor, int64Tensor } from './tensors.ts'
import { readFloats } from './vision-encoder.ts'

/** What a banned id's logit is lowered by; infinity is not safe in shaders. */
const ban = -1e30

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

export interface DecoderOptions {
  /** Slots of the KV cache. */
  readonly capacity: number
  readonly bannedIds?: Iterable<number>
  /** The bundle's own where unsaid. */
  readonly repetitionPenalty?: number
}

/** The language model over one KV cache. */
export class Decoder {
  readonly capacity: number
  readonly repetitionPenalty: number
  private readonly cache: KvCache
  private readonly state: DecoderState
  private readonly banned: readonly number[]
  /** Tokens in the cache, queued passes included. */
  private slots = 0
  /** Ids by slot, as far as they are known here: what the repetition penalty has seen. */
  private readonly seen: number[] = []
  /** Tells what is known late from what was rolled back meanwhile. */
  private generation = 0
  private latest: Promise<number> = Promise.resolve(0)

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly session: SharedSession,
    options: DecoderOptions,
  ) {
    const { text, generation } = bundle.config
    const { compute } = bundle.manifest.graphs.decoder
    this.capacity = options.capacity
    this.repetitionPenalty = options.repetitionPenalty ?? generation.repetitionPenalty
    this.cache =
      runtime.provider === 'webgpu'
        ? new StaticCache(runtime, text, compute, options.capacity)
        : new GrowingCache(runtime, text, compute)
    const bias = new Float32Array(text.vocabSize)
    this.banned = [...(options.bannedIds ?? [])]
    for (const id of this.banned) bias[id] = ban
    this.state =
      runtime.provider === 'webgpu'
        ? new DeviceState(runtime, bundle, options.capacity, bias, this.repetitionPenalty)
        : new HostState(runtime, bundle, options.capacity, bias)
  }

  static async create(runtime: Runtime, bundle: Bundle, options: DecoderOptions): Promise<Decoder> {
    const session = await createSession(runtime, bundle.files, bundle.manifest.graphs.decoder)
    return new Decoder(runtime, bundle, { session, users: 1 }, options)
  }

  /** Another cache over the same weights. The session ends with the last of its decoders. */
  fork(options: DecoderOptions): Decoder {
    this.session.users++
    return new Decoder(this.runtime, this.bundle, this.session, options)
  }

  /** Tokens in the cache, those of queued passes included. */
  get length(): number {
    return this.slots
  }

  /** Appends tokens and chooses the next one. Throws EngineError `context-full`, `video-tokens`. */
  async run(pass: Pass): Promise<PassResult> {
    const { outputs, token } = await this.queue(pass)
    const logits = pass.withLogits ? await this.state.readLogits(outputs) : undefined
    return { token: await token, ...(logits ? { logits } : {}) }
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
    const { token } = await this.submit(this.state.chained, slot, slot + 1, false)
    return { token }
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

  private async queue(pass: Pass): Promise<{ outputs: Readonly<Record<string, Tensor>>; token: Promise<number> }> {
    const { runtime } = this
    const { ids, features } = pass
    const { text, tokens } = this.bundle.config
    let feature = 0
    const sourceRows = ids.map((id, row) => (features && id === tokens.videoPad ? ids.length + feature++ : row))
    if (features && feature !== features.dims[0]) {
      throw new EngineError({
        code: 'video-tokens',
        message: `${feature} video tokens for ${features.dims[0]} features.`,
        action: 'Start the analysis again; if it persists, report it.',
      })
    }
    const start = this.reserve(ids.length)
    this.seen.splice(start, this.seen.length, ...ids)
    this.state.writeRotary(start, rotarySlots(pass.positions, text))
    const inputs = {
      input_ids: int64Tensor(runtime, ids, [ids.length, 1]),
      features: features ?? this.state.noFeatures,
      source_rows: int64Tensor(runtime, sourceRows, [ids.length]),
      logit_rows: int64Tensor(runtime, [ids.length - 1], [1]),
      marks: new runtime.ort.Tensor('float32', new Float32Array(ids.length).fill(this.repetitionPenalty), [ids.length]),
    }
    return this.submit(inputs, start, start + ids.length, pass.withLogits ?? false)
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

  private async submit(inputs: PassInputs, start: number, end: number, withLogits: boolean) {
    const { runtime } = this
    const feeds = {
      ...this.cache.feeds(),
      ...this.state.feeds(end),
      ...inputs,
      seqlens_k: int32Tensor(runtime, [end - 1], [1]),
      total_sequence_length: int32Tensor(runtime, [end], [1]),
    }
    const fetches = { ...this.cache.fetches(), ...this.state.fetches(withLogits) }
    const outputs = await this.session.session.run(feeds, fetches).catch((error: unknown) => {
      this.rollback(start)
      throw error
    })
    this.cache.accept(outputs)
    const token = this.state.accept(outputs, this.repetitionPenalty !== 1)
    // Whoever queued the pass may have stopped caring for it.
    token.catch(() => undefined)
    this.latest = token
    return { outputs, token }
  }

  async dispose(): Promise<void> {
    await this.latest.catch(() => undefined)
    this.cache.dispose()
    this.state.dispose()
    if (--this.session.users === 0) await this.session.session.release()
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

/** Inputs that change from pass to pass: `input_ids`, `features`, `source_rows`, `logit_rows`, `marks`. */
type PassInputs = Readonly<Record<'input_ids' | 'features' | 'source_rows' | 'logit_rows' | 'marks', Tensor>>

interface SharedSession {
  readonly session: InferenceSession
  users: number
}

/** What a pass needs besides ids and cache, and where it lives. */
interface DecoderState {
  readonly noFeatures: Tensor
  /** Inputs of a pass over the one token chosen last, where the choice stays on the device. */
  readonly chained?: PassInputs
  writeRotary(slot: number, rows: { readonly cos: Float32Array; readonly sin: Float32Array }): void
  /** Rotary tables for at least `slots` slots, penalties and bias. */
  feeds(slots: number): Record<string, Tensor>
  fetches(withLogits: boolean): Record<string, Tensor | null>
  /** Takes what a run gave; the token it chose. */
  accept(outputs: Readonly<Record<string, Tensor>>, penalized: boolean): Promise<number>
  readLogits(outputs: Readonly<Record<string, Tensor>>): Promise<Float32Array>
  setPenalties(seen: readonly number[], penalty: number): void
  dispose(): void
}

function penaltiesOf(vocabSize: number, seen: readonly number[], penalty: number): Float32Array<ArrayBuffer> {
  const penalties = new Float32Array(vocabSize).fill(1)
  for (const id of seen) penalties[id] = penalty
  return penalties
}

class HostState implements DecoderState {
  readonly noFeatures: Tensor
  private readonly cos: Float32Array
  private readonly sin: Float32Array
  private readonly half: number
  private readonly vocabSize: number
  private readonly bias: Tensor
  private penalties: Tensor

  constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    capacity: number,
    bias: Float32Array,
  ) {
    const { text } = bundle.config
    this.half = text.headDim / 2
    this.vocabSize = text.vocabSize
    this.cos = new Float32Array(capacity * this.half)
    this.sin = new Float32Array(capacity * this.half)
    this.noFeatures = new runtime.ort.Tensor('float32', new Float32Array(text.hiddenSize), [1, text.hiddenSize])
    this.bias = new runtime.ort.Tensor('float32', bias, [this.vocabSize])
    this.penalties = this.penaltyTensor(penaltiesOf(this.vocabSize, [], 1))
  }

  writeRotary(slot: number, rows: { readonly cos: Float32Array; readonly sin: Float32Array }): void {
    this.cos.set(rows.cos, slot * this.half)
    this.sin.set(rows.sin, slot * this.half)
  }

  feeds(slots: number): Record<string, Tensor> {
    const { compute } = this.bundle.manifest.graphs.decoder
    const table = (values: Float32Array) =>
      floatTensor(this.runtime, compute, values.subarray(0, slots * this.half), [slots, this.half])
    return {
      rope_cos: table(this.cos),
      rope_sin: table(this.sin),
      logit_bias: this.bias,
      penalties: this.penalties,
    }
  }

  fetches(withLogits: boolean): Record<string, null> {
    return { token: null, penalties_out: null, ...(withLogits ? { logits: null } : {}) }
  }

  async accept(outputs: Readonly<Record<string, Tensor>>): Promise<number> {
    this.penalties = outputs.penalties_out
    const [token] = outputs.token.data as BigInt64Array
    return Number(token)
  }

  async readLogits(outputs: Readonly<Record<string, Tensor>>): Promise<Float32Array> {
    return outputs.logits.data as Float32Array
  }

  setPenalties(seen: readonly number[], penalty: number): void {
    this.penalties = this.penaltyTensor(penaltiesOf(this.vocabSize, seen, penalty))
  }

  dispose(): void {
    this.penalties.dispose()
    this.bias.dispose()
  }

  private penaltyTensor(values: Float32Array): Tensor {
    return new this.runtime.ort.Tensor('float32', values, [this.vocabSize])
  }
}

/** Bytes of a token id on the device. */
const tokenBytes = 8

/**
 * Everything resident on the device. A chained step uploads two lengths and one rotary row and reads back one token,
 * when it comes to that: the choice is copied to where the next step reads it.
 */
class DeviceState implements DecoderState {
  readonly noFeatures: Tensor
  readonly chained: PassInputs
  private readonly buffers: GPUBuffer[] = []
  private readonly token: GPUBuffer
  private readonly nextToken: GPUBuffer
  /** Small buffers to read tokens through, one for each step under way. */
  private readonly staging: GPUBuffer[] = []
  private readonly cos: GPUBuffer
  private readonly sin: GPUBuffer
  private readonly penalties: GPUBuffer
  private readonly penaltiesOut: GPUBuffer
  private readonly logits: GPUBuffer
  private readonly inputs: Record<string, Tensor>
  private readonly outputs: Readonly<Record<'token' | 'penalties_out' | 'logits', Tensor>>
  private readonly vocabSize: number
  private readonly bytesPerSlot: number

  constructor(
    private readonly runtime: Extract<Runtime, { provider: 'webgpu' }>,
    private readonly bundle: Bundle,
    capacity: number,
    bias: Float32Array<ArrayBuffer>,
    repetitionPenalty: number,
  ) {
    const { text } = bundle.config
    const { compute } = bundle.manifest.graphs.decoder
    const { ort, device } = runtime
    const half = text.headDim / 2
    this.vocabSize = text.vocabSize
    this.bytesPerSlot = half * bytesPerFloat(compute)
    this.cos = this.buffer(capacity * this.bytesPerSlot)
    this.sin = this.buffer(capacity * this.bytesPerSlot)
    this.penalties = this.buffer(this.vocabSize * 4)
    this.penaltiesOut = this.buffer(this.vocabSize * 4)
    this.logits = this.buffer(this.vocabSize * 4)
    const biasBuffer = this.buffer(this.vocabSize * 4)
    device.queue.writeBuffer(biasBuffer, 0, bias)
    const dataType = floatTypeName(compute)
    const vector = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims })
    this.inputs = {
      rope_cos: ort.Tensor.fromGpuBuffer(this.cos, { dataType, dims: [capacity, half] }),
      rope_sin: ort.Tensor.fromGpuBuffer(this.sin, { dataType, dims: [capacity, half] }),
      logit_bias: vector(biasBuffer, [this.vocabSize]),
      penalties: vector(this.penalties, [this.vocabSize]),
    }
    const ids = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'int64', dims })
    this.token = this.buffer(tokenBytes)
    this.nextToken = this.buffer(tokenBytes)
    this.outputs = {
      token: ids(this.token, [1]),
      penalties_out: vector(this.penaltiesOut, [this.vocabSize]),
      logits: vector(this.logits, [1, this.vocabSize]),
    }
    this.noFeatures = vector(this.buffer(text.hiddenSize * 4), [1, text.hiddenSize])
    const zero = this.buffer(tokenBytes)
    const mark = this.buffer(4)
    device.queue.writeBuffer(mark, 0, new Float32Array([repetitionPenalty]))
    this.chained = {
      input_ids: ids(this.nextToken, [1, 1]),
      features: this.noFeatures,
      source_rows: ids(zero, [1]),
      logit_rows: ids(zero, [1]),
      marks: vector(mark, [1]),
    }
    this.setPenalties([], 1)
  }

  writeRotary(
    slot: number,
    rows: { readonly cos: Float32Array<ArrayBuffer>; readonly sin: Float32Array<ArrayBuffer> },
  ) {
    const { compute } = this.bundle.manifest.graphs.decoder
    const { queue } = this.runtime.device
    queue.writeBuffer(this.cos, slot * this.bytesPerSlot, encodeFloats(compute, rows.cos))
    queue.writeBuffer(this.sin, slot * this.bytesPerSlot, encodeFloats(compute, rows.sin))
  }

  feeds(): Record<string, Tensor> {
    return this.inputs
  }

  fetches(withLogits: boolean): Record<string, Tensor> {
    const { token, penalties_out } = this.outputs
    return withLogits ? this.outputs : { token, penalties_out }
  }

  accept(_outputs: Readonly<Record<string, Tensor>>, penalized: boolean): Promise<number> {
    const { device } = this.runtime
    const staging =
      this.staging.pop() ??
      device.createBuffer({ size: tokenBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(this.token, 0, this.nextToken, 0, tokenBytes)
    encoder.copyBufferToBuffer(this.token, 0, staging, 0, tokenBytes)
    if (penalized) encoder.copyBufferToBuffer(this.penaltiesOut, 0, this.penalties, 0, this.vocabSize * 4)
    device.queue.submit([encoder.finish()])
    return this.readToken(staging)
  }

  private async readToken(staging: GPUBuffer): Promise<number> {
    await staging.mapAsync(GPUMapMode.READ)
    const [token] = new BigInt64Array(staging.getMappedRange())
    staging.unmap()
    this.staging.push(staging)
    return Number(token)
  }

  readLogits(): Promise<Float32Array> {
    return readFloats(this.runtime.device, this.logits, this.vocabSize)
  }

  setPenalties(seen: readonly number[], penalty: number): void {
    this.runtime.device.queue.writeBuffer(this.penalties, 0, penaltiesOf(this.vocabSize, seen, penalty))
  }

  dispose(): void {
    for (const buffer of [...this.buffers, ...this.staging]) buffer.destroy()
  }

  private buffer(size: number): GPUBuffer {
    const buffer = this.runtime.device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    })
    this.buffers.push(buffer)
    return buffer
  }
}
