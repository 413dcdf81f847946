import { EncodedPacketSink, type InputVideoTrack, type VideoSample } from 'mediabunny'
import { damagedVideo, isGone } from './file-errors.ts'
import { pictureStream } from './picture-stream.ts'
import { type PresentedPart, presentedAt } from './presentation.ts'

export interface ShownPicture {
  readonly type: 'picture'
  /** Whoever gets it closes it. */
  readonly picture: VideoSample
  /** On the file's own clock, as players show it. */
  readonly startS: number
  readonly endS: number
}
export type ShownPart =
  | ShownPicture
  | { readonly type: 'lost'; readonly cause: 'damage' | 'cut'; readonly error?: unknown }

/** What the file's own list of pictures says. */
export interface PresentedTimes {
  readonly count: number
  readonly startS: number
  readonly endS: number
  readonly framesPerSecond: number
}

/** Packets whose times are read for the mean rate: all of a short clip, enough of a long one. */
const packetsForRate = 1000

/** More parts than that are taken as they are. */
const mostAligned = 64
/** Packets in which a part's first picture is looked for. */
const packetsSearched = 600

/**
 * The same parts, each beginning with its first picture: an edit may begin between two, and Chromium's player shows the
 * second of them from the part's very beginning, and its later ones as much earlier.
 */
export async function alignedParts(track: InputVideoTrack, parts: readonly PresentedPart[]): Promise<PresentedPart[]> {
  const sink = new EncodedPacketSink(track)
  const firstOf = async (part: PresentedPart): Promise<number> => {
    const key = await sink.getKeyPacket(part.fromS, { metadataOnly: true })
    let firstS = Number.POSITIVE_INFINITY
    let count = 0
    for await (const { timestamp } of sink.packets(key ?? undefined, undefined, { metadataOnly: true })) {
      if (presentedAt(part, timestamp) !== undefined) firstS = Math.min(firstS, timestamp)
      // Pictures that are shown earlier come within a few packets.
      if (count++ > packetsSearched || timestamp > firstS + 1) break
    }
    return Number.isFinite(firstS) ? firstS : part.fromS
  }
  const aligned: PresentedPart[] = []
  for (const [index, part] of parts.entries()) {
    let { fromS } = part
    try {
      if (index < mostAligned) fromS = await firstOf(part)
    } catch (error) {
      if (isGone(error)) throw error
    }
    aligned.push({ ...part, fromS })
  }
  return aligned
}

/** The pictures of a track that players show, at the times at which they show them. */
export class PresentedPictures {
  /** @param parts see `presentedParts`; at least one */
  constructor(
    readonly track: InputVideoTrack,
    readonly config: VideoDecoderConfig,
    private readonly parts: readonly PresentedPart[],
    /** Places in the file, in bytes, at which something is missing. */
    private readonly breaks: readonly number[] = [],
  ) {}

  /** Reads no pictures. A long file is asked for its end, and for the rate of its beginning. */
  async times(): Promise<PresentedTimes> {
    const { listed, isAll } = await this.listed()
    const shown = this.parts
      .flatMap((part) =>
        listed.flatMap(({ timeS, durationS }) => {
          const startS = presentedAt(part, timeS)
          return startS === undefined ? [] : [{ startS, durationS }]
        }),
      )
      .sort((a, b) => a.startS - b.startS)
    const [first] = shown
    const last = shown.at(-1)
    if (!first || !last) return { count: 0, startS: 0, endS: 0, framesPerSecond: 1 }
    const { startS } = first
    const spanS = last.startS - startS
    const lastsS = last.durationS > 0 ? last.durationS : spanS / (shown.length - 1)
    const shownS = spanS + (lastsS > 0 ? lastsS : 0)
    const rate = shown.length / shownS
    const framesPerSecond = Number.isFinite(rate) && rate > 0 ? rate : 1
    const endS = isAll ? startS + (shownS > 0 ? shownS : 1) : await this.endS(startS + shownS)
    return { count: shown.length, startS, endS: Math.min(endS, this.partsEndS), framesPerSecond }
  }

  /**
   * Decodes the first picture; the caller closes it.
   *
   * @throws CaptureError `damaged-video` where none can be decoded
   */
  async first(): Promise<{ readonly shown: ShownPicture; readonly isAfterDamage: boolean }> {
    let error: unknown
    let isAfterDamage = false
    for await (const part of this.from(Number.NEGATIVE_INFINITY)) {
      if (part.type === 'picture') return { shown: part, isAfterDamage }
      isAfterDamage = true
      error ??= part.error
    }
    throw damagedVideo(error)
  }

  /**
   * In order of presentation, from the picture on show at a time.
   *
   * @param wantedS the next time of which the picture is wanted; those long before it may be left out
   */
  async *from(timeS: number, wantedS?: () => number): AsyncGenerator<ShownPart> {
    const first = this.parts.findIndex((part) => timeS < part.atS + part.toS - part.fromS)
    for (const part of this.parts.slice(first < 0 ? this.parts.length - 1 : first)) {
      const fromS = part.fromS + Math.max(0, timeS - part.atS)
      yield* this.ofPart(part, fromS, wantedS && (() => part.fromS + wantedS() - part.atS))
    }
  }

  private async *ofPart(part: PresentedPart, fromS: number, wantedS?: () => number): AsyncGenerator<ShownPart> {
    const { track, config, breaks } = this
    let lastS = Number.NEGATIVE_INFINITY
    for await (const each of pictureStream(track, { config, fromS, breaks, ...(wantedS ? { wantedS } : {}) })) {
      if (each.type === 'lost') {
        yield each
        continue
      }
      const { picture } = each
      const { timestamp, duration } = picture
      const startS = presentedAt(part, timestamp)
      // After damage, pictures that depend on lost ones may come out again, or late.
      if (startS === undefined || startS <= lastS) {
        picture.close()
        if (timestamp >= part.toS) return
        continue
      }
      lastS = startS
      yield { type: 'picture', picture, startS, endS: Math.min(startS + duration, part.atS + part.toS - part.fromS) }
    }
  }

  private get partsEndS(): number {
    const { atS, fromS, toS } = this.parts[this.parts.length - 1]
    return atS + toS - fromS
  }

  /** Packets from the start on, without their data. */
  private async listed() {
    const listed: { readonly timeS: number; readonly durationS: number }[] = []
    try {
      const packets = new EncodedPacketSink(this.track).packets(undefined, undefined, { metadataOnly: true })
      for await (const { timestamp: timeS, duration: durationS } of packets) {
        if (listed.length >= packetsForRate) return { listed, isAll: false }
        if (Number.isFinite(timeS)) listed.push({ timeS, durationS })
      }
    } catch (error) {
      if (isGone(error)) throw error
    }
    return { listed, isAll: true }
  }

  /** Of a file with more packets than were read. */
  private async endS(atLeastS: number): Promise<number> {
    const { fromS, atS } = this.parts[this.parts.length - 1]
    try {
      const endS = await this.track.computeDuration()
      return Number.isFinite(endS) ? Math.max(atLeastS, atS + endS - fromS) : atLeastS
    } catch (error) {
      if (isGone(error)) throw error
      return atLeastS
    }
  }
}
