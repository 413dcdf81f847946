import { viewAt } from './blob-view.ts'

/** What an MPEG transport stream lists: names of its pictures' formats, and whether they are scrambled. */
export interface TransportStream {
  readonly videos: readonly { readonly name: string; readonly isScrambled: boolean }[]
}

/** Stream types of pictures. @see ISO/IEC 13818-1, table 2-34, and SMPTE's registrations */
const videoTypes: Readonly<Record<number, string>> = {
  1: 'MPEG-1',
  2: 'MPEG-2',
  16: 'MPEG-4 Part 2',
  27: 'H.264',
  33: 'JPEG 2000',
  36: 'HEVC',
  51: 'VVC',
  66: 'AVS',
  209: 'Dirac',
  210: 'AVS2',
  212: 'AVS3',
  234: 'VC-1',
}

const sync = 0x47
/** Where the lists of programs and streams are looked for: they come again and again. */
const searchedBytes = 1 << 20

/** Reads the first program of a stream. Rejects as `Blob.arrayBuffer`. */
export async function readTransportStream(file: Blob): Promise<TransportStream> {
  const view = await viewAt(file, 0, searchedBytes)
  const [first, size] =
    view.byteLength > 192 && view.getUint8(0) !== sync && view.getUint8(4) === sync ? [4, 192] : [0, 188]
  let mapPid: number | undefined
  const streams = new Map<number, string>()
  const scrambled = new Set<number>()
  for (let at = first; at + 188 <= view.byteLength; at += size) {
    if (view.getUint8(at) !== sync) continue
    const pid = view.getUint16(at + 1) & 0x1fff
    const flags = view.getUint8(at + 3)
    if (flags & 0xc0) scrambled.add(pid)
    if (!(flags & 0x10) || !(view.getUint8(at + 1) & 0x40)) continue
    const adaptation = flags & 0x20 ? 1 + view.getUint8(at + 4) : 0
    const payload = at + 4 + adaptation
    const end = at + 188
    if (payload >= end) continue
    // A table begins behind a pointer.
    const table = payload + 1 + view.getUint8(payload)
    if (pid === 0 && table + 12 <= end) mapPid ??= programMap(view, table, end)
    else if (pid === mapPid && streams.size === 0) readMap(view, table, end, streams)
  }
  return { videos: [...streams].map(([pid, name]) => ({ name, isScrambled: scrambled.has(pid) })) }
}

function programMap(view: DataView, table: number, end: number): number | undefined {
  for (let at = table + 8; at + 4 <= end; at += 4) {
    // Program 0 is the network's own table.
    if (view.getUint16(at) !== 0) return view.getUint16(at + 2) & 0x1fff
  }
  return undefined
}

function readMap(view: DataView, table: number, end: number, streams: Map<number, string>): void {
  if (table + 12 > end) return
  const stop = Math.min(end, table + 3 + (view.getUint16(table + 1) & 0xfff) - 4)
  let at = table + 12 + (view.getUint16(table + 10) & 0xfff)
  while (at + 5 <= stop) {
    const name = videoTypes[view.getUint8(at)]
    if (name) streams.set(view.getUint16(at + 1) & 0x1fff, name)
    at += 5 + (view.getUint16(at + 3) & 0xfff)
  }
}
