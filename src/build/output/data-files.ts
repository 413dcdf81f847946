import type { Layers } from '../graphs/layers.ts'
import type { ExternalTensor, Placement } from '../graphs/onnx.ts'
import type { FileSink } from './sink.ts'

/** Offsets in data files; WebGPU copies want multiples of 4, and pages and cache lines do not mind more. */
const alignment = 256
const padding = new Uint8Array(alignment)

/**
 * Weights and their block scales are made together but in different amounts, so they go to files of their own: both
 * can then be written, and hashed, front to back.
 */
export type StreamName = 'data' | 'scales'

export interface StoragePlan {
  readonly placements: ReadonlyMap<string, Placement>
  readonly streams: Readonly<Record<StreamName, readonly PlannedFile[]>>
}

export interface PlannedFile {
  readonly path: string
  readonly bytes: number
  readonly tensors: readonly ExternalTensor[]
}

/**
 * Lays a graph's weights out in files of at most `shardBytes`. A tensor cannot be divided: a larger one, such as the token
 * table in float16, takes a file of its own, which is then as large as the tensor.
 */
export function planStorage(
  layers: Layers,
  shardBytes: number,
  nameFile: (stream: StreamName, index: number) => string,
): StoragePlan {
  const tensors: Record<StreamName, ExternalTensor[]> = { data: [], scales: [] }
  for (const recipe of layers.recipes) {
    if (recipe.kind === 'dense') tensors.data.push(recipe.external)
    else {
      tensors.data.push(recipe.data)
      tensors.scales.push(recipe.scales, ...(recipe.zeroPoints ? [recipe.zeroPoints] : []))
    }
  }
  const placements = new Map<string, Placement>()
  const plan = (stream: StreamName): PlannedFile[] => {
    const files: { path: string; bytes: number; tensors: ExternalTensor[] }[] = []
    for (const tensor of tensors[stream]) {
      let file = files[files.length - 1]
      const offset = file === undefined ? 0 : Math.ceil(file.bytes / alignment) * alignment
      if (file === undefined || offset + tensor.bytes > shardBytes) {
        file = { path: nameFile(stream, files.length), bytes: 0, tensors: [] }
        files.push(file)
      }
      const at = file.tensors.length === 0 ? 0 : offset
      placements.set(tensor.name, { file: file.path, offset: at })
      file.bytes = at + tensor.bytes
      file.tensors.push(tensor)
    }
    return files
  }
  const streams = { data: plan('data'), scales: plan('scales') }
  for (const { external, of } of layers.aliases) {
    const original = placements.get(of)
    if (!original) throw new Error(`${external.name} is another name for ${of}, which is not stored`)
    placements.set(external.name, original)
  }
  return { placements, streams }
}

/** Writes one stream's tensors, in the order planned, through file after file. */
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

  /** Starts the next tensor of the plan, which must be this one. */
  async begin(tensor: ExternalTensor): Promise<void> {
    if (this.leftInTensor !== 0) throw new Error(`${tensor.name} begins while ${this.leftInTensor} bytes are missing`)
    const file = this.files[this.fileIndex]
    if (file?.tensors[this.tensorIndex] !== tensor) throw new Error(`${tensor.name} is out of turn`)
    this.sink ??= await this.create(file.path)
    const gap = this.tensorIndex === 0 ? 0 : -this.written & (alignment - 1)
    if (gap > 0) await this.sink.write(padding.subarray(0, gap))
    this.written += gap
    this.leftInTensor = tensor.bytes
  }

  /** Passes over the next tensor of the plan, which an earlier build has written. */
  skip(tensor: ExternalTensor): void {
    const file = this.files[this.fileIndex]
    if (this.sink || file?.tensors[this.tensorIndex] !== tensor) throw new Error(`${tensor.name} is out of turn`)
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

  /** Whether that was the last tensor of its file. */
  private passTensor(): boolean {
    this.tensorIndex++
    if (this.tensorIndex < this.files[this.fileIndex].tensors.length) return false
    this.fileIndex++
    this.tensorIndex = 0
    this.written = 0
    return true
  }
}
