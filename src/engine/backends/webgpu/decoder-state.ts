import type { Tensor } from 'onnxruntime-web'
import type { RotaryTable, TextConfig } from '../../../qwen25vl/index.ts'
import { banBias, penaltyFactors } from '../../logits-processors.ts'
import type { DecoderState, Feeds, LengthInputs, MemoryOptions, PassInputs, RowCounts } from '../decoder-backend.ts'
import type { GpuRuntime } from '../runtime.ts'
import { bytesPerFloat, type Compute, encodeFloats, floatTypeName, HostTensors } from '../tensors.ts'
import { readFloats, stagingBuffer, storageBuffer } from './buffers.ts'

/** Bytes of a token id: int64. */
const tokenBytes = 8

/**
 * A decoder's rotary tables, penalty factors and last tokens in GPU buffers. A decode step uploads one length and one
 * rotary row; the token it chooses is copied to where the next step reads it, and its 8 bytes are read back when somebody
 * waits for them.
 */
export class WebGpuDecoderState implements DecoderState {
  readonly noFeatures: Tensor
  readonly noPenaltyUpdates: DecoderState['noPenaltyUpdates']
  readonly stepInputs: PassInputs
  private readonly host: HostTensors
  private readonly buffers: GPUBuffer[] = []
  /** i64 [maxRows]: the tokens that the rows of the last pass chose. */
  private readonly tokens: GPUBuffer
  /** i64 [minRows]: the token chosen last, and padding; `input_ids` of a step. */
  private readonly stepToken: GPUBuffer
  /** i64 [1, 2]: row 0 and the token chosen last; `marks_at` of a step. */
  private readonly stepMark: GPUBuffer
  /** Buffers that tokens are read back through, one for each pass in flight; reused. */
  private readonly staging: GPUBuffer[] = []
  private readonly cos: GPUBuffer
  private readonly sin: GPUBuffer
  /** f32 [1, V]: the factors that the next token is chosen with; passes of one row update them in place. */
  private readonly penalties: GPUBuffer
  /** f32 [maxRows, V] for passes of several rows; created by the first of them. */
  private penaltyRows: GPUBuffer | undefined
  private readonly logits: GPUBuffer
  private readonly inputs: Feeds
  private readonly logitsTensor: Tensor
  private readonly seqlens: GPUBuffer
  private readonly seqlensTensor: Tensor
  private readonly penaltiesTensor: Tensor
  private readonly vocabSize: number
  private readonly bytesPerSlot: number

