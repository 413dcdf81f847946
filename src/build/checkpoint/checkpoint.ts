import { CheckpointError } from '../../base/errors.ts'
import { bfloat16sToFloats, halvesToFloats } from '../../base/float16.ts'
import { findDuplicateKey, isCount, isRecord, show } from '../../base/json.ts'
import { parseSafetensors, type StoredTensor } from './safetensors.ts'
import { missingFile, readSidecars, readText, type Sidecars } from './sidecars.ts'
import { type ByteSource, type CheckpointFiles, openOptional } from './source.ts'
import { canonicalName } from './spellings.ts'
import { refuseLfsPointerFile } from './unusable.ts'

/** A tensor under its canonical name (`visual.*`, `model.*`, `lm_head.weight`), and where it is stored. */
export interface TensorInfo extends StoredTensor {
  /** The file that holds it. */
  readonly file: string
}

interface TensorIn {
  readonly info: TensorInfo
  readonly source: ByteSource
}

const weightsName = 'model.safetensors'
const indexName = 'model.safetensors.index.json'
/** Large enough to hide a round trip, small enough to stay in the CPU's cache while it is widened. */
const blockBytes = 8 * 2 ** 20

/**
 * Opens a checkpoint: reads its sidecar files and the header of every weights file, and checks them against each
 * other. Reads no weights. Throws CheckpointError; aborting throws the signal's reason.
 */
export async function openCheckpoint(files: CheckpointFiles, signal?: AbortSignal): Promise<Checkpoint> {
  const sidecars = await readSidecars(files, signal)
  const weights = await openWeights(files, signal)
  return new Checkpoint(files, sidecars, weights)
}

export class Checkpoint {
  /** Where it was read from. */
  readonly origin: string
  readonly sidecars: Sidecars
  /** Canonical names of all tensors, in the order of files and of the bytes in them. */
  readonly names: readonly string[]
  /** The weights files. */
  readonly weightFiles: readonly ByteSource[]
  readonly #files: CheckpointFiles
  readonly #tensors: ReadonlyMap<string, TensorIn>

  constructor(files: CheckpointFiles, sidecars: Sidecars, tensors: ReadonlyMap<string, TensorIn>) {
    this.origin = files.origin
    this.sidecars = sidecars
    this.names = [...tensors.keys()]
    this.weightFiles = [...new Set([...tensors.values()].map(({ source }) => source))]
    this.#files = files
    this.#tensors = tensors
  }

  has(name: string): boolean {
    return this.#tensors.has(name)
  }

  /** Throws CheckpointError `missing-tensor`. */
  tensor(name: string): TensorInfo {
    return this.#find(name).info
  }

  /** The tensor, checked to have this shape. Throws CheckpointError `missing-tensor` or `wrong-shape`. */
  expectShape(name: string, shape: readonly number[]): TensorInfo {
    const info = this.tensor(name)
    if (info.shape.length === shape.length && info.shape.every((size, axis) => size === shape[axis])) return info
    throw new CheckpointError({
      code: 'wrong-shape',
      message: `${info.file}: tensor ${show(name)} has shape ${show(info.shape)}, but config.json asks for ${show(shape)}.`,
      action: 'Use config.json and weights of the same checkpoint.',
      subject: name,
    })
  }

  /** As `expectShape`, and checked to have a readable dtype. Throws CheckpointError `unsupported-dtype`, too. */
  expectFloats(name: string, shape: readonly number[]): TensorInfo {
    const info = this.expectShape(name, shape)
    widenerOf(info)
    return info
  }

  /**
   * Rows [firstRow, firstRow + rowCount) as float32. A tensor of shape [R, ...rest] has R rows of product(rest)
   * values; a vector has rows of one value. Fills the start of `out` when given and returns that part of it.
   * Throws CheckpointError `not-finite` (the first NaN or Inf), `unsupported-dtype`, `rows-out-of-range`,
   * `missing-tensor`, or the source's own errors.
   */
  async readRows(
    name: string,
    firstRow: number,
    rowCount: number,
    out?: Float32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const { info, source, width, firstByte, bytesPerValue } = this.#locate(name, firstRow, rowCount)
    const widen = widenerOf(info)
    const count = rowCount * width
    if (out !== undefined && out.length < count) throw new RangeError(`${count} values do not fit in ${out.length}`)
    const floats = out === undefined ? new Float32Array(count) : out.subarray(0, count)
    const perBlock = blockBytes / bytesPerValue
    const fetchBlock = (first: number) => {
      const values = Math.min(perBlock, count - first)
      const block = source.read(firstByte + first * bytesPerValue, values * bytesPerValue, signal)
      // It is awaited one block later; a failure before that must not count as an unhandled rejection.
      block.catch(() => undefined)
      return block
    }
    let next = count === 0 ? undefined : fetchBlock(0)
    for (let first = 0; next !== undefined; first += perBlock) {
      const bytes = await next
      next = first + perBlock < count ? fetchBlock(first + perBlock) : undefined
      const target = floats.subarray(first, Math.min(first + perBlock, count))
      if (!widen(bytes, target)) throw notFinite(info, firstRow * width + first, target)
    }
    return floats
  }

