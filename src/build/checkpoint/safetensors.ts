import { CheckpointError } from '../../base/errors.ts'
import { findDuplicateKey, isCount, isRecord, show } from '../../base/json.ts'
import type { ByteSource } from './source.ts'

/** Bits of one value, for every dtype the format defines. */
const bitsPerValue = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  U16: 16,
  I16: 16,
  U32: 32,
  I32: 32,
  U64: 64,
  I64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F16: 16,
  BF16: 16,
  F32: 32,
  F64: 64,
  C64: 64,
} as const

export type TensorDtype = keyof typeof bitsPerValue

/** Where one tensor lies in its file. */
export interface StoredTensor {
  readonly name: string
  readonly dtype: TensorDtype
  /** Row-major; empty for a scalar. */
  readonly shape: readonly number[]
  /** Offset of the first byte, from the start of the file. */
  readonly begin: number
  /** Offset after the last byte, from the start of the file. */
  readonly end: number
}

/** The format's own limit on its header. */
const headerLimitBytes = 100_000_000

const copyAgain = 'Download or copy this file again; it is damaged or incomplete.'

/**
 * Reads and checks a safetensors file's header: every tensor lies inside the file, its bytes match its dtype and
 * shape, and the tensors fill the file without gaps or overlaps. Reads none of the data.
 * Throws CheckpointError whose subject is `file` or `file: tensor`.
 */
export async function parseSafetensors(source: ByteSource, signal?: AbortSignal): Promise<Map<string, StoredTensor>> {
  const file = source.name
  if (source.size < 8) {
    throw damaged('file-too-short', file, `${file} holds ${source.size} bytes; a safetensors file has at least 8`)
  }
  const prefix = await source.read(0, 8, signal)
  // Without git-lfs, a clone has a pointer file in place of a large file: "version https://git-lfs...".
  if (String.fromCharCode(...prefix) === 'version ') {
    throw new CheckpointError({
      code: 'lfs-pointer',
      message: `${file} is a Git LFS pointer, not the weights themselves.`,
      action: 'Run `git lfs pull` in the checkpoint folder, or download the file from its page.',
      subject: file,
    })
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8)
  const headerBytes = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true)
  if (headerBytes > headerLimitBytes || headerBytes > source.size - 8) {
    throw damaged(
      'bad-header-length',
      file,
      `${file} claims a header of ${headerBytes} bytes, more than ${
        headerBytes > headerLimitBytes ? 'the format allows' : `the file's ${source.size} bytes hold`
      }; it is cut short or not a safetensors file`,
    )
  }
  const entries = parseHeader(file, await source.read(8, headerBytes, signal))
  const dataBegin = 8 + headerBytes
  const tensors: StoredTensor[] = []
  for (const [name, entry] of entries) {
    if (name === '__metadata__') checkMetadata(file, entry)
    else tensors.push(parseEntry(file, name, entry, dataBegin))
  }
  checkLayout(file, tensors, dataBegin, source.size)
  return new Map(tensors.map((tensor) => [tensor.name, tensor]))
}

function damaged(code: string, subject: string, message: string, cause?: unknown): CheckpointError {
  return new CheckpointError({ code, message: `${message}.`, action: copyAgain, subject, cause })
}

function parseHeader(file: string, bytes: Uint8Array): [string, unknown][] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw damaged('header-not-utf8', file, `The header of ${file} is not UTF-8 text`, cause)
  }
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    throw damaged('header-not-json', file, `The header of ${file} is not JSON`, cause)
  }
  if (!isRecord(header)) throw damaged('header-not-object', file, `The header of ${file} is not a JSON object`)
  // JSON.parse keeps the last of two equal keys, which need not be the tensor that was meant.
  const twice = findDuplicateKey(text)
  if (twice !== undefined) {
    throw damaged('duplicate-name', `${file}: ${twice}`, `The header of ${file} holds ${show(twice)} twice`)
  }
  return Object.entries(header)
}

function checkMetadata(file: string, entry: unknown): void {
  if (!isRecord(entry) || Object.values(entry).some((value) => typeof value !== 'string')) {
    throw damaged('bad-metadata', file, `__metadata__ in the header of ${file} is not a map of strings`)
  }
}

function parseEntry(file: string, name: string, entry: unknown, dataBegin: number): StoredTensor {
  const subject = `${file}: ${name}`
  const fail = (code: string, what: string) => damaged(code, subject, `${file}: tensor ${show(name)} ${what}`)
  if (!isRecord(entry)) throw fail('bad-tensor-entry', 'is not described by an object')
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string') throw fail('bad-tensor-entry', 'has no dtype')
  if (!Array.isArray(shape)) throw fail('bad-tensor-entry', 'has no shape')
  if (!Array.isArray(offsets) || offsets.length !== 2) throw fail('bad-tensor-entry', 'has no pair of data_offsets')
  if (!isDtype(dtype)) throw fail('unsupported-dtype', `has dtype ${show(dtype)}, which the format does not define`)
  if (!shape.every(isCount)) throw fail('bad-shape', `has shape ${show(shape)}, not all whole numbers from 0 up`)
  let bits: number = bitsPerValue[dtype]
  for (const size of shape) {
    bits *= size
    if (!Number.isSafeInteger(bits)) throw fail('bad-shape', `has an impossible shape ${show(shape)}`)
  }
  const [begin, end]: unknown[] = offsets
  if (!isCount(begin) || !isCount(end) || begin > end) {
    throw fail('bad-offsets', `has data_offsets ${show(offsets)}, not two rising whole numbers`)
  }
  const wanted = bits / 8
  if (end - begin !== wanted) {
    throw fail('wrong-byte-length', `spans ${end - begin} bytes, but ${dtype} ${show(shape)} takes ${wanted}`)
  }
  return { name, dtype, shape, begin: dataBegin + begin, end: dataBegin + end }
}

function checkLayout(file: string, tensors: readonly StoredTensor[], dataBegin: number, size: number): void {
  let filled = dataBegin
  let last = 'the header'
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const subject = `${file}: ${name}`
    if (begin < filled) throw damaged('tensors-overlap', subject, `${file}: tensor ${show(name)} overlaps ${last}`)
    if (begin > filled) {
      throw damaged('tensor-hole', subject, `${file}: ${begin - filled} unused bytes between ${last} and ${show(name)}`)
    }
    if (end > size) {
      throw damaged('truncated', subject, `${file}: tensor ${show(name)} ends at byte ${end}, the file at byte ${size}`)
    }
    filled = end
    last = show(name)
  }
  if (filled < size) throw damaged('trailing-data', file, `${file} holds ${size - filled} bytes that no tensor claims`)
}

function isDtype(name: string): name is TensorDtype {
  return Object.hasOwn(bitsPerValue, name)
}
