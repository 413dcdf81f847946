import { latinAt, viewAt } from './blob-view.ts'

/**
 * What an MP4 or MOV file says of itself that mediabunny 1.61.0 does not pass on: whether its index is there, all
 * entries of its edit lists (mediabunny knows the first), which tracks are encrypted, and how many samples its tables
 * claim (mediabunny makes a list of all, and a few damaged bytes claim billions).
 */
export interface IsoFile {
  /** `missing`: pictures are there, but not the index (`moov`); `cut`: the index itself is cut off. */
  readonly index: 'whole' | 'cut' | 'missing'
  /** The last box says that it goes on. */
  readonly isCut: boolean
  /** Whether the file has fragments (`moof`), which may be in a separate file. */
  readonly isFragment: boolean
  /** Samples that its tables and fragments claim: of one track, or of one fragment, the most. */
  readonly mostSamples: number
  readonly tracks: readonly IsoTrack[]
}

export interface IsoTrack {
  readonly id: number
  /** As in `hdlr`: `vide`, `soun`, ... */
  readonly handler: string
  /** Codes of the sample descriptions: `avc1`, `encv`, ... */
  readonly formats: readonly string[]
  /** In order of presentation; none where the whole track is presented as it is. */
  readonly edits: readonly Edit[]
  /** The most that any of its tables claims. */
  readonly samples: number
}

/** A part of a track that is presented; an empty one (`mediaS` undefined) is time without a picture. */
export interface Edit {
  /** 0: to the end of the track. */
  readonly durationS: number
  /** Where the part begins on the track's own clock. */
  readonly mediaS: number | undefined
}

interface Box {
  readonly type: string
  /** Of what is in it, in the file. */
  readonly from: number
  readonly end: number
}

/** More boxes in one than any honest file has. */
const mostBoxes = 10_000
/** A fragment's own lists are shorter. */
const mostFragmentBytes = 1 << 20
/** More edits than any honest file has. */
const mostEdits = 4096

/** Reads headers of boxes only, wherever they lie in the file. Rejects as `Blob.arrayBuffer`. */
export async function readIsoFile(file: Blob): Promise<IsoFile> {
  const top = await boxesIn(file, 0, file.size)
  const index = top.find(({ type }) => type === 'moov')
  const isCut = (top.at(-1)?.end ?? 0) > file.size
  const isFragment = top.some(({ type }) => type === 'moof')
  if (!index) return { index: 'missing', isCut, isFragment, mostSamples: 0, tracks: [] }
  const tracks: IsoTrack[] = []
  const inIndex = await boxesIn(file, index.from, Math.min(index.end, file.size))
  const movieTicks = (await ticksOf(file, inIndex, 'mvhd')) ?? 1000
  for (const box of inIndex) if (box.type === 'trak') tracks.push(await readTrack(file, box, movieTicks))
  const claims = tracks.map(({ samples }) => samples)
  for (const box of top) if (box.type === 'moof') claims.push(await samplesOfFragment(file, box))
  const mostSamples = Math.max(0, ...claims.slice(0, mostBoxes))
  return { index: index.end > file.size ? 'cut' : 'whole', isCut, isFragment, mostSamples, tracks }
}

async function readTrack(file: Blob, track: Box, movieTicks: number): Promise<IsoTrack> {
  const inTrack = await boxesIn(file, track.from, track.end)
  const header = inTrack.find(({ type }) => type === 'tkhd')
  const media = await boxesWithin(file, inTrack, 'mdia')
  const handlerBox = media.find(({ type }) => type === 'hdlr')
  const handler = handlerBox ? latinAt(await viewAt(file, handlerBox.from + 8, 4), 0, 4) : ''
  const mediaTicks = (await ticksOf(file, media, 'mdhd')) ?? 1
  const table = await boxesWithin(file, await boxesWithin(file, media, 'minf'), 'stbl')
  const descriptions = table.find(({ type }) => type === 'stsd')
  const formats = descriptions
    ? (await boxesIn(file, descriptions.from + 8, descriptions.end)).map(({ type }) => type)
    : []
  const list = (await boxesWithin(file, inTrack, 'edts')).find(({ type }) => type === 'elst')
  const edits = list ? editsOf(await viewAt(file, list.from, list.end - list.from), movieTicks, mediaTicks) : []
  const claims: number[] = []
  for (const each of table) {
    if (each.type === 'stts' || each.type === 'ctts') claims.push(await samplesOfRuns(file, each))
    if (each.type === 'stsz') claims.push(await countAt(file, each.from + 8))
    if (each.type === 'stz2') claims.push(await countAt(file, each.from + 8))
  }
  return { id: header ? await trackId(file, header) : 0, handler, formats, edits, samples: Math.max(0, ...claims) }
}

