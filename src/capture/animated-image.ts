import { type Clip, type ClipFacts, middles } from './clip.ts'
import { asCaptureError, noFrames, unsupportedImage } from './file-errors.ts'
import { decodeSize, imageBounds, requireFewFrames, requireFileBounded, within } from './image-bounds.ts'
import { Painter, type TimedFrame } from './painter.ts'

/** How an image file begins: bytes as text, `.` for any. */
const signatures = [
  ['image/gif', 'GIF8'],
  ['image/png', '\x89PNG\r\n'],
  ['image/webp', 'RIFF....WEBP'],
  ['image/avif', '....ftypavi'],
  ['image/jpeg', '\xff\xd8\xff'],
  // The length of the file, and two numbers that are always 0.
  ['image/bmp', 'BM....\0\0\0\0'],
] as const

/** The media type of an image, by the first 12 bytes of its file; undefined for anything else. */
export function imageTypeOf(head: Uint8Array): string | undefined {
  const isMatch = (signature: string) =>
    [...signature].every((character, i) => character === '.' || head[i] === character.charCodeAt(0))
  return signatures.find(([, signature]) => isMatch(signature))?.[0]
}

/**
 * An animated image (GIF, and what else the browser's ImageDecoder takes: APNG, WebP, AVIF) played once. A still image
 * is a clip of one frame. Call `close` when done.
 */
export class AnimatedImage implements Clip {
  private constructor(
    readonly facts: ClipFacts,
    private readonly decoder: ImageDecoder,
    /** Where each frame begins, in seconds. */
    private readonly starts: readonly number[],
  ) {}

  /**
   * Decodes every frame once, for only a decoded frame tells its duration.
   *
   * @param type its media type, see `imageTypeOf`
   * @throws CaptureError `unsupported-image`, `image-too-large`, `no-frames`, `unreadable-file`, `damaged-video`
   */
  static async open(file: Blob, type: string): Promise<AnimatedImage> {
    if (typeof ImageDecoder === 'undefined' || !(await ImageDecoder.isTypeSupported(type))) throw unsupportedImage(type)
    let decoder: ImageDecoder | undefined
    try {
      requireFileBounded(file)
      const bytes = new Uint8Array(await file.arrayBuffer())
      decoder = new ImageDecoder({ type, data: bytes, ...decodeSize(bytes, type).desired })
      await decoder.completed
      await decoder.tracks.ready
      const count = decoder.tracks.selectedTrack?.frameCount ?? 0
      if (count === 0) throw noFrames()
      requireFewFrames(count, bytes, type)
      const starts: number[] = []
      let endS = 0
      let size = { width: 0, height: 0 }
      for (let frameIndex = 0; frameIndex < count; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex })
        starts.push(endS)
        endS += (image.duration ?? 0) / 1e6
        size = within({ width: image.displayWidth, height: image.displayHeight }, imageBounds.mostPaintedPixels)
        image.close()
      }
      // A still image lasts a second, as a lone frame does.
      const durationS = endS > 0 ? endS : count
      return new AnimatedImage({ durationS, framesPerSecond: count / durationS, ...size, codec: type }, decoder, starts)
    } catch (error) {
      decoder?.close()
      throw asCaptureError(error)
    }
  }

  frames(indices: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame> {
    return this.framesAt(middles(indices, this.facts.framesPerSecond), signal)
  }

  async *framesAt(timesS: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame> {
    const painter = new Painter()
    try {
      for (const timeS of timesS) {
        const frameIndex = Math.max(
          0,
          this.starts.findLastIndex((start) => start <= timeS),
        )
        const { image } = await this.decoder.decode({ frameIndex })
        let frame: TimedFrame
        try {
          signal?.throwIfAborted()
          frame = painter.paint(image, this.starts[frameIndex], imageBounds.mostPaintedPixels)
        } finally {
          image.close()
        }
        yield frame
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw asCaptureError(error)
    }
  }

  close(): void {
    this.decoder.close()
  }
}
