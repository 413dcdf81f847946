import { BlobSource, FLAC, Input, type InputVideoTrack, MATROSKA, MP4, MPEG_TS, OGG, QTFF, WEBM } from 'mediabunny'
import { CaptureError } from '../base/errors.ts'
import { viewAt } from './blob-view.ts'
import { type Clip, type ClipFacts, type FrameOptions, middles } from './clip.ts'
import { containerTrouble } from './container-check.ts'
import {
  asCaptureError,
  cutOff,
  damagedIndex,
  damagedVideo,
  emptyFile,
  isGone,
  noFrames,
  notAVideo,
  noVideoTrack,
  unsupportedCodec,
} from './file-errors.ts'
import { headBytes, kindOf } from './file-kind.ts'
import { beganLate, type FileNotice, type LostPart, lostPart } from './file-notice.ts'
import { readIsoFile } from './iso-file.ts'
import { repairMatroska } from './matroska-repair.ts'
import { Painter, type TimedFrame } from './painter.ts'
import { decoderConfigOf } from './picture-decoder.ts'
import { nameOfCodec, takenFormats } from './picture-formats.ts'
import { presentedParts } from './presentation.ts'
import { alignedParts, PresentedPictures, type ShownPicture } from './presented-pictures.ts'
import { Transparency } from './transparency.ts'
import { transportSource } from './transport-source.ts'

/** No playlists: what they list would be fetched. */
export const videoFormats = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, OGG, FLAC]
/** Containers round times to milliseconds. */
const slackS = 0.002

/** A video file whose frames can be read. Call `close` when done. */
export class VideoClip implements Clip {
  private constructor(
    readonly facts: ClipFacts,
    readonly notices: readonly FileNotice[],
    private readonly input: Input,
    private readonly pictures: PresentedPictures,
  ) {}

  /**
   * @throws CaptureError `empty-file`, `not-a-video`, `cut-off`, `stream-piece`, `no-video-track`, `no-tracks`,
   * `encrypted`, `unsupported-codec`, `no-frames`, `unreadable-file`, `damaged-video`
   */
  static async open(file: Blob): Promise<VideoClip> {
    if (file.size === 0) throw emptyFile()
    const head = await headOf(file)
    const kind = kindOf(head).type
    const repaired =
      kind === 'matroska' ? await repairMatroska(file).catch(rethrow) : { file, breaks: [], isCut: false }
    const source = kind === 'mpeg-ts' ? transportSource(file, head[0] === 0x47 ? 0 : 4) : new BlobSource(repaired.file)
    const input = new Input({ formats: videoFormats, source })
    try {
      const iso = kind === 'iso' ? await readIsoFile(file) : undefined
      const trouble = await containerTrouble(file, kind, iso)
      if (trouble) throw trouble
      const track = await videoTrackOf(input, iso ? damagedIndex() : notAVideo())
      const config = await decoderConfigOf(track)
      const codec = config?.codec ?? (await codecOf(track))
      if (!config) throw unsupportedCodec(nameOfCodec(codec), await takenFormats())
      const edits = iso?.tracks.find(({ id }) => id === track.id)?.edits ?? []
      const parts = edits.length > 0 ? await alignedParts(track, presentedParts(edits)) : presentedParts([])
      // A transport stream's clock begins anywhere; players show it from 0 on.
      const [{ fromS, toS, atS }] = parts
      const isStream = (await input.getFormat()) === MPEG_TS
      const shiftedS = isStream ? await input.getFirstTimestamp() : 0
      const shifted = isStream ? [{ fromS: fromS + shiftedS, toS, atS }] : parts
      const pictures = new PresentedPictures(track, config, shifted, repaired.breaks)
      if (iso?.isCut && (await pictures.times()).count === 0) throw cutOff('no-picture')
      return await VideoClip.of(input, pictures, codec, repaired.isCut)
    } catch (error) {
      input.dispose()
      throw asCaptureError(error)
    }
  }

  /** Decodes the first picture: only that tells its size, and where what can be decoded begins. */
  private static async of(
    input: Input,
    pictures: PresentedPictures,
    codec: string,
    isCut: boolean,
  ): Promise<VideoClip> {
    const times = await pictures.times()
    if (times.count === 0) throw isCut ? cutOff('no-picture') : noFrames()
    const { shown, isAfterDamage } = await pictures.first()
    const { startS, picture } = shown
    const { displayWidth: width, displayHeight: height } = picture
    picture.close()
    const { framesPerSecond } = times
    const leftS = times.endS - startS
    const durationS = leftS > slackS ? leftS : 1 / framesPerSecond
    const notices: FileNotice[] = []
    if (startS - times.startS > 1.5 / framesPerSecond) {
      const part: LostPart = { fromS: times.startS, toS: startS, cause: 'damage', missedFrames: 0 }
      notices.push(isAfterDamage ? lostPart(part, times.endS) : beganLate(startS))
    }
    if (isCut) notices.push(lostPart({ fromS: times.endS, toS: undefined, cause: 'cut', missedFrames: 0 }, times.endS))
    return new VideoClip({ startS, durationS, framesPerSecond, width, height, codec }, notices, input, pictures)
  }

