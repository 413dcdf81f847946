import type { ResizedFrame } from '../../engine/frame-encoder.ts'

/** Height of a recording's thumbnails, px. */
const thumbnailHeight = 96

export interface FrameImages {
  /** The frame at the model's resolution. */
  readonly image: ImageBitmap
  /** A WebP of `thumbnailHeight`. */
  readonly thumbnail: Blob
}

/** Makes images of the frames that the model sees, for the page. */
export class FrameImager {
  private readonly small = new OffscreenCanvas(1, thumbnailHeight)
  private readonly context = this.small.getContext('2d')

  async images({ width, height, rgb }: ResizedFrame): Promise<FrameImages> {
    const pixels = new ImageData(width, height)
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      pixels.data[to] = rgb[from]
      pixels.data[to + 1] = rgb[from + 1]
      pixels.data[to + 2] = rgb[from + 2]
      pixels.data[to + 3] = 255
    }
    const image = await createImageBitmap(pixels)
    this.small.width = Math.max(1, Math.round((width / height) * thumbnailHeight))
    this.context?.drawImage(image, 0, 0, this.small.width, thumbnailHeight)
    return { image, thumbnail: await this.small.convertToBlob({ type: 'image/webp', quality: 0.8 }) }
  }
}
