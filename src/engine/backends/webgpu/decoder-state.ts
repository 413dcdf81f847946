import type { Tensor } from 'onnxruntime-web'
import type { Bundle } from '../../bundle.ts'
import { mostDrafted } from '../../drafts.ts'
import { readFloats } from '../../vision-encoder.ts'
import type { Runtime } from '../runtime.ts'
import { bytesPerFloat, encodeFloats, floatTensor, floatTypeName, int64Tensor } from '../tensors.ts'

/** Inputs that change from pass to pass. */
export type PassInputs = Readonly<
  Record<'input_ids' | 'features' | 'source_rows' | 'logit_rows' | 'marks_at' | 'marks', Tensor>
>

/** Rows of a pass's outputs and of its penalties, padding included; the former are as many, or share one row. */
export interface RowCounts {
  readonly logits: number
  readonly penalties: number
}

/** What a pass needs besides ids and cache, and where it lives. */
export interface DecoderState {
  readonly noFeatures: Tensor
  /** Marks that change nothing. */
  readonly noMarks: Pick<PassInputs, 'marks_at' | 'marks'>
  /** Inputs of a pass over the one token chosen last, where the choice stays on the device. */
  readonly chained?: PassInputs
  writeRotary(slot: number, rows: { readonly cos: Float32Array; readonly sin: Float32Array }): void
  /** Takes over the rotations of the first `slots` slots of a state of the same kind. */
  copyRotary(other: DecoderState, slots: number): void
  /** `seqlens_k` on the device, for tokens in the cache after the next pass. */
  writeLength?(tokens: number): Tensor
  /** Rotary tables for at least `slots` slots, bias, and penalties for each row that chooses. */
  feeds(slots: number, rows: RowCounts): Record<string, Tensor>
  fetches(rows: RowCounts, withLogits: boolean): Record<string, Tensor | null>
  /** Takes what a run gave; the tokens its first rows chose. Where there are several rows, `keep` has to follow. */
  accept(outputs: Readonly<Record<string, Tensor>>, rows: number): Promise<readonly number[]>
  /** The same where what was chosen does not count, and is not read back; no tokens, once it is computed. */
  passOver(outputs: Readonly<Record<string, Tensor>>): Promise<readonly number[]>
  /** Goes on from one row of a pass that had several: from its token and its penalties. */
  keep(row: number): void
  readLogits(outputs: Readonly<Record<string, Tensor>>): Promise<Float32Array>
  setPenalties(seen: readonly number[], penalty: number): void
  dispose(): void
}

function penaltiesOf(vocabSize: number, seen: readonly number[], penalty: number): Float32Array<ArrayBuffer> {
  const penalties = new Float32Array(vocabSize).fill(1)
  for (const id of seen) penalties[id] = penalty
  return penalties
}

export class HostState implements DecoderState {
  readonly noFeatures: Tensor
  readonly noMarks: DecoderState['noMarks']
  private readonly cos: Float32Array
  private readonly sin: Float32Array
  private readonly half: number
  private readonly vocabSize: number
  private readonly bias: Tensor
  /** f32 [V], as the next token sees them. */
  private penalties: Float32Array
  /** f32 [P, V] after the last pass. */
  private marked: Float32Array | undefined

  constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    capacity: number,
    bias: Float32Array,
    private readonly repetitionPenalty: number,
  ) {
    const { text } = bundle.config
    this.half = text.headDim / 2
    this.vocabSize = text.vocabSize
    this.cos = new Float32Array(capacity * this.half)
    this.sin = new Float32Array(capacity * this.half)
    this.noFeatures = new runtime.ort.Tensor('float32', new Float32Array(text.hiddenSize), [1, text.hiddenSize])
    this.noMarks = {
      marks_at: int64Tensor(runtime, [0, 0], [1, 2]),
      marks: new runtime.ort.Tensor('float32', new Float32Array([1]), [1]),
    }
    this.bias = new runtime.ort.Tensor('float32', bias, [this.vocabSize])
    this.penalties = penaltiesOf(this.vocabSize, [], 1)
  }

  writeRotary(slot: number, rows: { readonly cos: Float32Array; readonly sin: Float32Array }): void {
    this.cos.set(rows.cos, slot * this.half)
    this.sin.set(rows.sin, slot * this.half)
  }

  copyRotary(other: DecoderState, slots: number): void {
    if (!(other instanceof HostState)) throw new Error('states of different kinds')
    this.cos.set(other.cos.subarray(0, slots * this.half))
    this.sin.set(other.sin.subarray(0, slots * this.half))
  }

  feeds(slots: number, { penalties }: RowCounts): Record<string, Tensor> {
    const { compute } = this.bundle.manifest.graphs.decoder
    const table = (values: Float32Array) =>
      floatTensor(this.runtime, compute, values.subarray(0, slots * this.half), [slots, this.half])
    return {
      rope_cos: table(this.cos),
      rope_sin: table(this.sin),
      logit_bias: this.bias,
      penalties: this.penaltyRows(penalties),
    }
  }

  fetches(_rows: RowCounts, withLogits: boolean): Record<string, null> {
    const names = [
      'token',
      ...(this.repetitionPenalty === 1 ? [] : ['penalties_out']),
      ...(withLogits ? ['logits'] : []),
    ]
    return Object.fromEntries(names.map((name) => [name, null]))
  }

  async accept(outputs: Readonly<Record<string, Tensor>>, rows: number): Promise<readonly number[]> {
    this.marked = outputs.penalties_out?.data as Float32Array | undefined
    if (rows === 1) this.keep(0)
    return [...(outputs.token.data as BigInt64Array).subarray(0, rows)].map(Number)
  }

  async passOver(outputs: Readonly<Record<string, Tensor>>): Promise<readonly number[]> {
    await this.accept(outputs, 1)
    return []
  }

  keep(row: number): void {
    const { marked, vocabSize } = this
    if (marked) this.penalties = marked.slice(row * vocabSize, (row + 1) * vocabSize)
  }

  async readLogits(outputs: Readonly<Record<string, Tensor>>): Promise<Float32Array> {
    return (outputs.logits.data as Float32Array).slice(0, this.vocabSize)
  }

  setPenalties(seen: readonly number[], penalty: number): void {
    this.penalties = penaltiesOf(this.vocabSize, seen, penalty)
  }

  dispose(): void {
    this.bias.dispose()
  }

  private penaltyRows(rows: number): Tensor {
    const { ort } = this.runtime
    const { penalties, vocabSize } = this
    if (rows === 1 || this.repetitionPenalty === 1) return new ort.Tensor('float32', penalties, [1, vocabSize])
    const repeated = new Float32Array(rows * vocabSize)
    for (let row = 0; row < rows; row++) repeated.set(penalties, row * vocabSize)
    return new ort.Tensor('float32', repeated, [rows, vocabSize])
  }
}