  frames(indices: Iterable<number>, options?: FrameOptions): AsyncGenerator<TimedFrame> {
    return this.framesAt(middles(indices, this.facts), options)
  }

  async *framesAt(
    timesS: Iterable<number>,
    { signal, onLost, mostPixels }: FrameOptions = {},
  ): AsyncGenerator<TimedFrame> {
    const { startS, durationS, framesPerSecond } = this.facts
    const painter = new Painter()
    const transparency = new Transparency(this.pictures)
    const wanted = timesS[Symbol.iterator]()
    let next = wanted.next()
    if (next.done) return
    const firstS = next.value
    let shown: ShownPicture | undefined
    /** Decoded, while the one before it is still being handed out: whoever stops reading there must not leave it open. */
    let coming: ShownPicture | undefined
    /** What could not be decoded since the picture on show. */
    let lost:
      | { fromS: number; missedFrames: number; readonly cause: LostPart['cause']; readonly error: unknown }
      | undefined
    const tell = (toS?: number) => {
      if (lost && (toS ?? Number.POSITIVE_INFINITY) > lost.fromS + slackS) {
        const { fromS, cause, missedFrames } = lost
        onLost?.({ fromS, toS, cause, missedFrames })
      }
      lost = undefined
    }
    const paint = ({ picture, startS }: ShownPicture) =>
      transparency.applyTo(painter.paint(picture, startS, mostPixels), picture)
    const wantedS = () => (next.done ? Number.POSITIVE_INFINITY : next.value)
    try {
      for await (const part of this.pictures.from(firstS, wantedS)) {
        coming = part.type === 'picture' ? part : undefined
        signal?.throwIfAborted()
        if (part.type === 'lost') {
          const endS = shown ? Math.max(shown.endS, shown.startS + 1 / framesPerSecond) : Math.max(startS, firstS)
          lost ??= { fromS: endS, missedFrames: 0, cause: part.cause, error: part.error }
          continue
        }
        // The picture before is on show until this one is.
        for (; (shown || lost) && !next.done && next.value < part.startS; next = wanted.next()) {
          if (lost && next.value >= lost.fromS) lost.missedFrames++
          else if (shown) {
            yield await paint(shown)
            signal?.throwIfAborted()
          }
        }
        shown?.picture.close()
        shown = part
        coming = undefined
        tell(part.startS)
        if (next.done) return
      }
      for (; !next.done; next = wanted.next()) {
        signal?.throwIfAborted()
        if (lost && next.value >= lost.fromS) {
          if (next.value >= startS + durationS) break
          lost.missedFrames++
        } else if (shown) yield await paint(shown)
        else throw damagedVideo(lost?.error)
      }
      tell()
    } catch (error) {
      signal?.throwIfAborted()
      throw asCaptureError(error)
    } finally {
      shown?.picture.close()
      coming?.picture.close()
      await transparency.close()
    }
  }

  close(): void {
    this.input.dispose()
  }
}

function rethrow(error: unknown): never {
  throw asCaptureError(error)
}

/** Throws CaptureError `unreadable-file`. */
async function headOf(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array((await viewAt(file, 0, headBytes)).buffer)
  } catch (error) {
    throw asCaptureError(error)
  }
}

/** Throws `trouble` where the container makes no sense. */
async function videoTrackOf(input: Input, trouble: CaptureError): Promise<InputVideoTrack> {
  try {
    if (!(await input.canRead())) throw trouble
    const track = await input.getPrimaryVideoTrack()
    if (track) return track
    throw (await input.getTracks()).length > 0 ? noVideoTrack() : trouble
  } catch (error) {
    // A demuxer that meets nonsense throws anything.
    throw isGone(error) || error instanceof CaptureError ? error : trouble
  }
}

async function codecOf(track: InputVideoTrack): Promise<string> {
  const codec =
    (await track.getCodecParameterString()) ?? (await track.getCodec()) ?? (await track.getInternalCodecId())
  return typeof codec === 'string' ? codec : 'unknown'
}
