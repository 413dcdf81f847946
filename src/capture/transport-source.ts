import { CustomSource } from 'mediabunny'

const sync = 0x47
/** A packet of no stream, which demuxers pass over. */
const nullPacket = [sync, 0x1f, 0xff, 0x10]
/** Bytes of a packet, without the time that some files put before it. */
const packetBytes = 188

/**
 * A transport stream in which a packet that does not begin as one is a packet of nothing. mediabunny 1.61.0 ends the whole
 * file there; a stream is made to go on.
 *
 * @param offset where the first packet begins: behind a time of 4 bytes in files for discs
 */
export function transportSource(file: Blob, offset: 0 | 4): CustomSource {
  const stride = packetBytes + offset
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const from = Math.floor(start / stride) * stride
    const to = Math.min(file.size, Math.ceil(end / stride) * stride)
    const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer())
    for (let at = offset; at + packetBytes <= bytes.length; at += stride) {
      if (bytes[at] === sync) continue
      bytes.fill(0xff, at, at + packetBytes)
      bytes.set(nullPacket, at)
    }
    return bytes.subarray(start - from, end - from)
  }
  return new CustomSource({ getSize: () => file.size, read, prefetchProfile: 'fileSystem' })
}
