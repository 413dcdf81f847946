/** Runs in headless Chromium: opens clips, cameras and screens, and lets a worker look at their frames. */
import { transfer, wrap } from 'comlink'
import { BufferTarget, CanvasSource, Output, Quality, WebMOutputFormat } from 'mediabunny'
import { markColors, marksOf } from '../../../fixtures/marks.ts'
import { toWire, type WireError } from '../../../src/base/errors.ts'
import { listCameras, openCamera } from '../../../src/capture/camera.ts'
import type { LiveCapture } from '../../../src/capture/live-capture.ts'
import type { LiveFeed } from '../../../src/capture/live-frames.ts'
import { openScreen } from '../../../src/capture/screen.ts'
import type { Asked, CaptureApi, ClipOutcome, SeenPair } from './capture.worker.ts'

const worker = wrap<CaptureApi>(
  new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module', name: 'capture' }),
)

let capture: LiveCapture | undefined
let feed: LiveFeed | undefined
const ended: string[] = []

async function fetchFile(name: string): Promise<Blob> {
  return (await fetch(`/job/${name}`)).blob()
}

export interface OpenedCapture {
  readonly label: string
  readonly isMirrored: boolean
  readonly width: number | undefined
  readonly height: number | undefined
}

export interface MarkedPicture {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp'
  readonly width: number
  readonly height: number
  /** JPEG only: it lies on its side, and its EXIF says so. */
  readonly isTurned?: boolean
}

/** A JPEG with EXIF: big-endian, one entry, orientation 6, to be turned clockwise. */
async function turned(jpeg: Blob): Promise<Blob> {
  const exif = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 77, 77, 0, 42, 0, 0, 0, 8, 0, 1]
  const entry = [1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
  return new Blob([jpeg.slice(0, 2), Uint8Array.from([...exif, ...entry]), jpeg.slice(2)])
}

const capturePage = {
  async readClip(name: string, asked: Asked): Promise<ClipOutcome> {
    return worker.readClip(await fetchFile(name), asked)
  },

  async abortClip(name: string, timesS: readonly number[], after: number): Promise<readonly [string, number]> {
    return worker.abortClip(await fetchFile(name), timesS, after)
  },

  /** A picture of this size, as it is shown, with the marks of frame 5. */
  async readPicture({ type, width, height, isTurned = false }: MarkedPicture): Promise<ClipOutcome> {
    const canvas = isTurned ? new OffscreenCanvas(height, width) : new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    if (isTurned) {
      // Lies on its left side: whoever turns it clockwise has it upright.
      context.translate(0, width)
      context.rotate(-Math.PI / 2)
    }
    for (const { color, column, row } of marksOf(5)) {
      context.fillStyle = `rgb(${markColors[color].join()})`
      context.fillRect((column * width) / 8, (row * height) / 8, width / 8, height / 8)
    }
    const blob = await canvas.convertToBlob({ type })
    if (blob.type !== type) throw new Error(`This browser writes no ${type}.`)
    return worker.readClip(isTurned ? await turned(blob) : blob, { indices: [0, 0] })
  },

  /** Of a clip that could be cut anywhere, `count` frames at ten a second. */
  async mostOpenFrames(count: number): Promise<number> {
    const canvas = new OffscreenCanvas(160, 120)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    const target = new BufferTarget()
    const output = new Output({ format: new WebMOutputFormat(), target })
    const source = new CanvasSource(canvas, {
      codec: 'vp9',
      quality: new Quality({ bitrate: 100_000 }),
      keyFrameInterval: 0,
    })
    output.addVideoTrack(source)
    await output.start()
    for (let i = 0; i < count; i++) {
      context.fillStyle = `hsl(${i * 5} 50% 50%)`
      context.fillRect(0, 0, 160, 120)
      await source.add(i / 10, 0.1)
    }
    await output.finalize()
    const times = Array.from({ length: count }, (_, i) => (i + 0.5) / 10)
    return worker.mostOpenFrames(new Blob([target.buffer ?? new ArrayBuffer(0)]), times)
  },

  takeAwayInWorker: (name: 'ImageDecoder') => worker.takeAway(name),

  async open(what: 'camera' | 'screen'): Promise<OpenedCapture | WireError> {
    try {
      const onEnded = (error: Error) => ended.push(toWire(error).code)
      capture = what === 'camera' ? await openCamera({ onEnded }) : await openScreen({ onEnded })
      const [track] = capture.stream.getVideoTracks()
      const { width, height } = track.getSettings()
      return { label: capture.label, isMirrored: capture.isMirrored, width, height }
    } catch (error) {
      return toWire(error)
    }
  },

  async labels(): Promise<string[]> {
    return (await listCameras()).map(({ label }) => label)
  },

  /** Which way the frames go. */
  async feed(framesPerSecond: number): Promise<'stream' | 'port' | undefined> {
    feed = capture?.frames({ framesPerSecond })
    if (!feed) return undefined
    await worker.openLive(transfer(feed.frames, feed.transfer), framesPerSecond)
    return feed.frames.type
  },

  /** Two feeds of the capture at once, one begun later than the other: the number and stamp of each frame. */
  async twoFeeds(framesPerSecond: number, pairs: number): Promise<readonly [number, number][][]> {
    const stampsOfFeed = () => {
      const own = capture?.frames({ framesPerSecond })
      if (!own) throw new Error('nothing is captured')
      return worker.stampsOf(transfer(own.frames, own.transfer), framesPerSecond, pairs)
    }
    const first = stampsOfFeed()
    await new Promise((resolve) => setTimeout(resolve, 450))
    return Promise.all([first, stampsOfFeed()])
  },

  nextPair: (): Promise<SeenPair | undefined> => worker.nextPair(),
  closeLive: () => worker.closeLive(),
  stopFeed: () => feed?.stop(),
  stopCapture: () => capture?.stop(),
  trackStates: () => capture?.stream.getTracks().map(({ readyState }) => readyState),
  /** As when the device is unplugged. */
  unplug: () => capture?.stream.getTracks()[0].dispatchEvent(new Event('ended')),
  ended: () => ended,
}

declare global {
  interface Window {
    capturePage: typeof capturePage
  }
}
window.capturePage = capturePage
Object.assign(window, { outcome: true })
