import { CaptureError } from '../base/errors.ts'
import { damagedImage } from './file-errors.ts'
import { type ImageSize, imageSize } from './image-size.ts'

/**
 * How large a picture may be. A file of some kilobytes can say that it is a gigabyte of pixels, and a browser that is
 * asked to decode it tries: that takes half a minute, more memory than a phone has, and the page with it.
 */
export const imageBounds = {
  /** Of a picture that the browser decodes whole: 256 MB of RGBA. */
  mostPixels: 64e6,
  /** Of one that it shrinks while it decodes. */
  mostShrunkPixels: 256e6,
  /** Of a picture as it is handed on; the model sees a hundredth of it. Larger ones are drawn smaller. */
  mostPaintedPixels: 16e6,
  mostFileBytes: 512e6,
  mostFrames: 20_000,
  /** Of all frames of an animation together: about half a minute of decoding. */
  mostFramePixels: 3e9,
} as const

export interface DecodeSize {
  /** For ImageDecoder; none where the picture is decoded as it is. */
  readonly desired?: { readonly desiredWidth: number; readonly desiredHeight: number }
}

/** Throws CaptureError `image-too-large` before the file's bytes are read. */
export function requireFileBounded({ size }: Blob): void {
  if (size <= imageBounds.mostFileBytes) return
  throw tooLarge(
    `The image file has ${(size / 1e6).toFixed(0)} MB; images are read up to ${imageBounds.mostFileBytes / 1e6} MB.`,
    'Convert it to a video (MP4 or WebM), or make it smaller.',
  )
}

/**
 * The size to decode a picture at, by its header and before anything is decoded.
 *
 * @param bytes the whole file
 * @throws CaptureError `image-too-large`, `damaged-image` for a header that gives no size
 */
export function decodeSize(bytes: Uint8Array, type: string): DecodeSize {
  const size = imageSize(bytes, type)
  if (!size) throw damagedImage()
  const { width, height, isSequential = false } = size
  const { mostPixels, mostShrunkPixels, mostPaintedPixels } = imageBounds
  const pixels = width * height
  if (pixels > (isSequential ? mostShrunkPixels : mostPixels)) throw pictureTooLarge(size)
  if (!isSequential || pixels <= mostPaintedPixels) return {}
  // JPEG decoders shrink by eighths; a half, a quarter or an eighth costs them least.
  const part = [2, 4, 8].find((divisor) => pixels / divisor ** 2 <= mostPaintedPixels) ?? 8
  return { desired: { desiredWidth: Math.ceil(width / part), desiredHeight: Math.ceil(height / part) } }
}

/** Throws CaptureError `image-too-large` for an animation that would take minutes to look through. */
export function requireFewFrames(frames: number, bytes: Uint8Array, type: string): void {
  const { mostFrames, mostFramePixels } = imageBounds
  const { width, height } = imageSize(bytes, type) ?? { width: 0, height: 0 }
  if (frames <= mostFrames && frames * width * height <= mostFramePixels) return
  throw tooLarge(
    `The animation has ${count(frames)} frames of ${count(width)} × ${count(height)} pixels, too many to decode one by one here.`,
    'Convert it to a video (MP4 or WebM), which is far quicker to read, or cut it shorter.',
  )
}

/** A size of at most so many pixels, of the same shape. */
export function within<Size extends { readonly width: number; readonly height: number }>(
  { width, height }: Size,
  mostPixels: number,
): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)))
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) }
}

function pictureTooLarge({ width, height }: ImageSize): CaptureError {
  const gigabytes = ((width * height * 4) / 1e9).toFixed(1)
  return tooLarge(
    `The image is ${count(width)} × ${count(height)} pixels; decoded, it would take ${gigabytes} GB of memory.`,
    `Make it smaller, to ${count(Math.sqrt(imageBounds.mostPixels))} × ${count(Math.sqrt(imageBounds.mostPixels))} pixels at most, or cut out the face.`,
  )
}

function tooLarge(message: string, action: string): CaptureError {
  return new CaptureError({ code: 'image-too-large', message, action, recoverable: true })
}

/** `16,000` */
function count(number: number): string {
  return number.toLocaleString('en')
}
