import { EncodedPacket, EncodedPacketSink, type InputVideoTrack, type VideoSample } from 'mediabunny'
import { isGone } from './file-errors.ts'
import { createPictureDecoder, type PictureDecoder } from './picture-decoder.ts'

export type StreamPart =
  /** Its times are the track's own. Whoever gets it closes it. */
  | { readonly type: 'picture'; readonly picture: VideoSample }
  /** Nothing could be decoded from here to the next picture, or to the end. */
  | { readonly type: 'lost'; readonly cause: 'damage' | 'cut'; readonly error?: unknown }

export interface StreamOptions {
  readonly config: VideoDecoderConfig
  /** Time from which pictures are wanted; the one on show then comes first. */
  readonly fromS: number
  /** The next time of which the picture is wanted: what lies before a key frame before it may be passed over. */
  readonly wantedS?: () => number
  /** Places in the file, in bytes, at which something is missing. */
  readonly breaks?: readonly number[]
  /** Decodes transparency in place of color, as a picture of greys. */
  readonly isTransparency?: boolean
}

/** Decoded pictures that wait for their turn, and packets given to the decoder ahead of them. */
const mostWaiting = 4
const mostAhead = 8
/** Time that a jump to a later key frame must save: it empties the decoder's pipeline. */
const leastJumpS = 0.25

/**
 * The pictures of a track in order of presentation, from the key frame before `fromS`, or else the first one there is. After damage it goes on
 * with the next key frame.
 *
 * @throws what reading the file rejects with, where it is gone
 */
export async function* pictureStream(track: InputVideoTrack, options: StreamOptions): AsyncGenerator<StreamPart> {
  const packets = new PacketWalk(track)
  let start = await packets.keyAt(options.fromS)
  while (start) {
    const run = new Run(track, packets, options, start)
    try {
      yield* run.pictures()
    } finally {
      run.close()
    }
    if (!run.loss) return
    yield { type: 'lost', ...run.loss }
    start = await packets.keyAfter(run.lastGoodKey)
  }
}

/** Packets of a track, where the file may be damaged or end early. */
class PacketWalk {
  private readonly sink: EncodedPacketSink

  constructor(track: InputVideoTrack) {
    this.sink = new EncodedPacketSink(track)
  }

  /** The key packet of the picture shown at a time; the first key packet if none precedes it. */
  async keyAt(timeS: number): Promise<EncodedPacket | undefined> {
    const key = Number.isFinite(timeS)
      ? await orNone(this.sink.getKeyPacket(timeS, { verifyKeyPackets: true }))
      : undefined
    return (
      key ?? (await orNone(this.sink.getFirstKeyPacket({ verifyKeyPackets: true }))) ?? (await this.firstReadable())
    )
  }

  /** A key packet at or before a time. */
  async keyBefore(timeS: number): Promise<EncodedPacket | undefined> {
    return orNone(this.sink.getKeyPacket(timeS, { verifyKeyPackets: true }))
  }

  /** Throws what is wrong with the file; undefined at its end. */
  async next(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    return (await this.sink.getNextPacket(packet)) ?? undefined
  }

  /** Whether the file's index lists a packet behind this one. */
  async isListed(packet: EncodedPacket): Promise<boolean> {
    return (await orNone(this.sink.getNextPacket(packet, { metadataOnly: true }))) !== undefined
  }

  /** The next key packet whose bytes are there. */
  async keyAfter(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    const key = await orNone(this.sink.getNextKeyPacket(packet, { verifyKeyPackets: true }))
    if (key) return key
    for (let listed = await this.listedAfter(packet); listed; listed = await this.listedAfter(listed)) {
      const readable = await orNone(this.sink.getKeyPacket(listed.timestamp, { verifyKeyPackets: true }))
      if (readable && readable.sequenceNumber > packet.sequenceNumber) return readable
    }
    return undefined
  }

  private async listedAfter(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    return orNone(this.sink.getNextKeyPacket(packet, { metadataOnly: true }))
  }

  /** Where the very first key packet cannot be read. */
  private async firstReadable(): Promise<EncodedPacket | undefined> {
    const listed = await orNone(this.sink.getFirstPacket({ metadataOnly: true }))
    return listed && this.keyAfter(listed)
  }
}

/** A damaged file makes a demuxer throw anything; what lies there is then not found. Throws where the file is gone. */
async function orNone<T>(found: Promise<T | null>): Promise<T | undefined> {
  try {
    return (await found) ?? undefined
  } catch (error) {
    if (isGone(error)) throw error
    return undefined
  }
}

