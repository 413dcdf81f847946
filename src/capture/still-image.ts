import { asImageError } from './animated-image.ts'
import { type Clip, type ClipFacts, type FrameOptions, middles } from './clip.ts'
import { unsupportedImage } from './file-errors.ts'
import type { FileNotice } from './file-notice.ts'
import { decodeSize, imageBounds, requireFileBounded, within } from './image-bounds.ts'
import { Painter, type TimedFrame } from './painter.ts'

/**
 * A picture of one frame, as any browser decodes it for a page: for browsers that have no `ImageDecoder` (Safari), or none
 * for this type. An animation would lose all but its first frame, and is refused. Call `close` when done.
 */
export class StillImage implements Clip {
  readonly notices: readonly FileNotice[] = []

  private constructor(
    readonly facts: ClipFacts,
    private readonly image: ImageBitmap,
  ) {}

  /**
   * @param type its media type, see `imageTypeOf`
   * @throws CaptureError `unsupported-image`, `image-too-large`, `unreadable-file`, `damaged-image`
   */
  static async open(file: Blob, type: string): Promise<StillImage> {
    try {
      requireFileBounded(file)
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (mayMove(bytes, type)) throw unsupportedImage(type)
      // Throws for what would be too large to decode.
      decodeSize(bytes, type)
      const image = await uprightImage(new Blob([bytes], { type }))
      const { width, height } = image
      const facts = { startS: 0, durationS: 1, framesPerSecond: 1, width, height, codec: type, isStillImage: true }
      return new StillImage(facts, image)
    } catch (error) {
      throw asImageError(error)
    }
  }

  frames(indices: Iterable<number>, options?: FrameOptions): AsyncGenerator<TimedFrame> {
    return this.framesAt(middles(indices, this.facts), options)
  }

  async *framesAt(timesS: Iterable<number>, { signal }: FrameOptions = {}): AsyncGenerator<TimedFrame> {
    const painter = new Painter()
    for (const _ of timesS) {
      signal?.throwIfAborted()
      yield painter.paint(this.image, 0)
    }
  }

  close(): void {
    this.image.close()
  }
}

/** Turned as its EXIF says, and made smaller where it has more pixels than are handed on. */
async function uprightImage(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const size = within(whole, imageBounds.mostPaintedPixels)
  if (size.width === whole.width) return whole
  try {
    return await createImageBitmap(whole, { resizeWidth: size.width, resizeHeight: size.height })
  } finally {
    whole.close()
  }
}

/** Whether the image may have more than one frame, by its own first bytes. */
export function mayMove(bytes: Uint8Array, type: string): boolean {
  switch (type) {
    case 'image/jpeg':
    case 'image/bmp':
      return false
    case 'image/png':
      // https://www.w3.org/TR/png-3/#acTL-chunk: it stands before the first pixels.
      return chunkAt(bytes, 'acTL') < chunkAt(bytes, 'IDAT')
    case 'image/webp':
      // https://developers.google.com/speed/webp/docs/riff_container: the animation bit of the extended header.
      return latin(bytes, 12, 4) === 'VP8X' && (bytes[20] & 2) !== 0
    case 'image/avif':
      return latin(bytes, 8, 4) === 'avis'
    default:
      return true
  }
}

/** Where the first PNG chunk of a name begins; infinity where there is none. */
function chunkAt(bytes: Uint8Array, name: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (latin(bytes, at + 4, 4) === name) return at
  }
  return Number.POSITIVE_INFINITY
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length))
}