/** Bytes of a token id on the device. */
const tokenBytes = 8

/**
 * Everything resident on the device. A chained step uploads two lengths and one rotary row and reads back one token,
 * when it comes to that: the choice is copied to where the next step reads it.
 */
export class DeviceState implements DecoderState {
  readonly noFeatures: Tensor
  readonly noMarks: DecoderState['noMarks']
  readonly chained: PassInputs
  private readonly buffers: GPUBuffer[] = []
  /** i64 [1 + mostDrafted]: what the rows of the last pass chose. */
  private readonly tokens: GPUBuffer
  /** i64 [least rows]: the token, and padding. */
  private readonly nextToken: GPUBuffer
  /** i64 [1, 2]: row 0 and the token, where the next step marks it. */
  private readonly nextMark: GPUBuffer
  /** Small buffers to read tokens through, one for each step under way. */
  private readonly staging: GPUBuffer[] = []
  private readonly cos: GPUBuffer
  private readonly sin: GPUBuffer
  /** f32 [1, V], as the next token sees them; marked in place. */
  private readonly penalties: GPUBuffer
  /** f32 [1 + mostDrafted, V] for passes of several rows, from the first of them on. */
  private penaltyRows: GPUBuffer | undefined
  private readonly logits: GPUBuffer
  private readonly inputs: Record<string, Tensor>
  private readonly logitsTensor: Tensor
  private readonly seqlens: GPUBuffer
  private readonly seqlensTensor: Tensor
  private readonly penaltiesTensor: Tensor
  private readonly vocabSize: number
  private readonly bytesPerSlot: number