  /**
   * The same rows as they are stored, for code that widens them elsewhere. Values are not checked. Throws as `readRows`
   * does, except `not-finite`.
   */
  async readStoredRows(
    name: string,
    firstRow: number,
    rowCount: number,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly dtype: FloatDtype }> {
    const { info, source, width, firstByte, bytesPerValue } = this.#locate(name, firstRow, rowCount)
    const dtype = floatDtypeOf(info)
    return { bytes: await source.read(firstByte, rowCount * width * bytesPerValue, signal), dtype }
  }

  /** All of a tensor's values, row-major, as float32. Throws as `readRows` does. */
  read(name: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.readRows(name, 0, this.tensor(name).shape[0] ?? 1, undefined, signal)
  }

  /** Closes files and connections. */
  close(): Promise<void> {
    return this.#files.close()
  }

  #locate(name: string, firstRow: number, rowCount: number) {
    const { info, source } = this.#find(name)
    const width = info.shape.slice(1).reduce((product, size) => product * size, 1)
    const rows = info.shape[0] ?? 1
    if (!isCount(firstRow) || !isCount(rowCount) || firstRow + rowCount > rows) {
      throw new CheckpointError({
        code: 'rows-out-of-range',
        message: `${info.file}: tensor ${show(name)} has ${rows} rows; rows ${firstRow} to ${firstRow + rowCount} were asked for.`,
        action: 'Report this: the program asked for weights that its own architecture check does not cover.',
        subject: name,
      })
    }
    const bytesPerValue = info.dtype === 'F32' ? 4 : 2
    return { info, source, width, bytesPerValue, firstByte: info.begin + firstRow * width * bytesPerValue }
  }

  #find(name: string): TensorIn {
    const found = this.#tensors.get(name)
    if (found !== undefined) return found
    throw new CheckpointError({
      code: 'missing-tensor',
      message: `${this.origin} has no tensor ${show(name)}.`,
      action: 'Use a complete Qwen2.5-VL checkpoint, with adapters merged and without extra quantization.',
      subject: name,
    })
  }
}

/** Widens a block to float32; false when a value is Inf or NaN. */
type Widener = (bytes: Uint8Array, target: Float32Array) => boolean

/** The dtypes that weights may be stored in. */
export type FloatDtype = 'BF16' | 'F16' | 'F32'

const wideners: Readonly<Record<FloatDtype, Widener>> = {
  BF16: (bytes, target) => bfloat16sToFloats(asUint16s(bytes), target),
  F16: (bytes, target) => halvesToFloats(asUint16s(bytes), target),
  F32: copyFloats,
}

/** Widens stored values to float32; returns whether all of them are finite. */
export function widen(dtype: FloatDtype, bytes: Uint8Array, target: Float32Array): boolean {
  return wideners[dtype](bytes, target)
}

function widenerOf(info: TensorInfo): Widener {
  return wideners[floatDtypeOf(info)]
}

function floatDtypeOf(info: TensorInfo): FloatDtype {
  const { dtype } = info
  if (dtype === 'BF16' || dtype === 'F16' || dtype === 'F32') return dtype
  throw new CheckpointError({
    code: 'unsupported-dtype',
    message: `${info.file}: tensor ${show(info.name)} is stored as ${dtype}; only BF16, F16 and F32 can be read.`,
    action: 'Use the original checkpoint, not one that is quantized already.',
    subject: info.name,
  })
}

/** A view of the bytes, or a copy if they are not aligned. */
function asUint16s(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1)
}

