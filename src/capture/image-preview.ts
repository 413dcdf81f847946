import { imageTypeOf } from './file-kind.ts'
import { decodeSize, requireFileBounded, within } from './image-bounds.ts'

/** Pixels of a preview at most: more than a page shows. */
const mostPixels = 2e6

/**
 * The first picture of an image file for a page to show, made small as it is decoded. Throws what is wrong with the file,
 * and CaptureError `image-too-large` before anything is decoded.
 */
export async function imagePreview(file: Blob): Promise<ImageBitmap> {
  requireFileBounded(file)
  const bytes = new Uint8Array(await file.arrayBuffer())
  const type = imageTypeOf(bytes)
  const { desired } = type === undefined ? {} : decodeSize(bytes, type)
  if (desired && type !== undefined && typeof ImageDecoder !== 'undefined') {
    const decoder = new ImageDecoder({ type, data: bytes, ...desired })
    try {
      const { image } = await decoder.decode()
      try {
        return await small(image, { width: image.displayWidth, height: image.displayHeight })
      } finally {
        image.close()
      }
    } finally {
      decoder.close()
    }
  }
  const whole = await createImageBitmap(file)
  try {
    return await small(whole, whole)
  } finally {
    whole.close()
  }
}

function small(image: ImageBitmapSource, size: { readonly width: number; readonly height: number }) {
  const { width, height } = within(size, mostPixels)
  return createImageBitmap(image, { resizeWidth: width, resizeHeight: height })
}