  constructor(
    private readonly runtime: Extract<Runtime, { provider: 'webgpu' }>,
    private readonly bundle: Bundle,
    { capacity, leastRows }: { readonly capacity: number; readonly leastRows: number },
    bias: Float32Array<ArrayBuffer>,
    private readonly repetitionPenalty: number,
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
    this.logits = this.buffer(leastRows * this.vocabSize * 4)
    const biasBuffer = this.buffer(this.vocabSize * 4)
    device.queue.writeBuffer(biasBuffer, 0, bias)
    const dataType = floatTypeName(compute)
    const vector = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims })
    this.inputs = {
      rope_cos: ort.Tensor.fromGpuBuffer(this.cos, { dataType, dims: [capacity, half] }),
      rope_sin: ort.Tensor.fromGpuBuffer(this.sin, { dataType, dims: [capacity, half] }),
      logit_bias: vector(biasBuffer, [this.vocabSize]),
    }
    this.penaltiesTensor = vector(this.penalties, [1, this.vocabSize])
    this.logitsTensor = vector(this.logits, [leastRows, this.vocabSize])
    const ids = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'int64', dims })
    this.seqlens = this.buffer(4)
    this.seqlensTensor = ort.Tensor.fromGpuBuffer(this.seqlens, { dataType: 'int32', dims: [1] })
    this.tokens = this.buffer((1 + mostDrafted) * tokenBytes)
    this.nextToken = this.buffer(leastRows * tokenBytes)
    this.nextMark = this.buffer(2 * tokenBytes)
    this.noFeatures = vector(this.buffer(text.hiddenSize * 4), [1, text.hiddenSize])
    const rows = this.buffer(leastRows * tokenBytes)
    device.queue.writeBuffer(
      rows,
      0,
      BigInt64Array.from({ length: leastRows }, (_, row) => BigInt(row)),
    )
    // All are the first one.
    const firstRow = this.buffer(leastRows * tokenBytes)
    const mark = this.buffer(4)
    device.queue.writeBuffer(mark, 0, new Float32Array([repetitionPenalty]))
    this.chained = {
      input_ids: ids(this.nextToken, [leastRows, 1]),
      features: this.noFeatures,
      source_rows: ids(rows, [leastRows]),
      logit_rows: ids(firstRow, [leastRows]),
      marks_at: ids(this.nextMark, [1, 2]),
      marks: vector(mark, [1]),
    }
    // Without a penalty every mark is 1, which is what stands there.
    this.noMarks = { marks_at: this.chained.marks_at, marks: this.chained.marks }
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

  copyRotary(other: DecoderState, slots: number): void {
    if (!(other instanceof DeviceState)) throw new Error('states of different kinds')
    const { device } = this.runtime
    const commands = device.createCommandEncoder()
    const bytes = slots * this.bytesPerSlot
    commands.copyBufferToBuffer(other.cos, 0, this.cos, 0, bytes)
    commands.copyBufferToBuffer(other.sin, 0, this.sin, 0, bytes)
    device.queue.submit([commands.finish()])
  }

  writeLength(tokens: number): Tensor {
    this.runtime.device.queue.writeBuffer(this.seqlens, 0, new Int32Array([tokens - 1]))
    return this.seqlensTensor
  }

  feeds(_slots: number, { penalties }: RowCounts): Record<string, Tensor> {
    const { tensor, isShared } = this.penaltiesFor(penalties)
    if (!isShared) this.repeatPenalties(penalties)
    return { ...this.inputs, penalties: tensor }
  }

  fetches({ logits, penalties }: RowCounts, withLogits: boolean): Record<string, Tensor> {
    const token = this.runtime.ort.Tensor.fromGpuBuffer(this.tokens, { dataType: 'int64', dims: [logits] })
    const fetches = { token, penalties_out: this.penaltiesFor(penalties).tensor }
    return withLogits ? { ...fetches, logits: this.logitsTensor } : fetches
  }

  accept(_outputs: Readonly<Record<string, Tensor>>, rows: number): Promise<readonly number[]> {
    const { device } = this.runtime
    const staging =
      this.staging.pop() ??
      device.createBuffer({ size: this.tokens.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    const encoder = device.createCommandEncoder()
    if (rows === 1) this.copyToken(encoder, 0)
    encoder.copyBufferToBuffer(this.tokens, 0, staging, 0, rows * tokenBytes)
    device.queue.submit([encoder.finish()])
    return this.readTokens(staging, rows)
  }

  async passOver(): Promise<readonly number[]> {
    await this.runtime.device.queue.onSubmittedWorkDone()
    return []
  }

  keep(row: number): void {
    const { device } = this.runtime
    const encoder = device.createCommandEncoder()
    this.copyToken(encoder, row)
    const rowBytes = this.vocabSize * 4
    if (this.penaltyRows) encoder.copyBufferToBuffer(this.penaltyRows, row * rowBytes, this.penalties, 0, rowBytes)
    device.queue.submit([encoder.finish()])
  }

  private copyToken(encoder: GPUCommandEncoder, row: number): void {
    encoder.copyBufferToBuffer(this.tokens, row * tokenBytes, this.nextToken, 0, tokenBytes)
    encoder.copyBufferToBuffer(this.tokens, row * tokenBytes, this.nextMark, tokenBytes, tokenBytes)
  }

  /** The one row, marked in place, which all share where there is no penalty; or a row for each. */
  private penaltiesFor(rows: number): { readonly tensor: Tensor; readonly isShared: boolean } {
    if (rows === 1 || this.repetitionPenalty === 1) return { tensor: this.penaltiesTensor, isShared: true }
    this.penaltyRows ??= this.buffer((1 + mostDrafted) * this.vocabSize * 4)
    const dims = [rows, this.vocabSize]
    const tensor = this.runtime.ort.Tensor.fromGpuBuffer(this.penaltyRows, { dataType: 'float32', dims })
    return { tensor, isShared: false }
  }

  private repeatPenalties(rows: number): void {
    const { device } = this.runtime
    const { penaltyRows } = this
    if (!penaltyRows) return
    const bytes = this.vocabSize * 4
    const encoder = device.createCommandEncoder()
    for (let row = 0; row < rows; row++) {
      encoder.copyBufferToBuffer(this.penalties, 0, penaltyRows, row * bytes, bytes)
    }
    device.queue.submit([encoder.finish()])
  }

  private async readTokens(staging: GPUBuffer, rows: number): Promise<readonly number[]> {
    const bytes = rows * tokenBytes
    await staging.mapAsync(GPUMapMode.READ, 0, bytes)
    const tokens = [...new BigInt64Array(staging.getMappedRange(0, bytes))].map(Number)
    staging.unmap()
    this.staging.push(staging)
    return tokens
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
