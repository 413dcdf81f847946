import type { ExternalTensor } from '../graphs/onnx.ts'
import { alignment, type PlannedFile, type StreamName } from './data-files.ts'
import type { FileSink } from './sink.ts'

const padding = new Uint8Array(alignment)

export type Streams = Readonly<Record<StreamName, StreamWriter>>

/** Writes the tensors of one stream to its files, in the order of the plan. */
export class StreamWriter {
  private fileIndex = 0
  private tensorIndex = 0
  private written = 0
  private leftInTensor = 0
  private sink: FileSink | undefined

  constructor(
    private readonly files: readonly PlannedFile[],
    private readonly create: (path: string) => Promise<FileSink>,
  ) {}

  /** Starts a tensor, which must be the next one of the plan. */
  async begin(tensor: ExternalTensor): Promise<void> {
    if (this.leftInTensor !== 0) throw new Error(`${tensor.name} begins while ${this.leftInTensor} bytes are missing`)
    const file = this.files[this.fileIndex]
    if (file?.tensors[this.tensorIndex] !== tensor) throw new Error(`${tensor.name} is not the next tensor of the plan`)
    this.sink ??= await this.create(file.path)
    const gap = this.tensorIndex === 0 ? 0 : -this.written & (alignment - 1)
    if (gap > 0) await this.sink.write(padding.subarray(0, gap))
    this.written += gap
    this.leftInTensor = tensor.bytes
  }

  /** Skips a tensor that an earlier build has written; it must be the next one of the plan. */
  skip(tensor: ExternalTensor): void {
    const file = this.files[this.fileIndex]
    if (this.sink || file?.tensors[this.tensorIndex] !== tensor)
      throw new Error(`${tensor.name} is not the next tensor of the plan`)
    if (this.tensorIndex > 0) this.written += -this.written & (alignment - 1)
    this.written += tensor.bytes
    this.passTensor()
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.sink || bytes.length > this.leftInTensor) throw new Error('more bytes than the tensor has')
    await this.sink.write(bytes)
    this.written += bytes.length
    this.leftInTensor -= bytes.length
    if (this.leftInTensor > 0 || !this.passTensor()) return
    await this.sink.close()
    this.sink = undefined
  }

  /** Goes on to the next tensor; returns whether the finished one was the last of its file. */
  private passTensor(): boolean {
    this.tensorIndex++
    if (this.tensorIndex < this.files[this.fileIndex].tensors.length) return false
    this.fileIndex++
    this.tensorIndex = 0
    this.written = 0
    return true
  }
}