function copyFloats(bytes: Uint8Array, target: Float32Array): boolean {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes)
  const bits = new Int32Array(target.buffer, target.byteOffset, target.length)
  let found = 0
  for (let i = 0; i < bits.length; i++) found |= (bits[i] & 0x7f800000) + 0x00800000
  return found >= 0
}

function notFinite(info: TensorInfo, firstValue: number, block: Float32Array): CheckpointError {
  const at = block.findIndex((value) => !Number.isFinite(value))
  const index: number[] = []
  let rest = firstValue + at
  for (const size of info.shape.toReversed()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return new CheckpointError({
    code: 'not-finite',
    message: `${info.file}: tensor ${show(info.name)} holds ${block[at]} at [${index}].`,
    action: 'Download the file again; if the value is still there, the training run that wrote it had diverged.',
    subject: info.name,
  })
}

/** The tensors by canonical name. A single weights file wins over an index, as it does in transformers. */
async function openWeights(files: CheckpointFiles, signal?: AbortSignal): Promise<Map<string, TensorIn>> {
  const tensors = new Map<string, TensorIn>()
  const single = await openOptional(files, weightsName, signal)
  if (single !== undefined) {
    await refuseLfsPointerFile(single, signal)
    for (const stored of (await parseSafetensors(single, signal)).values()) add(tensors, stored, single)
    return tensors
  }
  const indexText = await readText(files, indexName, signal)
  if (indexText === undefined) throw await missingFile(files, `${weightsName} or ${indexName}`, signal)
  for (const [shard, promised] of parseIndex(indexText)) {
    const source = await files.open(shard, signal)
    if (source === undefined) {
      throw new CheckpointError({
        code: 'missing-shard',
        message: `${files.origin} has no ${shard}, which ${indexName} names.`,
        action: 'Download the missing file into the same place.',
        subject: shard,
      })
    }
    await refuseLfsPointerFile(source, signal)
    const held = await parseSafetensors(source, signal)
    const absent = promised.filter((name) => !held.has(name))
    if (absent.length > 0) {
      throw new CheckpointError({
        code: 'index-mismatch',
        message: `${shard} lacks ${absent.length} of the ${promised.length} tensors that ${indexName} places in it, first ${show(absent[0])}.`,
        action: 'Download all weights files and the index again, from one version of the checkpoint.',
        subject: `${shard}: ${absent[0]}`,
      })
    }
    // Only the tensors that the index places in this shard: others are left over from another split of the checkpoint.
    const wanted = new Set(promised)
    for (const stored of held.values()) if (wanted.has(stored.name)) add(tensors, stored, source)
  }
  return tensors
}

function add(tensors: Map<string, TensorIn>, stored: StoredTensor, source: ByteSource): void {
  const name = canonicalName(stored.name)
  const other = tensors.get(name)
  if (other !== undefined) {
    throw new CheckpointError({
      code: 'duplicate-tensor',
      message: `Tensor ${show(name)} is stored twice, in ${other.info.file} and as ${show(stored.name)} in ${source.name}.`,
      action: 'Remove the weights files that do not belong to this checkpoint.',
      subject: name,
    })
  }
  tensors.set(name, { info: { ...stored, name, file: source.name }, source })
}

/** The tensor names that the index places in each shard, by shard. */
function parseIndex(text: string): Map<string, string[]> {
  const fail = (what: string, cause?: unknown) =>
    new CheckpointError({
      code: 'bad-index',
      message: `${indexName} ${what}.`,
      action: 'Download this file again; it is damaged.',
      subject: indexName,
      cause,
    })
  let index: unknown
  try {
    index = JSON.parse(text)
  } catch (cause) {
    throw fail('is not JSON', cause)
  }
  if (!isRecord(index) || !isRecord(index.weight_map)) throw fail('has no weight_map')
  const twice = findDuplicateKey(text)
  if (twice !== undefined) throw fail(`holds ${show(twice)} twice`)
  const shards = new Map<string, string[]>()
  for (const [tensor, shard] of Object.entries(index.weight_map)) {
    if (typeof shard !== 'string' || !/^[\w.-]+\.safetensors$/.test(shard)) {
      throw fail(`places ${show(tensor)} in ${show(shard)}, which is not the name of a weights file beside it`)
    }
    const names = shards.get(shard)
    if (names === undefined) shards.set(shard, [tensor])
    else names.push(tensor)
  }
  if (shards.size === 0) throw fail('names no tensors')
  return shards
}
