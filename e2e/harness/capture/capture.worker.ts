import { expose } from 'comlink'
import { numberOf } from '../../../fixtures/marks.ts'
import { toWire, type WireError } from '../../../src/base/errors.ts'
import type { ClipFacts } from '../../../src/capture/clip.ts'
import type { LiveFrames } from '../../../src/capture/live-frames.ts'
import { type LivePair, LiveSource } from '../../../src/capture/live-source.ts'
import { openClip } from '../../../src/capture/open-clip.ts'
import type { TimedFrame } from '../../../src/capture/painter.ts'

/** A frame in few words. */
export interface SeenFrame {
  readonly width: number
  readonly height: number
  readonly timeS: number
  /** By its marks; undefined if it is not upright. */
  readonly number: number | undefined
}

export interface SeenPair {
  readonly frames: readonly SeenFrame[]
  readonly sizeChanged: boolean
  readonly passedOver: number
}

export type Asked = { readonly indices: readonly number[] } | { readonly timesS: readonly number[] }

export type ClipOutcome =
  | { readonly type: 'read'; readonly facts: ClipFacts; readonly frames: readonly SeenFrame[] }
  | { readonly type: 'failed'; readonly error: WireError }

let source: LiveSource | undefined

const api = {
  async readClip(file: Blob, asked: Asked): Promise<ClipOutcome> {
    try {
      const clip = await openClip(file)
      try {
        const frames: SeenFrame[] = []
        const chosen = 'indices' in asked ? clip.frames(asked.indices) : clip.framesAt(asked.timesS)
        for await (const frame of chosen) frames.push(seen(frame))
        return { type: 'read', facts: clip.facts, frames }
      } finally {
        clip.close()
      }
    } catch (error) {
      return { type: 'failed', error: toWire(error) }
    }
  },

  /** The reason of an abort in the middle of a clip, and how many frames came before it. */
  async abortClip(file: Blob, asked: readonly number[], after: number): Promise<readonly [string, number]> {
    const clip = await openClip(file)
    const controller = new AbortController()
    let frames = 0
    try {
      for await (const _ of clip.framesAt(asked, { signal: controller.signal })) {
        frames++
        if (frames === after) controller.abort(new DOMException('enough', 'AbortError'))
      }
      return ['none', frames]
    } catch (error) {
      return [error instanceof DOMException ? error.message : String(error), frames]
    } finally {
      clip.close()
    }
  },

  /** The most decoded frames open at once while the clip is read slowly. */
  async mostOpenFrames(file: Blob, timesS: readonly number[]): Promise<number> {
    const Decoder = VideoDecoder
    let open = 0
    let most = 0
    globalThis.VideoDecoder = class extends Decoder {
      constructor(init: VideoDecoderInit) {
        const output = (frame: VideoFrame) => {
          most = Math.max(most, ++open)
          const close = frame.close.bind(frame)
          frame.close = () => {
            open--
            close()
          }
          init.output(frame)
        }
        super({ ...init, output })
      }
    }
    const clip = await openClip(file)
    try {
      for await (const _ of clip.framesAt(timesS)) await new Promise((resolve) => setTimeout(resolve, 20))
      return most
    } finally {
      clip.close()
      globalThis.VideoDecoder = Decoder
    }
  },

  takeAway(name: 'ImageDecoder'): void {
    Reflect.deleteProperty(globalThis, name)
  },

  openLive(frames: LiveFrames, framesPerSecond: number): void {
    source = new LiveSource(frames, { framesPerSecond })
  },

  async nextPair(): Promise<SeenPair | undefined> {
    const pair: LivePair | undefined = await source?.nextPair()
    return (
      pair && {
        frames: pair.frames.map(seen),
        sizeChanged: pair.sizeChanged,
        passedOver: source?.passedOver ?? 0,
      }
    )
  },

  /** The stamps of this many pairs of a feed beside the other, by the numbers of their pictures. */
  async stampsOf(frames: LiveFrames, framesPerSecond: number, pairs: number): Promise<[number, number][]> {
    const other = new LiveSource(frames, { framesPerSecond })
    const stamps: [number, number][] = []
    try {
      for (let i = 0; i < pairs; i++) {
        const pair = await other.nextPair()
        for (const frame of pair?.frames ?? []) stamps.push([numberOf(frame) ?? Number.NaN, frame.stampS ?? Number.NaN])
      }
      return stamps
    } finally {
      other.close()
    }
  },

  closeLive(): void {
    source?.close()
  },
}

function seen(frame: TimedFrame): SeenFrame {
  const { width, height, timeS } = frame
  return { width, height, timeS, number: numberOf(frame) }
}

export type CaptureApi = typeof api
expose(api)