/** One decoder, from a key packet to the track's end or to damage. */
class Run {
  loss: { readonly cause: 'damage' | 'cut'; readonly error?: unknown } | undefined
  /** The key packet of the last picture that was decoded; the first one until then. */
  lastGoodKey: EncodedPacket
  private decoder: PictureDecoder | undefined
  private readonly waiting: VideoSample[] = []
  private readonly givenKeys: EncodedPacket[] = []
  private error: { readonly error: unknown } | undefined
  private wake: () => void = () => undefined
  /** Of the last packet given. */
  private givenS = Number.NEGATIVE_INFINITY
  private soughtS = Number.NEGATIVE_INFINITY
  private isClosed = false

  constructor(
    private readonly track: InputVideoTrack,
    private readonly packets: PacketWalk,
    private readonly options: StreamOptions,
    start: EncodedPacket,
  ) {
    this.lastGoodKey = start
  }

  async *pictures(): AsyncGenerator<StreamPart> {
    this.decoder = await createPictureDecoder(
      this.track,
      this.options.config,
      (picture) => {
        if (this.isClosed) picture.close()
        else this.waiting.push(picture)
        this.wake()
      },
      (error) => {
        this.error ??= { error }
        this.wake()
      },
    )
    let packet: EncodedPacket | undefined = this.lastGoodKey
    let isFlushed = false
    for (;;) {
      for (let picture = this.waiting.shift(); picture; picture = this.waiting.shift()) {
        this.note(picture)
        yield { type: 'picture', picture }
      }
      if (this.error) {
        this.loss = { cause: 'damage', error: this.error.error }
        return
      }
      if (isFlushed) return
      if (packet) {
        const ahead = this.waiting.length + this.decoder.getDecodeQueueSize()
        if (this.waiting.length >= mostWaiting || ahead >= mostAhead) await this.rest()
        else packet = await this.give(packet)
      } else {
        await this.flush()
        isFlushed = true
      }
    }
  }

  close(): void {
    this.isClosed = true
    this.decoder?.close()
    for (const picture of this.waiting) picture.close()
    this.waiting.length = 0
  }

  /** Passes a packet to the decoder; returns the packet to continue with. */
  private async give(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    if (packet.type === 'key') this.givenKeys.push(packet)
    this.givenS = Math.max(this.givenS, packet.timestamp)
    try {
      const own = await this.ownPart(packet)
      if (own) this.decoder?.decode(own)
      const jump = await this.laterKey(packet)
      if (jump) {
        await this.flush()
        return jump
      }
      const next = await this.packets.next(packet)
      if (next && this.isBreakBetween(packet, next)) {
        this.loss = { cause: 'damage' }
        return undefined
      }
      if (!next && this.isBreakBetween(packet)) this.loss = { cause: 'damage' }
      else if (!next && (await this.packets.isListed(packet))) this.loss = { cause: 'cut' }
      return next
    } catch (error) {
      if (isGone(error)) throw error
      this.error ??= { error }
      return undefined
    }
  }

  /** Numbers of packets are places in the file, as far as whole clusters of blocks are meant. */
  private isBreakBetween(packet: EncodedPacket, next?: EncodedPacket): boolean {
    const { breaks = [] } = this.options
    return breaks.some((at) => packet.sequenceNumber < at && at <= (next?.sequenceNumber ?? Number.POSITIVE_INFINITY))
  }

  /** Color or transparency; undefined for a packet without the latter. */
  private async ownPart(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    const { alpha } = packet.sideData
    if (!this.options.isTransparency) return alpha ? packet.clone({ sideData: {} }) : packet
    if (!alpha) return undefined
    const { type, timestamp, duration } = packet
    const own = new EncodedPacket(alpha, type, timestamp, duration)
    // It may have another rhythm of key frames.
    return own.clone({ type: (await this.track.determinePacketType(own)) ?? type })
  }

  /** A key frame closer to the next wanted picture, if skipping to it saves decoding. */
  private async laterKey(packet: EncodedPacket): Promise<EncodedPacket | undefined> {
    const wantedS = this.options.wantedS?.() ?? Number.NEGATIVE_INFINITY
    if (!(wantedS > this.givenS + leastJumpS) || wantedS === this.soughtS || !Number.isFinite(wantedS)) return undefined
    this.soughtS = wantedS
    const key = await this.packets.keyBefore(wantedS)
    const isLater = key && key.sequenceNumber > packet.sequenceNumber && key.timestamp > this.givenS + leastJumpS
    return isLater ? key : undefined
  }

  private async flush(): Promise<void> {
    try {
      await this.decoder?.flush()
    } catch (error) {
      this.error ??= { error }
    }
  }

  /** Until the decoder has something to say; some packets give no picture, hence not for long. */
  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 5)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private note({ timestamp }: VideoSample): void {
    while (this.givenKeys.length > 0 && this.givenKeys[0].timestamp <= timestamp) {
      const [key] = this.givenKeys.splice(0, 1)
      this.lastGoodKey = key
    }
  }
}
