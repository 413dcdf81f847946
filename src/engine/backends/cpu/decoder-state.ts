import type { Tensor } from 'onnxruntime-web'
import type { RotaryTable, TextConfig } from '../../../qwen25vl/index.ts'
import { banBias, penaltyFactors } from '../../logits-processors.ts'
import type {
  DecoderState,
  Feeds,
  Fetches,
  LengthInputs,
  MemoryOptions,
  Outputs,
  RowCounts,
} from '../decoder-backend.ts'
import type { Compute, HostTensors } from '../tensors.ts'

/** A decoder's rotary tables and penalty factors in host memory. */
export class CpuDecoderState implements DecoderState {
  readonly noFeatures: Tensor
  readonly noPenaltyUpdates: DecoderState['noPenaltyUpdates']
  /** f32 [capacity, headDim / 2] */
  private readonly cos: Float32Array
  private readonly sin: Float32Array
  private readonly half: number
  private readonly vocabSize: number
  private readonly repetitionPenalty: number
  private readonly bias: Tensor
  /** f32 [V]: the factors that the next token is chosen with. */
  private penalties: Float32Array
  /** f32 [rows, V]: the factors after each row of the last pass. */
  private penaltiesOut: Float32Array | undefined

  constructor(
    private readonly host: HostTensors,
    text: TextConfig,
    private readonly compute: Compute,
    { capacity, bannedIds, repetitionPenalty }: MemoryOptions,
  ) {
    this.half = text.headDim / 2
    this.vocabSize = text.vocabSize
    this.repetitionPenalty = repetitionPenalty
    this.cos = new Float32Array(capacity * this.half)
    this.sin = new Float32Array(capacity * this.half)
    this.noFeatures = host.float32(new Float32Array(text.hiddenSize), [1, text.hiddenSize])
    this.noPenaltyUpdates = {
      marks_at: host.int64([0, 0], [1, 2]),
      marks: host.float32(new Float32Array([1]), [1]),
    }
    this.bias = host.float32(banBias(this.vocabSize, bannedIds), [this.vocabSize])
    this.penalties = penaltyFactors(this.vocabSize, [], 1)
  }

  writeRotary(slot: number, { cos, sin }: RotaryTable): void {
    this.cos.set(cos, slot * this.half)
    this.sin.set(sin, slot * this.half)
  }

  copyRotary(other: DecoderState, slots: number): void {
    if (!(other instanceof CpuDecoderState)) throw new Error('decoders of different backends')
    this.cos.set(other.cos.subarray(0, slots * this.half))
    this.sin.set(other.sin.subarray(0, slots * this.half))
  }

  lengths(end: number): LengthInputs {
    return { seqlens_k: this.host.int32([end - 1], [1]), total_sequence_length: this.host.int32([end], [1]) }
  }

  feeds(slots: number, { penalties }: RowCounts): Feeds {
    const table = (values: Float32Array) =>
      this.host.float(this.compute, values.subarray(0, slots * this.half), [slots, this.half])
    return {
      rope_cos: table(this.cos),
      rope_sin: table(this.sin),
      logit_bias: this.bias,
      penalties: this.penaltyRows(penalties),
    }
  }

  fetches(_rows: RowCounts, withLogits: boolean): Fetches {
    return {
      token: null,
      ...(this.repetitionPenalty === 1 ? {} : { penalties_out: null }),
      ...(withLogits ? { logits: null } : {}),
    }
  }

  async readTokens(outputs: Outputs, rows: number): Promise<readonly number[]> {
    this.penaltiesOut = outputs.penalties_out?.data as Float32Array | undefined
    if (rows === 1) this.keepRow(0)
    return [...(outputs.token.data as BigInt64Array).subarray(0, rows)].map(Number)
  }

  async finishChunk(outputs: Outputs): Promise<void> {
    await this.readTokens(outputs, 1)
  }

  keepRow(row: number): void {
    const { penaltiesOut, vocabSize } = this
    if (penaltiesOut) this.penalties = penaltiesOut.slice(row * vocabSize, (row + 1) * vocabSize)
  }

  async readLogits(outputs: Outputs): Promise<Float32Array> {
    return (outputs.logits.data as Float32Array).slice(0, this.vocabSize)
  }

  setPenalties(seenIds: readonly number[]): void {
    this.penalties = penaltyFactors(this.vocabSize, seenIds, this.repetitionPenalty)
  }

  dispose(): void {
    this.bias.dispose()
  }

  private penaltyRows(rows: number): Tensor {
    const { penalties, vocabSize } = this
    if (rows === 1 || this.repetitionPenalty === 1) return this.host.float32(penalties, [1, vocabSize])
    const repeated = new Float32Array(rows * vocabSize)
    for (let row = 0; row < rows; row++) repeated.set(penalties, row * vocabSize)
    return this.host.float32(repeated, [rows, vocabSize])
  }
}
