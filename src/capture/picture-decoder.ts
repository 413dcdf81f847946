import { type EncodedPacket, type InputVideoTrack, type VideoSample, VideoSampleSink } from 'mediabunny'

/** Packets in, pictures out, in order of presentation. */
export interface PictureDecoder {
  decode(packet: EncodedPacket): void
  flush(): Promise<void>
  close(): void
  getDecodeQueueSize(): number
}

/** What of mediabunny's own decoder is used below, and is not among its public types. */
interface InnerDecoder extends PictureDecoder {
  inputTimestamps: number[]
  sampleHandler(sample: VideoSample): void
  finalizeAndEmitSample(sample: VideoSample): void
}
interface InnerSink {
  _track: InputVideoTrack
  _createDecoder(onPicture: (picture: VideoSample) => void, onError: (error: unknown) => void): Promise<InnerDecoder>
}

/**
 * Makes mediabunny's own decoder for a track, which mends what browsers' decoders are known to trip over, and goes around
 * what is wrong in mediabunny 1.61.0 (the newest when this was written; it is pinned):
 *
 * - Its sinks ask for the decoder of what the file says; a config that was repaired (see `decoderConfigOf`) has no way in.
 * - Its sinks end with the first error, and what was decoded but not yet handed out is lost; here the caller feeds
 *   packets, keeps every picture, and begins anew after an error.
 * - Pictures get the times of packets by their order. A packet without a picture (a hidden frame of VP8, one that
 *   a decoder drops) then moves all later pictures. Browsers hand a packet's time through, so that one is taken, unless
 *   pictures come out in an order that it contradicts (files without composition times).
 * - Transparency is merged in workers made from blobs, which the app's content policy refuses. The caller gives packets
 *   without it, and decodes it as a video of its own (see `Transparency`).
 */
export async function createPictureDecoder(
  track: InputVideoTrack,
  config: VideoDecoderConfig,
  onPicture: (picture: VideoSample) => void,
  onError: (error: unknown) => void,
): Promise<PictureDecoder> {
  const sink = new VideoSampleSink(track) as unknown as InnerSink
  sink._track = Object.create(track, {
    canDecode: { value: () => Promise.resolve(true) },
    getDecoderConfig: { value: () => Promise.resolve(config) },
  })
  const decoder = await sink._createDecoder(onPicture, onError)
  const bySortedTimes = decoder.sampleHandler
  let lastS = Number.NEGATIVE_INFINITY
  let isContradictory = isWebKit()
  decoder.sampleHandler = (picture) => {
    const ownS = picture.timestamp
    isContradictory ||= ownS <= lastS
    lastS = ownS
    if (isContradictory) {
      bySortedTimes.call(decoder, picture)
      return
    }
    decoder.inputTimestamps = decoder.inputTimestamps.filter((timeS) => timeS > ownS + 1e-5)
    decoder.finalizeAndEmitSample(picture)
  }
  return decoder
}

/** Its decoder hands pictures out in the order of packets; mediabunny sorts them. */
function isWebKit(): boolean {
  return /AppleWebKit/.test(navigator.userAgent) && !/Chrom(e|ium)\//.test(navigator.userAgent)
}

/**
 * How this browser decodes a track: as the file says, or else with what writers are known to get wrong put right.
 * Undefined where it cannot.
 */
export async function decoderConfigOf(track: InputVideoTrack): Promise<VideoDecoderConfig | undefined> {
  if (typeof VideoDecoder === 'undefined') return undefined
  const config = await track.getDecoderConfig()
  if (!config) return undefined
  for (const candidate of [config, ...repairs(config)]) {
    const { supported } = await VideoDecoder.isConfigSupported(candidate).catch(() => ({ supported: false }))
    if (supported) return candidate
  }
  return undefined
}

/** Chromium's own MediaRecorder writes a level of 0 for VP9 in MP4, which no decoder accepts; others forget sizes. */
function repairs(config: VideoDecoderConfig): VideoDecoderConfig[] {
  const codec = repairedCodec(config.codec)
  const { codedWidth: _, codedHeight: __, displayAspectWidth: ___, displayAspectHeight: ____, ...sizeless } = config
  return [
    { ...config, codec },
    { ...sizeless, codec },
  ]
}

/** A codec string whose level is none, with the lowest that suits any size; others as they are. */
export function repairedCodec(codec: string): string {
  const vp9 = /^vp09\.(\d\d)\.(\d\d)(?:\.(\d\d))?(.*)$/.exec(codec)
  if (vp9) {
    const [, profile, level, depth = '08', rest] = vp9
    return `vp09.${profile}.${level === '00' ? '10' : level}.${depth === '00' ? '08' : depth}${rest}`
  }
  if (/^avc[13]\.[0-9a-f]{4}00$/i.test(codec)) return `${codec.slice(0, -2)}33`
  return codec.replace(/^((?:hev1|hvc1)\..*\.[LH])0(\.|$)/, '$1153$2')
}
