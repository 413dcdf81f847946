import { AnimatedImage, imageTypeOf } from './animated-image.ts'
import type { Clip } from './clip.ts'
import { asCaptureError, emptyFile } from './file-errors.ts'

/**
 * Opens a video or an animated image, by what is in the file and not by its name. A still image opens as a clip of
 * one frame: the model then reads a photograph.
 *
 * @throws CaptureError `empty-file`, `not-a-video`, `no-video-track`, `unsupported-codec`, `unsupported-image`,
 * `image-too-large`, `no-frames`, `unreadable-file`, `damaged-video`
 */
export async function openClip(file: Blob): Promise<Clip> {
  if (file.size === 0) throw emptyFile()
  const head = await file
    .slice(0, 12)
    .arrayBuffer()
    .catch((error) => {
      throw asCaptureError(error)
    })
  const type = imageTypeOf(new Uint8Array(head))
  if (type !== undefined) return AnimatedImage.open(file, type)
  // Demuxers are as much code as the rest of the worker, and a camera needs none.
  const { VideoClip } = await import('./video-clip.ts')
  return VideoClip.open(file)
}