/** Of a table that tells how many samples in a row share a value. */
async function samplesOfRuns(file: Blob, { from, end }: Box): Promise<number> {
  const view = await viewAt(file, from, end - from)
  let samples = 0
  for (let at = 8; at + 8 <= view.byteLength; at += 8) samples += view.getUint32(at)
  return samples
}

/** Of all runs of a fragment (`moof`). */
async function samplesOfFragment(file: Blob, fragment: Box): Promise<number> {
  const view = await viewAt(file, fragment.from, Math.min(fragment.end - fragment.from, mostFragmentBytes))
  let samples = 0
  for (let at = 0; at + 16 <= view.byteLength; ) {
    const size = view.getUint32(at)
    const type = latinAt(view, at + 4, 4)
    if (type === 'trun') samples += view.getUint32(at + 12)
    // What is in a track's part of the fragment comes next.
    const step = type === 'traf' ? 8 : size
    if (step < 8) break
    at += step
  }
  return samples
}

async function countAt(file: Blob, at: number): Promise<number> {
  const view = await viewAt(file, at, 4)
  return view.byteLength === 4 ? view.getUint32(0) : 0
}

function editsOf(view: DataView, movieTicks: number, mediaTicks: number): Edit[] {
  if (view.byteLength < 8) return []
  const isLong = view.getUint8(0) === 1
  const size = isLong ? 20 : 12
  const count = Math.min(view.getUint32(4), Math.floor((view.byteLength - 8) / size), mostEdits)
  return Array.from({ length: count }, (_, i) => {
    const at = 8 + i * size
    const duration = isLong ? Number(view.getBigUint64(at)) : view.getUint32(at)
    const media = isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
    return { durationS: duration / movieTicks, mediaS: media < 0 ? undefined : media / mediaTicks }
  })
}

async function trackId(file: Blob, { from }: Box): Promise<number> {
  const view = await viewAt(file, from, 24)
  const at = view.byteLength > 0 && view.getUint8(0) === 1 ? 20 : 12
  return view.byteLength >= at + 4 ? view.getUint32(at) : 0
}

/** Ticks of a second, by a header of a movie or of a medium. */
async function ticksOf(file: Blob, boxes: readonly Box[], type: string): Promise<number | undefined> {
  const box = boxes.find((each) => each.type === type)
  if (!box) return undefined
  const view = await viewAt(file, box.from, 24)
  const at = view.byteLength > 0 && view.getUint8(0) === 1 ? 20 : 12
  const ticks = view.byteLength >= at + 4 ? view.getUint32(at) : 0
  return ticks > 0 ? ticks : undefined
}

async function boxesWithin(file: Blob, boxes: readonly Box[], type: string): Promise<Box[]> {
  const box = boxes.find((each) => each.type === type)
  return box ? boxesIn(file, box.from, box.end) : []
}

/** Boxes that begin in [from, end); the last may say that it ends later. */
async function boxesIn(file: Blob, from: number, end: number): Promise<Box[]> {
  const boxes: Box[] = []
  for (let at = from; at + 8 <= end && boxes.length < mostBoxes; ) {
    const view = await viewAt(file, at, 16)
    if (view.byteLength < 8) break
    const type = latinAt(view, 4, 4)
    // Bytes that do not look like a box end the list: the file is damaged or holds something unknown.
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) break
    const short = view.getUint32(0)
    const isLong = short === 1 && view.byteLength >= 16
    const head = isLong ? 16 : 8
    const size = isLong ? Number(view.getBigUint64(8)) : short === 0 ? end - at : short
    if (size < head) break
    boxes.push({ type, from: at + head, end: at + size })
    at += size
  }
  return boxes
}
