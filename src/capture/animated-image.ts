import { CaptureError } from '../base/errors.ts'
import { type Clip, type ClipFacts, type FrameOptions, middles } from './clip.ts'
import { asCaptureError, damagedImage, isGone, noFrames } from './file-errors.ts'
import { type FileNotice, imageCutOff } from './file-notice.ts'
import { decodeSize, imageBounds, requireFewFrames, requireFileBounded, within } from './image-bounds.ts'
import { Painter, type TimedFrame } from './painter.ts'

/**
 * An animated image (GIF, and what else the browser's ImageDecoder takes: APNG, WebP, AVIF) played once. A still image
 * is a clip of one frame. Call `close` when done.
 */
export class AnimatedImage implements Clip {
  private constructor(
    readonly facts: ClipFacts,
    readonly notices: readonly FileNotice[],
    private readonly source: ImageSource,
    /** Where each frame begins, in seconds. */
    private readonly starts: readonly number[],
  ) {}

  /**
   * Decodes every frame once, for only a decoded frame tells its duration. Of an animation that ends early, what is there
   * is read.
   *
   * @param type its media type, see `imageTypeOf`; one that `ImageDecoder` takes
   * @throws CaptureError `image-too-large`, `no-frames`, `unreadable-file`, `damaged-image`
   */
  static async open(file: Blob, type: string): Promise<AnimatedImage> {
    let decoder: ImageDecoder | undefined
    try {
      requireFileBounded(file)
      const bytes = new Uint8Array(await file.arrayBuffer())
      const source = { type, data: bytes, ...decodeSize(bytes, type).desired }
      decoder = new ImageDecoder(source)
      await decoder.completed
      await decoder.tracks.ready
      const count = decoder.tracks.selectedTrack?.frameCount ?? 0
      if (count === 0) throw noFrames()
      requireFewFrames(count, bytes, type)
      const starts: number[] = []
      let endS = 0
      let size = { width: 0, height: 0 }
      for (let frameIndex = 0; frameIndex < count; frameIndex++) {
        const decoded = await decoder.decode({ frameIndex }).catch((error: unknown) => {
          if (frameIndex === 0) throw error
        })
        if (!decoded) break
        const { image } = decoded
        starts.push(endS)
        endS += (image.duration ?? 0) / 1e6
        const { displayWidth: width, displayHeight: height } = image
        if (frameIndex === 0) size = within({ width, height }, imageBounds.mostPaintedPixels)
        image.close()
      }
      // A still image lasts a second, as a lone frame does.
      const durationS = endS > 0 ? endS : starts.length
      const facts = {
        startS: 0,
        durationS,
        framesPerSecond: starts.length / durationS,
        ...size,
        codec: type,
        ...(count === 1 ? { isStillImage: true } : {}),
      }
      const notices = starts.length < count ? [imageCutOff(starts.length, count)] : []
      return new AnimatedImage(facts, notices, source, starts)
    } catch (error) {
      throw asImageError(error)
    } finally {
      decoder?.close()
    }
  }

  frames(indices: Iterable<number>, options?: FrameOptions): AsyncGenerator<TimedFrame> {
    return this.framesAt(middles(indices, this.facts), options)
  }

  /**
   * With a decoder of its own, which is asked for each frame once at most: Firefox (153) hands out the same `VideoFrame`,
   * closed by then, when an index is decoded again.
   */
  async *framesAt(timesS: Iterable<number>, { signal }: FrameOptions = {}): AsyncGenerator<TimedFrame> {
    const painter = new Painter()
    const decoder = new ImageDecoder(this.source)
    let shown: { readonly frameIndex: number; readonly image: VideoFrame } | undefined
    try {
      await decoder.completed
      await decoder.tracks.ready
      for (const timeS of timesS) {
        const frameIndex = Math.max(
          0,
          this.starts.findLastIndex((start) => start <= timeS),
        )
        if (shown?.frameIndex !== frameIndex) {
          shown?.image.close()
          shown = undefined
          shown = { frameIndex, image: (await decoder.decode({ frameIndex })).image }
        }
        signal?.throwIfAborted()
        yield painter.paint(shown.image, this.starts[frameIndex], imageBounds.mostPaintedPixels)
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw asImageError(error)
    } finally {
      shown?.image.close()
      decoder.close()
    }
  }

  close(): void {
    // Each run of frames has a separate decoder, and closes it.
  }
}

/** What each decoder of the image is made with. */
type ImageSource = ImageDecoderInit & { readonly data: Uint8Array<ArrayBuffer> }

/** What went wrong with an image, in the page's words. */
export function asImageError(error: unknown): CaptureError {
  return error instanceof CaptureError || isGone(error) ? asCaptureError(error) : damagedImage(error)
}
