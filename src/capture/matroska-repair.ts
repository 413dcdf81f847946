/** A WebM or Matroska file whose damaged places are passed over. */
export interface RepairedFile {
  readonly file: Blob
  /** Where in the file something is missing: pictures behind build on what lay there. Not where the file was cut off. */
  readonly breaks: readonly number[]
  /** The file ends before it says that it does. */
  readonly isCut: boolean
}

const ids = { header: 0x1a45dfa3, segment: 0x18538067, cluster: 0x1f43b675, empty: 0xec } as const
/** Seek head, info, tracks, cues, tags, chapters, attachments, cluster, void, checksum. */
const topIds = [
  0x114d9b74,
  0x1549a966,
  0x1654ae6b,
  0x1c53bb6b,
  0x1254c367,
  0x1043a770,
  0x1941a469,
  ids.cluster,
  0xec,
  0xbf,
]
/** Time, position, size of the one before, blocks, group, encrypted block, silent tracks, void, checksum. */
const clusterIds = [0xe7, 0xa7, 0xab, 0xa3, 0xa0, 0xaf, 0x5854, 0xec, 0xbf]
/** Larger files are read as they are: looking into every cluster means reading them whole. */
const mostBytes = 256 << 20

interface Element {
  readonly id: number
  readonly sizeAt: number
  readonly from: number
  /** Undefined where the file leaves it open. */
  readonly end: number | undefined
}
interface Change {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Puts emptiness in place of what makes no sense, up to the next cluster. mediabunny 1.61.0 ends the file at a damaged block,
 * and leaves out a last cluster that is cut off. Rejects as `Blob.arrayBuffer`.
 */
export async function repairMatroska(file: Blob): Promise<RepairedFile> {
  if (file.size > mostBytes) return { file, breaks: [], isCut: false }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const header = elementAt(bytes, 0)
  const segment = header?.id === ids.header && header.end ? elementAt(bytes, header.end) : undefined
  if (segment?.id !== ids.segment) return { file, breaks: [], isCut: false }
  const changes: Change[] = []
  const breaks: number[] = []
  let isCut = (segment.end ?? 0) > bytes.length
  const pass = (from: number, to: number) => {
    if (to < bytes.length || !isCut) breaks.push(from)
    changes.push({ from, to, bytes: to >= bytes.length ? new Uint8Array() : emptiness(to - from) })
  }
  for (let at = segment.from; at < bytes.length; ) {
    const element = elementAt(bytes, at)
    if (!element || !topIds.includes(element.id)) {
      const next = nextCluster(bytes, at + 1)
      pass(at, next)
      at = next
    } else if (element.id === ids.cluster) {
      const { stop, isWhole } = endOfBlocks(bytes, element)
      if (isWhole) {
        at = stop
        continue
      }
      const { end } = element
      const isEndRight = end !== undefined && end <= bytes.length && topIds.includes(elementAt(bytes, end)?.id ?? 0)
      const next = isEndRight && end > stop ? end : nextCluster(bytes, stop)
      if (next >= bytes.length) isCut ||= (end ?? 0) > bytes.length
      if (end !== undefined)
        changes.push({
          from: element.sizeAt,
          to: element.from,
          bytes: sized(stop - element.from, element.from - element.sizeAt),
        })
      if (next > stop) pass(stop, next)
      at = next
    } else {
      at = element.end ?? bytes.length
    }
  }
  return { file: changes.length > 0 ? changed(file, changes) : file, breaks, isCut }
}

/** Where the blocks of a cluster end that make sense, and whether it ends there. */
function endOfBlocks(bytes: Uint8Array, { from, end }: Element): { readonly stop: number; readonly isWhole: boolean } {
  const limit = Math.min(end ?? bytes.length, bytes.length)
  let at = from
  while (at < limit) {
    const child = elementAt(bytes, at)
    if (end === undefined && child && topIds.slice(0, 8).includes(child.id)) return { stop: at, isWhole: true }
    if (!child || !clusterIds.includes(child.id) || child.end === undefined || child.end > limit)
      return { stop: at, isWhole: false }
    at = child.end
  }
  return { stop: at, isWhole: end === undefined || end <= bytes.length }
}

function elementAt(bytes: Uint8Array, at: number): Element | undefined {
  const idLength = lengthAt(bytes, at)
  if (idLength > 4 || at + idLength >= bytes.length) return undefined
  let id = 0
  for (let i = 0; i < idLength; i++) id = id * 256 + bytes[at + i]
  const sizeAt = at + idLength
  const length = lengthAt(bytes, sizeAt)
  if (length > 8 || sizeAt + length > bytes.length) return undefined
  let size = bytes[sizeAt] & (0xff >> length)
  let isOpen = size === 0xff >> length
  for (let i = 1; i < length; i++) {
    size = size * 256 + bytes[sizeAt + i]
    isOpen &&= bytes[sizeAt + i] === 0xff
  }
  const from = sizeAt + length
  return { id, sizeAt, from, end: isOpen ? undefined : from + size }
}

/** Bytes of a number of variable length, by its first one. */
function lengthAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? Math.clz32(bytes[at]) - 23 : 9
}

/** The next cluster that begins with its time, as they do; the end where there is none. */
function nextCluster(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x1f, from); at >= 0; at = bytes.indexOf(0x1f, at + 1)) {
    const cluster = bytes[at + 1] === 0x43 && bytes[at + 2] === 0xb6 && bytes[at + 3] === 0x75 && elementAt(bytes, at)
    const first = cluster && elementAt(bytes, cluster.from)
    if (first && clusterIds.includes(first.id)) return at
  }
  return bytes.length
}

/** A void element of this many bytes, at least two; only its beginning counts. */
function emptiness(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  const sizeLength = Math.min(8, length - 1)
  if (sizeLength < 1) return bytes
  bytes[0] = ids.empty
  bytes.set(sized(length - 1 - sizeLength, sizeLength), 1)
  return bytes
}

/** A size as a number of this many bytes. */
function sized(size: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let rest = size
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[0] |= 0x80 >> (length - 1)
  return bytes
}

function changed(file: Blob, changes: readonly Change[]): Blob {
  const parts: BlobPart[] = []
  let at = 0
  for (const { from, to, bytes } of [...changes].sort((a, b) => a.from - b.from)) {
    parts.push(file.slice(at, from), bytes)
    at = to
  }
  parts.push(file.slice(at))
  return new Blob(parts)
}
