import type { CaptureError } from '../base/errors.ts'
import { latinAt, viewAt } from './blob-view.ts'
import {
  cutOff,
  damagedIndex,
  encryptedVideo,
  noTracks,
  noVideoTrack,
  streamPiece,
  unsupportedCodec,
} from './file-errors.ts'
import { type FileKind, headBytes } from './file-kind.ts'
import type { IsoFile } from './iso-file.ts'
import { readMatroskaTracks } from './matroska-file.ts'
import { nameOfCodec, takenFormats } from './picture-formats.ts'
import { readTransportStream } from './transport-stream.ts'

/** Sample descriptions of encrypted pictures: Common Encryption, and what a music store sold. */
const encryptedFormats = ['encv', 'drmi']
/** What of a transport stream a browser may decode. */
const streamFormats = ['H.264', 'HEVC']

/**
 * Why no picture can be read of a container, by what it lists, and before anything is decoded; undefined where nothing
 * speaks against it. mediabunny leaves out what it does not know, and a file of unknown pictures would pass for one
 * without any.
 */
export async function containerTrouble(
  file: Blob,
  kind: FileKind['type'],
  iso: IsoFile | undefined,
): Promise<CaptureError | undefined> {
  switch (kind) {
    case 'iso':
      return iso && isoTrouble(iso, file.size)
    case 'matroska': {
      const tracks = await readMatroskaTracks(file)
      const videos = tracks.filter(({ type }) => type === 'video')
      if (videos.length > 0) return videos.every(({ isEncrypted }) => isEncrypted) ? encryptedVideo() : undefined
      if (tracks.length === 0) return undefined
      return tracks.some(({ type }) => type === 'sound') ? noVideoTrack() : noTracks()
    }
    case 'mpeg-ts': {
      const { videos } = await readTransportStream(file)
      if (videos.length === 0) return undefined
      if (videos.every(({ isScrambled }) => isScrambled)) return encryptedVideo()
      const isKnown = videos.some(({ name }) => streamFormats.includes(name))
      return isKnown ? undefined : unsupportedCodec(videos[0].name, await takenFormats())
    }
    case 'ogg': {
      const head = latinAt(await viewAt(file, 0, headBytes), 0, headBytes)
      const name = ['theora', 'BBCD', 'daala'].find((mark) => head.includes(mark))
      if (!name) return noVideoTrack()
      return unsupportedCodec(name === 'BBCD' ? 'Dirac' : nameOfCodec(`V_${name.toUpperCase()}`), await takenFormats())
    }
    default:
      return undefined
  }
}

function isoTrouble({ index, isFragment, mostSamples, tracks }: IsoFile, bytes: number): CaptureError | undefined {
  if (index === 'missing') return isFragment ? streamPiece() : cutOff('index-missing')
  if (index === 'cut') return cutOff('index-incomplete')
  // No sample is smaller than a byte.
  if (mostSamples > bytes) return damagedIndex()
  const videos = tracks.filter(({ handler }) => handler === 'vide')
  if (videos.length > 0) {
    const isEncrypted = videos.every(({ formats }) => formats.some((format) => encryptedFormats.includes(format)))
    return isEncrypted ? encryptedVideo() : undefined
  }
  return tracks.some(({ handler }) => handler === 'soun') ? noVideoTrack() : noTracks()
}
