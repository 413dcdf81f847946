/** Size in pixels according to the file's header, known before anything is decoded. */
export interface ImageSize {
  readonly width: number
  readonly height: number
  /** JPEG whose rows come one after the other, so that a decoder can shrink them as they come. */
  readonly isSequential?: boolean
}

/**
 * The size of a picture, read out of its header; undefined where the header is damaged, or of a format unknown here.
 *
 * @param bytes the whole file
 * @param type its media type, as `imageTypeOf` gives it
 */
export function imageSize(bytes: Uint8Array, type: string): ImageSize | undefined {
  const read = readers[type]
  try {
    const size = read?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    return size && size.width > 0 && size.height > 0 ? size : undefined
  } catch (error) {
    // The file ends in the middle of its header.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

type Reader = (view: DataView) => ImageSize | undefined

/** https://www.w3.org/TR/png-3/#11IHDR: the first chunk. */
function pngSize(view: DataView): ImageSize | undefined {
  if (tag(view, 12) !== 'IHDR') return undefined
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** The logical screen; decoders enlarge it for a first frame that is larger. */
function gifSize(view: DataView): ImageSize | undefined {
  let width = view.getUint16(6, true)
  let height = view.getUint16(8, true)
  let at = 13 + paletteBytes(view.getUint8(10))
  for (;;) {
    const block = view.getUint8(at)
    if (block === 0x2c) {
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true))
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true))
      return { width, height }
    }
    if (block !== 0x21) return undefined
    // An extension: its label, then blocks with their length before them, the last one empty.
    at += 2
    for (let length = view.getUint8(at); length > 0; length = view.getUint8(at)) at += 1 + length
    at += 1
  }
}

function paletteBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(view: DataView): ImageSize | undefined {
  switch (tag(view, 12)) {
    case 'VP8X':
      return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) }
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    default:
      return undefined
  }
}

/**
 * The frame's own header, behind any number of segments, pictures in pictures among them. Decoders pass over bytes that
 * belong to no segment, and so does this.
 */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ; ) {
    const marker = view.getUint8(at) === 0xff ? view.getUint8(at + 1) : 0
    if (isFrame(marker)) {
      const isSequential = marker === 0xc0 || marker === 0xc1
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), isSequential }
    }
    // Pixels begin, or the picture ends, without a header.
    if (marker === 0xda || marker === 0xd9) return undefined
    at += isSegment(marker) ? 2 + view.getUint16(at + 2) : 1
  }
}

/** A marker that its length follows; 0 and 255 are none, 1 and those from 208 to 216 stand alone. */
function isSegment(marker: number): boolean {
  return marker > 1 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd8)
}

/** SOF0 to SOF15, of which three numbers mean something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/**
 * The largest of what the file says of itself: `ispe` of its items, `tkhd` of its tracks (ISO/IEC 14496-12, 23008-12).
 */
function avifSize(view: DataView): ImageSize | undefined {
  let size: ImageSize | undefined
  const take = (width: number, height: number) => {
    if (!size || width * height > size.width * size.height) size = { width, height }
  }
  const walk = (from: number, to: number) => {
    for (let at = from; at + 8 <= to; ) {
      const bytes = view.getUint32(at)
      const kind = tag(view, at + 4)
      // Bytes of 0: to the end. Of 1: their number stands behind, and is larger than any of these boxes.
      const end = bytes === 0 ? to : bytes === 1 ? at + Number(view.getBigUint64(at + 8)) : at + bytes
      if (end < at + 8 || end > to) return
      if (kind === 'meta') walk(at + 12, end)
      else if (['iprp', 'ipco', 'moov', 'trak'].includes(kind)) walk(at + 8, end)
      else if (kind === 'ispe') take(view.getUint32(at + 12), view.getUint32(at + 16))
      // 16.16 fixed point, at the end of the box.
      else if (kind === 'tkhd') take(view.getUint16(end - 8), view.getUint16(end - 4))
      at = end
    }
  }
  walk(0, view.byteLength)
  return size
}

/** A negative height says that rows come from the top. */
function bmpSize(view: DataView): ImageSize | undefined {
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) }
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
}

const readers: Readonly<Record<string, Reader>> = {
  'image/png': pngSize,
  'image/gif': gifSize,
  'image/webp': webpSize,
  'image/jpeg': jpegSize,
  'image/avif': avifSize,
  'image/bmp': bmpSize,
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)))
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_0000
}
