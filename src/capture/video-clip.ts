import { ALL_FORMATS, BlobSource, Input, type InputVideoTrack, type VideoSample, VideoSampleSink } from 'mediabunny'
import { CaptureError } from '../errors.ts'

/** One frame of a clip, upright. */
export interface TimedFrame {
  readonly width: number
  readonly height: number
  /** uint8 [height, width, 4] */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
  /** Where the frame begins, in seconds from the start of the clip. */
  readonly timeS: number
}

/** What a container says about its first video track. */
export interface ClipFacts {
  readonly durationS: number
  /** Mean rate, from the packets' own times. */
  readonly framesPerSecond: number
  /** Size of a frame as it is shown: rotated, and with square pixels. */
  readonly width: number
  readonly height: number
  readonly codec: string
}

/** Packets whose times are read for the mean rate: all of a short clip, enough of a long one. */
const packetsForRate = 1000

/** A video file whose frames can be read. Works in a page and in a worker. Call `close` when done. */
export class VideoClip {
  private constructor(
    readonly facts: ClipFacts,
    private readonly input: Input,
    private readonly track: InputVideoTrack,
    private readonly startS: number,
  ) {}

  /**
   * Throws CaptureError `empty-file`, `not-a-video`, `no-video-track`, `unsupported-codec`, `no-frames`,
   * `unreadable-file`, `damaged-video`.
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
      if (packetCount === 0 || !(averagePacketRate > 0)) throw noFrames()
      const startS = await track.getFirstTimestamp()
      const durationS =
        packetCount < packetsForRate ? packetCount / averagePacketRate : (await input.computeDuration([track])) - startS
      const facts = {
        durationS,
        framesPerSecond: averagePacketRate,
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

  /**
   * The frames of these indices, in order, each counted as `framesPerSecond` apart. Each index stands for the frame
   * on show in the middle of its interval: in a clip of constant rate that is the frame of that index, however its
   * container rounds times, and otherwise what a viewer would have seen.
   *
   * @param indices ascending
   * Throws CaptureError `damaged-video`, `unreadable-file`, or the reason of an abort.
   */
  async *frames(indices: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame> {
    const moments = indices.map((index) => this.startS + (index + 0.5) / this.facts.framesPerSecond)
    const painter = new Painter()
    try {
      for await (const sample of new VideoSampleSink(this.track).samplesAtTimestamps(moments)) {
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
    } catch (error) {
      signal?.throwIfAborted()
      throw asCaptureError(error)
    }
  }

  close(): void {
    this.input.dispose()
  }
}

/** Turns samples upright and into RGBA, on one canvas. */
class Painter {
  private context: OffscreenCanvasRenderingContext2D | undefined

  paint(sample: VideoSample, timeS: number): TimedFrame {
    const { displayWidth: width, displayHeight: height } = sample
    const context = this.contextOf(width, height)
    sample.draw(context, 0, 0, width, height)
    return { width, height, rgba: context.getImageData(0, 0, width, height).data, timeS }
  }

  private contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
    const { canvas } = this.context ?? {}
    if (this.context && canvas?.width === width && canvas.height === height) return this.context
    // Read back at once, so a canvas in main memory; see-through video is shown on black.
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, alpha: false })
    if (!context) throw damagedVideo()
    this.context = context
    return context
  }
}

async function codecOf(track: InputVideoTrack): Promise<string> {
  const codec =
    (await track.getCodecParameterString()) ?? (await track.getCodec()) ?? (await track.getInternalCodecId())
  return typeof codec === 'string' ? codec : 'unknown'
}

function asCaptureError(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error
  if (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')) {
    return new CaptureError({
      code: 'unreadable-file',
      message: 'The file can no longer be read; it was changed, moved or removed after it was chosen.',
      action: 'Choose the file again.',
      recoverable: true,
      cause: error,
    })
  }
  return damagedVideo(error)
}

function emptyFile(): CaptureError {
  return new CaptureError({
    code: 'empty-file',
    message: 'The file is empty.',
    action: 'Choose a video that plays.',
    recoverable: true,
  })
}

function notAVideo(): CaptureError {
  return new CaptureError({
    code: 'not-a-video',
    message: 'The file is not a video that can be read here, or its beginning is damaged.',
    action: 'Choose an MP4, MOV, WebM or MKV file that plays.',
    recoverable: true,
  })
}

function noVideoTrack(): CaptureError {
  return new CaptureError({
    code: 'no-video-track',
    message: 'The file has sound, but no picture.',
    action: 'Choose a video that shows a face.',
    recoverable: true,
  })
}

function unsupportedCodec(codec: string): CaptureError {
  return new CaptureError({
    code: 'unsupported-codec',
    message: `This browser cannot decode the video’s format (${codec}).`,
    action: 'Convert the video to H.264 or VP9, or try another browser.',
    subject: codec,
    recoverable: true,
  })
}

function noFrames(): CaptureError {
  return new CaptureError({
    code: 'no-frames',
    message: 'The video holds no frames.',
    action: 'Choose a video that plays.',
    recoverable: true,
  })
}

function damagedVideo(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'damaged-video',
    message: 'The video could not be decoded to its end; the file seems to be damaged.',
    action: 'Check that the file plays, or download it again.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
