import { viewAt } from './blob-view.ts'

/** A track of a WebM or Matroska file, as far as it says why it cannot be read. */
export interface MatroskaTrack {
  readonly type: 'video' | 'sound' | 'other'
  readonly isEncrypted: boolean
}

const ids = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  cluster: 0x1f43b675,
  tracks: 0x1654ae6b,
  entry: 0xae,
  type: 0x83,
  encodings: 0x6d80,
  encoding: 0x6240,
  encryption: 0x5035,
} as const

interface Element {
  readonly id: number
  readonly from: number
  readonly end: number
}

const mostElements = 10_000
const trackTypes: Readonly<Record<number, MatroskaTrack['type']>> = { 1: 'video', 2: 'sound' }

/** The tracks of a file; none where their list is not found. Rejects as `Blob.arrayBuffer`. */
export async function readMatroskaTracks(file: Blob): Promise<MatroskaTrack[]> {
  const segment = (await elementsIn(file, 0, file.size)).find(({ id }) => id === ids.segment)
  if (!segment) return []
  const list = (await elementsIn(file, segment.from, Math.min(segment.end, file.size), ids.cluster)).find(
    ({ id }) => id === ids.tracks,
  )
  if (!list) return []
  const tracks: MatroskaTrack[] = []
  for (const entry of await elementsIn(file, list.from, list.end)) {
    if (entry.id === ids.entry) tracks.push(await readTrack(file, entry))
  }
  return tracks
}

async function readTrack(file: Blob, entry: Element): Promise<MatroskaTrack> {
  const parts = await elementsIn(file, entry.from, entry.end)
  const type = parts.find(({ id }) => id === ids.type)
  const encodings = parts.find(({ id }) => id === ids.encodings)
  let isEncrypted = false
  if (encodings) {
    for (const encoding of await elementsIn(file, encodings.from, encodings.end)) {
      const inside = encoding.id === ids.encoding ? await elementsIn(file, encoding.from, encoding.end) : []
      isEncrypted ||= inside.some(({ id }) => id === ids.encryption)
    }
  }
  return {
    type: (type && trackTypes[(await viewAt(file, type.from, 1)).getUint8(0)]) ?? 'other',
    isEncrypted,
  }
}

/** @param last an element after which nothing more is looked for */
async function elementsIn(file: Blob, from: number, end: number, last?: number): Promise<Element[]> {
  const elements: Element[] = []
  for (let at = from; at < end && elements.length < mostElements; ) {
    const view = await viewAt(file, at, 12)
    const id = vint(view, 0, true)
    const size = id && vint(view, id.length, false)
    if (!id || !size) break
    const start = at + id.length + size.length
    // An unknown size is that of a recording: to the end.
    const stop = size.isUnknown ? end : start + size.value
    elements.push({ id: id.value, from: start, end: stop })
    if (id.value === last) break
    at = stop
  }
  return elements
}

/** A number of variable length; an id keeps the bits that tell its length. */
function vint(view: DataView, at: number, isId: boolean) {
  if (at >= view.byteLength) return undefined
  const first = view.getUint8(at)
  const length = Math.clz32(first) - 23
  if (length > (isId ? 4 : 8) || at + length > view.byteLength) return undefined
  let value = isId ? first : first & (0xff >> length)
  let isUnknown = value === 0xff >> length
  for (let i = 1; i < length; i++) {
    const byte = view.getUint8(at + i)
    isUnknown &&= byte === 0xff
    value = value * 256 + byte
  }
  return { value, length, isUnknown: isUnknown && !isId }
}
