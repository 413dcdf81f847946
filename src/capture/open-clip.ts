import { AnimatedImage } from './animated-image.ts'
import type { Clip } from './clip.ts'
import { kindOfFile, refusalOfKind } from './file-refusal.ts'

/**
 * Opens a video or an animated image, by its content and not by its name. A still image opens as a clip of
 * one frame: the model then reads a photograph.
 *
 * @throws CaptureError of `refusalOf`; `unsupported-image`, `image-too-large`, `damaged-image`; those of `VideoClip.open`
 */
export async function openClip(file: Blob): Promise<Clip> {
  const kind = await kindOfFile(file)
  const refusal = await refusalOfKind(kind)
  if (refusal) throw refusal
  if (kind.type === 'image') return openImage(file, kind.mediaType)
  // Demuxers are as much code as the rest of the worker, and a camera needs none.
  const { VideoClip } = await import('./video-clip.ts')
  return VideoClip.open(file)
}

async function openImage(file: Blob, type: string): Promise<Clip> {
  const isDecoded = typeof ImageDecoder !== 'undefined' && (await ImageDecoder.isTypeSupported(type))
  if (isDecoded) return AnimatedImage.open(file, type)
  const { StillImage } = await import('./still-image.ts')
  return StillImage.open(file, type)
}
