import type { CaptureError } from '../base/errors.ts'
import { viewAt } from './blob-view.ts'
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

/** What a file is, by its first bytes. Throws CaptureError `empty-file`, `unreadable-file`. */
export async function kindOfFile(file: Blob): Promise<FileKind> {
  if (file.size === 0) throw emptyFile()
  try {
    return kindOf(new Uint8Array((await viewAt(file, 0, headBytes)).buffer))
  } catch (error) {
    throw asCaptureError(error)
  }
}

/** Why a file of this kind is none to read; undefined where it may be one. */
export async function refusalOfKind(kind: FileKind): Promise<CaptureError | undefined> {
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
