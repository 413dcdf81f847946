import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input, type InputVideoTrack, VideoSampleSink } from 'mediabunny'
import { type Clip, type ClipFacts, middles } from './clip.ts'
import {
  asCaptureError,
  damagedVideo,
  emptyFile,
  noFrames,
  notAVideo,
  noVideoTrack,
  unsupportedCodec,
} from './file-errors.ts'
import { Painter, type TimedFrame } from './painter.ts'

/** Packets whose times are read for the mean rate: all of a short clip, enough of a long one. */
const packetsForRate = 1000
/** Frames that one run of the decoder is asked for at least, see `runs`. */
const momentsPerRun = 8

/** A video file whose frames can be read. Call `close` when done. */
export class VideoClip implements Clip {
  private constructor(
    readonly facts: ClipFacts,
    private readonly input: Input,
    private readonly track: InputVideoTrack,
    private readonly startS: number,
  ) {}

  /**
   * @throws CaptureError `empty-file`, `not-a-video`, `no-video-track`, `unsupported-codec`, `no-frames`,
   * `unreadable-file`, `damaged-video`
   */
  static async open(file: Blob): Promise<VideoClip> {
    if (file.size === 0) throw emptyFile()
    const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) })
    try {
      // An unreadable file must not pass for one of an unknown format.
      await file.slice(0, 1).arrayBuffer()
      if (!(await input.canRead())) throw notAVideo()
      const track = await input.getPrimaryVideoTrack()
      if (!track) throw noVideoTrack()
      if (!(await track.canDecode())) throw unsupportedCodec(await codecOf(track))
      const { packetCount, averagePacketRate } = await track.computePacketStats(packetsForRate)
      if (packetCount === 0) throw noFrames()
      // A lone frame may have no duration, and no rate then.
      const framesPerSecond = Number.isFinite(averagePacketRate) ? averagePacketRate : packetCount
      if (!(framesPerSecond > 0)) throw noFrames()
      const startS = await track.getFirstTimestamp()
      const durationS =
        packetCount < packetsForRate ? packetCount / framesPerSecond : (await input.computeDuration([track])) - startS
      const facts = {
        durationS,
        framesPerSecond,
        width: await track.getDisplayWidth(),
        height: await track.getDisplayHeight(),
        codec: await codecOf(track),
      }
      return new VideoClip(facts, input, track, startS)
    } catch (error) {
      input.dispose()
      throw asCaptureError(error)
    }
  }

  frames(indices: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame> {
    return this.framesAt(middles(indices, this.facts.framesPerSecond), signal)
  }

  async *framesAt(timesS: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame> {
    const painter = new Painter()
    const sink = new VideoSampleSink(this.track)
    try {
      for await (const moments of this.runs(timesS)) {
        for await (const sample of sink.samplesAtTimestamps(moments)) {
          if (!sample) throw damagedVideo()
          const timeS = Math.max(0, sample.timestamp - this.startS)
          let frame: TimedFrame
          try {
            signal?.throwIfAborted()
            frame = painter.paint(sample, timeS)
          } finally {
            sample.close()
          }
          yield frame
        }
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw asCaptureError(error)
    }
  }

  close(): void {
    this.input.dispose()
  }

  /**
   * The same moments in the track's own time, cut into runs. The decoder holds few frames ahead within one group of
   * pictures, but would run through all groups it is asked for, which of a long or large video fills the memory. So
   * it is asked for a few groups at a time, and no group is cut in two: nothing is decoded twice.
   */
  private async *runs(timesS: readonly number[]): AsyncGenerator<number[]> {
    const packets = new EncodedPacketSink(this.track)
    let run: number[] = []
    let last: number | undefined
    for (const timeS of timesS) {
      const moment = this.startS + Math.max(0, timeS)
      const group = (await packets.getKeyPacket(moment, { metadataOnly: true }))?.sequenceNumber
      if (run.length >= momentsPerRun && group !== last) {
        yield run
        run = []
      }
      run.push(moment)
      last = group
    }
    if (run.length > 0) yield run
  }
}

async function codecOf(track: InputVideoTrack): Promise<string> {
  const codec =
    (await track.getCodecParameterString()) ?? (await track.getCodec()) ?? (await track.getInternalCodecId())
  return typeof codec === 'string' ? codec : 'unknown'
}
