import type { VideoSample } from 'mediabunny'
import { CaptureError } from '../base/errors.ts'
import { within } from './image-bounds.ts'

/** One frame of a clip or of a live picture, upright. */
export interface TimedFrame {
  readonly width: number
  readonly height: number
  /** uint8 [height, width, 4] */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
  /** Where the frame begins, in seconds from the start of the clip, or from the first live frame. */
  readonly timeS: number
  /**
   * Live: when the picture was captured, s, on the capture's own clock. All feeds of one capture give the same picture the
   * same stamp, to within the millisecond by which browsers blur times, so that their frames can be matched; a picture
   * that is repeated keeps its stamp.
   */
  readonly stampS?: number
  /** Where the frame was drawn smaller than it could be: its size otherwise. */
  readonly fullSize?: { readonly width: number; readonly height: number }
}

/** Turns pictures of every kind upright and into RGBA, on one canvas. It closes none of them. */
export class Painter {
  private context: OffscreenCanvasRenderingContext2D | undefined

  /**
   * @param mostPixels a larger picture is drawn smaller, in its shape
   * @throws CaptureError `no-canvas`
   */
  paint(
    image: VideoSample | VideoFrame | ImageBitmap,
    timeS: number,
    mostPixels = Number.POSITIVE_INFINITY,
  ): TimedFrame {
    const full = sizeOf(image)
    const { width, height } = within(full, mostPixels)
    const context = this.contextOf(width, height)
    // What is see-through shows black, and not the frame before.
    context.clearRect(0, 0, width, height)
    if ('draw' in image) image.draw(context, 0, 0, width, height)
    else context.drawImage(image, 0, 0, width, height)
    const { data: rgba } = context.getImageData(0, 0, width, height)
    return { width, height, rgba, timeS, ...(width === full.width ? {} : { fullSize: full }) }
  }

  private contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
    const { canvas } = this.context ?? {}
    if (this.context && canvas?.width === width && canvas.height === height) return this.context
    // Read back at once, so a canvas in main memory.
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, alpha: false })
    if (!context) {
      throw new CaptureError({
        code: 'no-canvas',
        message: `The browser has not enough memory for a picture of ${width} by ${height} pixels.`,
        action: 'Close other tabs, or choose a smaller picture.',
        recoverable: true,
      })
    }
    this.context = context
    return context
  }
}

/** Size as shown: rotated, and with square pixels. */
function sizeOf(image: VideoSample | VideoFrame | ImageBitmap): { width: number; height: number } {
  return 'displayWidth' in image
    ? { width: image.displayWidth, height: image.displayHeight }
    : { width: image.width, height: image.height }
}
