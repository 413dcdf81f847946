import type { CaptureError } from '../base/errors.ts'
import { AnimatedImage } from './animated-image.ts'
import { viewAt } from './blob-view.ts'
import type { Clip } from './clip.ts'
import {
  asCaptureError,
  emptyFile,
  notAVideo,
  noVideoTrack,
  playlist,
  unsupportedContainer,
  unsupportedImage,
} from './file-errors.ts'
import { type FileKind, headBytes, kindOf } from './file-kind.ts'
import { takenFormats } from './picture-formats.ts'

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

/**
 * Why a file is none to read, where its first bytes tell; undefined for any other. To be asked before a video element
 * is given the file: of a playlist, it would fetch what is listed.
 *
 * @returns CaptureError `empty-file`, `playlist`, `unsupported-container`, `unsupported-image`, `no-video-track`,
 * `not-a-video`, `unreadable-file`
 */
export async function refusalOf(file: Blob): Promise<CaptureError | undefined> {
  try {
    return await refusalOfKind(await kindOfFile(file))
  } catch (error) {
    return asCaptureError(error)
  }
}

/** Throws CaptureError `empty-file`, `unreadable-file`. */
async function kindOfFile(file: Blob): Promise<FileKind> {
  if (file.size === 0) throw emptyFile()
  try {
    return kindOf(new Uint8Array((await viewAt(file, 0, headBytes)).buffer))
  } catch (error) {
    throw asCaptureError(error)
  }
}

async function refusalOfKind(kind: FileKind): Promise<CaptureError | undefined> {
  switch (kind.type) {
    case 'playlist':
      return playlist(kind.name)
    case 'foreign-video':
      return unsupportedContainer(kind.name, await takenFormats())
    case 'foreign-image':
      return unsupportedImage(kind.name)
    case 'sound':
      return noVideoTrack()
    case 'not-media':
      return notAVideo(kind.name)
    default:
      return undefined
  }
}
