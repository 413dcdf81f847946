/** Runs in headless Chromium: reads clips of numbered frames as the app does, and beside that shows them in its player. */
import { readFrameNumber } from '../../../fixtures/numbered_frames.ts'
import { toWire, type WireError } from '../../../src/base/errors.ts'
import type { ClipFacts } from '../../../src/capture/clip.ts'
import type { LostPart } from '../../../src/capture/file-notice.ts'
import { openClip } from '../../../src/capture/open-clip.ts'
import { EngineClient } from '../../../src/readers/worker/client.ts'

/** A frame that was kept of a reading. */
export interface KeptNumber {
  readonly timeS: number
  readonly width: number
  readonly height: number
  /** Undefined where it has none that can be read. */
  readonly number: number | undefined
  readonly window: number
}

export interface ReadClip {
  /** In order of their times. */
  readonly frames: readonly KeptNumber[]
  readonly windows: number
  /** What was said of the file while it was read. */
  readonly notices: readonly string[]
  readonly clip?: {
    readonly width: number
    readonly height: number
    readonly endS: number
    readonly framesPerSecond: number
    readonly codec: string
  }
  readonly error?: WireError
}

export interface ReadOptions {
  readonly framesPerSecond?: number
  readonly windowFrames?: number
  readonly fromS?: number
}

/** What is decoded of a file at these times, without a model. */
export interface DecodedClip {
  readonly facts?: ClipFacts
  readonly frames: readonly Pick<KeptNumber, 'timeS' | 'width' | 'height' | 'number'>[]
  readonly notices: readonly string[]
  readonly lost: readonly LostPart[]
  readonly error?: WireError
}

/** A frame that a player shows. */
export interface ShownFrame {
  readonly number: number | undefined
  readonly timeS: number
}

let reader: Promise<EngineClient> | undefined

/** An engine with the bundle at `/job/bundle/`. */
async function startReader(): Promise<EngineClient> {
  const client = new EngineClient({ appUrl: new URL('/', location.href).href })
  const url = new URL('/job/bundle/', location.href).href
  await client.load({ source: { type: 'url', url }, isTrusted: true }, () => undefined)
  return client
}

const clipTable = {
  /** Reads a file as `videmo analyze` does, with one short question, and keeps the frames. */
  async read(name: string, { framesPerSecond = 2, windowFrames = 16, fromS = 0 }: ReadOptions = {}): Promise<ReadClip> {
    reader ??= startReader()
    const client = await reader
    const file = await fetchFile(name)
    const frames = new Map<number, KeptNumber>()
    const notices: string[] = []
    let windows = 0
    let clip: ReadClip['clip']
    try {
      const events = client.read({
        source: { type: 'file', file, fromS },
        stages: [{ id: 'emotion', prompt: '?' }],
        settings: {
          framesPerSecond,
          windowFrames,
          hopFrames: windowFrames / 2,
          maxTokens: 1,
          frameBudget: { minPixels: 784, maxPixels: 12_544 },
        },
        keepFrames: true,
      })
      for await (const event of events) {
        if (event.type === 'frame') event.image?.close()
        if (event.type === 'notice') notices.push(event.message)
        if (event.type === 'opened' && event.clip) {
          const { width, height } = event
          const { durationS: endS, framesPerSecond, codec } = event.clip
          clip = { width, height, endS, framesPerSecond, codec }
        }
        if (event.type !== 'update') continue
        windows++
        const kept = await client.framesOf(event.update)
        for (const [index, { number }] of event.frames.entries()) {
          const { timeS, width, height } = kept[index]
          frames.set(number, { timeS, width, height, number: readFrameNumber(kept[index]), window: event.update })
        }
      }
      return { frames: [...frames.values()], windows, notices, ...(clip ? { clip } : {}) }
    } catch (error) {
      return { frames: [...frames.values()], windows, notices, ...(clip ? { clip } : {}), error: toWire(error) }
    }
  },

  /** Decodes the frames on show at these times, or at the middles of so many equal parts of a file, from 0 to its end. */
  async decode(name: string, wanted: number | readonly number[]): Promise<DecodedClip> {
    const frames: KeptNumber[] = []
    const lost: LostPart[] = []
    try {
      const clip = await openClip(await fetchFile(name))
      const { facts, notices } = clip
      try {
        const endS = facts.startS + facts.durationS
        const times = typeof wanted === 'number' ? middlesOf(wanted, endS) : wanted
        for await (const frame of clip.framesAt(times, { onLost: (part) => lost.push(part) })) {
          const { timeS, width, height } = frame
          frames.push({ timeS, width, height, number: readFrameNumber(frame), window: 0 })
        }
        return { facts, frames, notices: notices.map(({ code }) => code), lost }
      } finally {
        clip.close()
      }
    } catch (error) {
      return { frames, notices: [], lost, error: toWire(error) }
    }
  },

  /** Colours of the first frame at places in shares of its width and height. */
  async colors(name: string, places: readonly (readonly [number, number])[]): Promise<number[][]> {
    const clip = await openClip(await fetchFile(name))
    try {
      for await (const { width, height, rgba } of clip.framesAt([0])) {
        return places.map(([x, y]) => {
          const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 4
          return [...rgba.subarray(at, at + 3)]
        })
      }
      return []
    } finally {
      clip.close()
    }
  },

  /**
   * What this browser's player shows at these times, and when the shown frame begins by its own word; undefined where it
   * cannot play the file, or does not get there.
   */
  async player(name: string, timesS: readonly number[]): Promise<readonly (ShownFrame | undefined)[]> {
    const url = URL.createObjectURL(await fetchFile(name))
    const video = document.createElement('video')
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d', { willReadFrequently: true })
    try {
      video.muted = true
      video.preload = 'auto'
      video.src = url
      if (!context || !(await happens(video, 'loadeddata'))) return timesS.map(() => undefined)
      const shown: ShownFrame[] = []
      for (const timeS of timesS) {
        const isShown = happens(video, 'seeked')
        const isPainted = paints(video)
        video.currentTime = timeS
        // Behind damage a player does not move any more.
        if (!(await isShown)) break
        // The event may come before the picture.
        await isPainted
        const frame = new VideoFrame(video)
        const { displayWidth: width, displayHeight: height, timestamp } = frame
        canvas.width = width
        canvas.height = height
        context.drawImage(video, 0, 0)
        frame.close()
        const { data: rgba } = context.getImageData(0, 0, width, height)
        shown.push({ number: readFrameNumber({ width, height, rgba }), timeS: timestamp / 1e6 })
      }
      return timesS.map((_, i) => shown[i])
    } finally {
      video.removeAttribute('src')
      video.load()
      URL.revokeObjectURL(url)
    }
  },
}

function middlesOf(count: number, endS: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * endS)
}

async function fetchFile(name: string): Promise<Blob> {
  return (await fetch(`/job/${name}`)).blob()
}

/** Whether an event comes, rather than an error or nothing for a while. */
function happens(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (has: boolean) => {
      clearTimeout(timer)
      video.removeEventListener(event, yes)
      video.removeEventListener('error', no)
      resolve(has)
    }
    const yes = () => end(true)
    const no = () => end(false)
    const timer = setTimeout(no, 3000)
    video.addEventListener(event, yes)
    video.addEventListener('error', no)
  })
}

/** Waits for a picture to be handed to the screen; not for long, since the same one may stay. */
function paints(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000)
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

declare global {
  interface Window {
    clipTable: typeof clipTable
  }
}
window.clipTable = clipTable
Object.assign(window, { outcome: true })
