import { createCRC32 } from 'hash-wasm'
import * as v from 'valibot'
import type { RandomFile } from './opfs-file.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

const entrySchema = v.variant('type', [
  /** The first entry: the bundle's name, address and size, and when its storing began (ISO 8601). */
  v.object({ type: v.literal('begun'), name: v.string(), url: v.string(), bytes: count, at: v.string() }),
  /** These bytes of the file are on disk. */
  v.object({ type: v.literal('chunk'), path: v.string(), at: count, bytes: count, sha256: hash }),
  /** The ETag of the file's version that the chunks belong to. */
  v.object({ type: v.literal('etag'), path: v.string(), etag: v.string() }),
  /** The chunk at this offset, or the whole file where there is no offset, must be fetched again. */
  v.object({ type: v.literal('forgotten'), path: v.string(), at: v.optional(count) }),
  /** The whole file is stored and has the manifest's hash. */
  v.object({ type: v.literal('whole'), path: v.string() }),
])

export type JournalEntry = v.InferOutput<typeof entrySchema>

/** A chunk that is stored. */
export interface StoredChunk {
  readonly bytes: number
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string
}

/** What is stored of one file. */
export interface FileRecord {
  /** By their offset in bytes. */
  readonly chunks: Map<number, StoredChunk>
  etag: string | undefined
  isWhole: boolean
}

/**
 * A log of what has been stored of a bundle: each line is an entry as JSON, after the CRC-32 of that JSON. A crash may cut
 * the last line short or leave other bytes in its place. Reading stops at the first line whose checksum does not match,
 * and the entries before it are valid.
 */
export class Journal {
  readonly files = new Map<string, FileRecord>()
  begun: Extract<JournalEntry, { type: 'begun' }> | undefined
  readonly #file: RandomFile
  readonly #checksum: Checksum
  /** Where the next entry is written, in bytes. */
  #end = 0

  private constructor(file: RandomFile, checksum: Checksum) {
    this.#file = file
    this.#checksum = checksum
  }

  /** Reads the entries of a journal and removes what follows the last valid one. Throws BundleError `store-…`. */
  static async open(file: RandomFile): Promise<Journal> {
    const checksum = await Checksum.create()
    const journal = new Journal(file, checksum)
    const { entries, bytes } = decode(file.read(0, new Uint8Array(file.size())), checksum)
    for (const entry of entries) journal.#apply(entry)
    file.truncate(bytes)
    journal.#end = bytes
    return journal
  }

  /** Writes an entry. Throws BundleError `store-…` when it was not written, and then does not count it. */
  append(entry: JournalEntry): void {
    const line = encode(entry, this.#checksum)
    this.#file.write(this.#end, line)
    this.#end += line.length
    this.#apply(entry)
  }

  /** Makes entries outlive a crash of the machine; without it they outlive only the tab. */
  flush(): void {
    this.#file.flush()
  }

  record(path: string): FileRecord {
    return recordOf(this.files, path)
  }

  close(): void {
    this.#file.close()
  }

  #apply(entry: JournalEntry): void {
    if (entry.type === 'begun') this.begun = entry
    else replay(this.files, entry)
  }
}

/** Reads a journal's bytes without opening it for writing. */
export async function readJournal(bytes: Uint8Array): Promise<Pick<Journal, 'files' | 'begun'>> {
  const files = new Map<string, FileRecord>()
  let begun: Journal['begun']
  for (const entry of decode(bytes, await Checksum.create()).entries) {
    if (entry.type === 'begun') begun = entry
    else replay(files, entry)
  }
  return { files, begun }
}

/** The sum of the bytes of all stored chunks. */
export function storedBytes(files: ReadonlyMap<string, FileRecord>): number {
  let sum = 0
  for (const { chunks } of files.values()) for (const { bytes } of chunks.values()) sum += bytes
  return sum
}

function recordOf(files: Map<string, FileRecord>, path: string): FileRecord {
  const known = files.get(path)
  if (known) return known
  const record: FileRecord = { chunks: new Map(), etag: undefined, isWhole: false }
  files.set(path, record)
  return record
}

function replay(files: Map<string, FileRecord>, entry: Exclude<JournalEntry, { type: 'begun' }>): void {
  const record = recordOf(files, entry.path)
  switch (entry.type) {
    case 'chunk':
      record.chunks.set(entry.at, { bytes: entry.bytes, sha256: entry.sha256 })
      break
    case 'etag':
      record.etag = entry.etag
      break
    case 'forgotten':
      record.isWhole = false
      if (entry.at === undefined) record.chunks.clear()
      else record.chunks.delete(entry.at)
      break
    case 'whole':
      record.isWhole = true
  }
}

class Checksum {
  readonly #crc: Awaited<ReturnType<typeof createCRC32>>

  private constructor(crc: Awaited<ReturnType<typeof createCRC32>>) {
    this.#crc = crc
  }

  static async create(): Promise<Checksum> {
    return new Checksum(await createCRC32())
  }

  /** The CRC-32 of a text, as eight hexadecimal digits. */
  of(text: string): string {
    return this.#crc.init().update(text).digest('hex')
  }
}

function encode(entry: JournalEntry, checksum: Checksum): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(entry)
  return new TextEncoder().encode(`${checksum.of(text)} ${text}\n`)
}

/** The entries before the first invalid line, and how many bytes they take. */
function decode(bytes: Uint8Array, checksum: Checksum): { readonly entries: JournalEntry[]; readonly bytes: number } {
  const entries: JournalEntry[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf(10, from)
    const entry = end < 0 ? undefined : decodeLine(bytes.subarray(from, end), checksum)
    if (!entry) return { entries, bytes: from }
    entries.push(entry)
    from = end + 1
  }
}

function decodeLine(line: Uint8Array, checksum: Checksum): JournalEntry | undefined {
  const text = new TextDecoder().decode(line)
  const body = text.slice(9)
  if (text.slice(0, 9) !== `${checksum.of(body)} `) return undefined
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), entrySchema), body)
  return parsed.success ? parsed.output : undefined
}