  constructor(
    private readonly runtime: GpuRuntime,
    text: TextConfig,
    private readonly compute: Compute,
    private readonly options: MemoryOptions & { readonly minRows: number; readonly canRecord: boolean },
  ) {
    const { capacity, minRows, maxRows, bannedIds, repetitionPenalty } = options
    const { ort, device } = runtime
    this.host = new HostTensors(ort)
    const half = text.headDim / 2
    this.vocabSize = text.vocabSize
    this.bytesPerSlot = half * bytesPerFloat(compute)
    this.cos = this.buffer(capacity * this.bytesPerSlot)
    this.sin = this.buffer(capacity * this.bytesPerSlot)
    this.penalties = this.buffer(this.vocabSize * 4)
    this.logits = this.buffer(minRows * this.vocabSize * 4)
    const bias = this.buffer(this.vocabSize * 4)
    device.queue.writeBuffer(bias, 0, banBias(this.vocabSize, bannedIds))
    const dataType = floatTypeName(compute)
    const floats = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims })
    this.inputs = {
      rope_cos: ort.Tensor.fromGpuBuffer(this.cos, { dataType, dims: [capacity, half] }),
      rope_sin: ort.Tensor.fromGpuBuffer(this.sin, { dataType, dims: [capacity, half] }),
      logit_bias: floats(bias, [this.vocabSize]),
    }
    this.penaltiesTensor = floats(this.penalties, [1, this.vocabSize])
    this.logitsTensor = floats(this.logits, [minRows, this.vocabSize])
    const ids = (buffer: GPUBuffer, dims: readonly number[]) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'int64', dims })
    this.seqlens = this.buffer(4)
    this.seqlensTensor = ort.Tensor.fromGpuBuffer(this.seqlens, { dataType: 'int32', dims: [1] })
    this.tokens = this.buffer(maxRows * tokenBytes)
    this.stepToken = this.buffer(minRows * tokenBytes)
    this.stepMark = this.buffer(2 * tokenBytes)
    this.noFeatures = floats(this.buffer(text.hiddenSize * 4), [1, text.hiddenSize])
    const rows = this.buffer(minRows * tokenBytes)
    device.queue.writeBuffer(
      rows,
      0,
      BigInt64Array.from({ length: minRows }, (_, row) => BigInt(row)),
    )
    // A new buffer holds zeros: every row of the logits is that of the first token.
    const firstRows = this.buffer(minRows * tokenBytes)
    const penalty = this.buffer(4)
    device.queue.writeBuffer(penalty, 0, new Float32Array([repetitionPenalty]))
    this.stepInputs = {
      input_ids: ids(this.stepToken, [minRows, 1]),
      features: this.noFeatures,
      source_rows: ids(rows, [minRows]),
      logit_rows: ids(firstRows, [minRows]),
      marks_at: ids(this.stepMark, [1, 2]),
      marks: floats(penalty, [1]),
    }
    // Used only without a penalty (and where no token is chosen), where the factor is 1 or does not matter.
    this.noPenaltyUpdates = { marks_at: this.stepInputs.marks_at, marks: this.stepInputs.marks }
  }

  writeRotary(slot: number, { cos, sin }: RotaryTable): void {
    const { queue } = this.runtime.device
    queue.writeBuffer(this.cos, slot * this.bytesPerSlot, encodeFloats(this.compute, cos))
    queue.writeBuffer(this.sin, slot * this.bytesPerSlot, encodeFloats(this.compute, sin))
  }

  copyRotary(other: DecoderState, slots: number): void {
    if (!(other instanceof WebGpuDecoderState)) throw new Error('decoders of different backends')
    const { device } = this.runtime
    const commands = device.createCommandEncoder()
    const bytes = slots * this.bytesPerSlot
    commands.copyBufferToBuffer(other.cos, 0, this.cos, 0, bytes)
    commands.copyBufferToBuffer(other.sin, 0, this.sin, 0, bytes)
    device.queue.submit([commands.finish()])
  }

  /** A step's inputs in host memory are recorded with it, so they must suit every length: the capacity stands for it. */
  lengths(end: number, isStep: boolean): LengthInputs {
    const { capacity, canRecord } = this.options
    if (isStep) this.runtime.device.queue.writeBuffer(this.seqlens, 0, new Int32Array([end - 1]))
    return {
      seqlens_k: isStep ? this.seqlensTensor : this.host.int32([end - 1], [1]),
      total_sequence_length: this.host.int32([isStep && canRecord ? capacity : end], [1]),
    }
  }

  feeds(_slots: number, { penalties }: RowCounts): Feeds {
    const { tensor, isShared } = this.penaltiesFor(penalties)
    if (!isShared) this.repeatPenalties(penalties)
    return { ...this.inputs, penalties: tensor }
  }

  fetches({ logits, penalties }: RowCounts, withLogits: boolean): Feeds {
    const token = this.runtime.ort.Tensor.fromGpuBuffer(this.tokens, { dataType: 'int64', dims: [logits] })
    const fetches = { token, penalties_out: this.penaltiesFor(penalties).tensor }
    return withLogits ? { ...fetches, logits: this.logitsTensor } : fetches
  }

  async readTokens(_outputs: unknown, rows: number): Promise<readonly number[]> {
    const { device } = this.runtime
    const bytes = rows * tokenBytes
    const staging = this.staging.pop() ?? stagingBuffer(device, this.tokens.size)
    const commands = device.createCommandEncoder()
    if (rows === 1) this.copyToken(commands, 0)
    commands.copyBufferToBuffer(this.tokens, 0, staging, 0, bytes)
    device.queue.submit([commands.finish()])
    await staging.mapAsync(GPUMapMode.READ, 0, bytes)
    const tokens = [...new BigInt64Array(staging.getMappedRange(0, bytes))].map(Number)
    staging.unmap()
    this.staging.push(staging)
    return tokens
  }

  /** Waits for the chunk, so that the page is drawn before the next one. */
  async finishChunk(): Promise<void> {
    await this.runtime.device.queue.onSubmittedWorkDone()
  }

  keepRow(row: number): void {
    const { device } = this.runtime
    const commands = device.createCommandEncoder()
    this.copyToken(commands, row)
    const rowBytes = this.vocabSize * 4
    if (this.penaltyRows) commands.copyBufferToBuffer(this.penaltyRows, row * rowBytes, this.penalties, 0, rowBytes)
    device.queue.submit([commands.finish()])
  }

  readLogits(): Promise<Float32Array> {
    return readFloats(this.runtime.device, this.logits, this.vocabSize)
  }

  setPenalties(seenIds: readonly number[]): void {
    const factors = penaltyFactors(this.vocabSize, seenIds, this.options.repetitionPenalty)
    this.runtime.device.queue.writeBuffer(this.penalties, 0, factors)
  }

  dispose(): void {
    for (const buffer of [...this.buffers, ...this.staging]) buffer.destroy()
  }

  /** Copies a chosen token to the inputs of the next step. */
  private copyToken(commands: GPUCommandEncoder, row: number): void {
    commands.copyBufferToBuffer(this.tokens, row * tokenBytes, this.stepToken, 0, tokenBytes)
    commands.copyBufferToBuffer(this.tokens, row * tokenBytes, this.stepMark, tokenBytes, tokenBytes)
  }

  /** The one row that is updated in place, which all rows share when there is no penalty; or one row for each. */
  private penaltiesFor(rows: number): { readonly tensor: Tensor; readonly isShared: boolean } {
    const { maxRows, repetitionPenalty } = this.options
    if (rows === 1 || repetitionPenalty === 1) return { tensor: this.penaltiesTensor, isShared: true }
    this.penaltyRows ??= this.buffer(maxRows * this.vocabSize * 4)
    const dims = [rows, this.vocabSize]
    const tensor = this.runtime.ort.Tensor.fromGpuBuffer(this.penaltyRows, { dataType: 'float32', dims })
    return { tensor, isShared: false }
  }

  private repeatPenalties(rows: number): void {
    const { device } = this.runtime
    const { penaltyRows } = this
    if (!penaltyRows) return
    const bytes = this.vocabSize * 4
    const commands = device.createCommandEncoder()
    for (let row = 0; row < rows; row++) {
      commands.copyBufferToBuffer(this.penalties, 0, penaltyRows, row * bytes, bytes)
    }
    device.queue.submit([commands.finish()])
  }

  private buffer(size: number): GPUBuffer {
    const buffer = storageBuffer(this.runtime.device, size)
    this.buffers.push(buffer)
    return buffer
  }
}
