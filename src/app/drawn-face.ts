import { CaptureError } from '../base/errors.ts'
import { LiveCapture } from '../capture/live-capture.ts'
import { drawFace } from '../demo-face/draw-face.ts'
import { type FaceSetting, LiveFace } from '../demo-face/live-face.ts'
import { downloadBlob, stampOf } from './recording-download.ts'
import type { DrawnState } from './session/session-state.ts'

/** What the drawn face is called on the page. */
export const drawnName = 'Drawn face'

/** Side of the picture, in pixels. */
const size = 480
const framesPerSecond = 30
/** A recording that was forgotten ends by itself. */
const longestVideoMs = 120_000
const videoTypes = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'] as const

/** The drawn face on a canvas of the page, captured as a camera is. */
export class DrawnFace {
  private readonly face: LiveFace
  private context: CanvasRenderingContext2D | null = null
  private capture: LiveCapture | undefined
  private recorder: MediaRecorder | undefined
  private drawnAtMs = 0
  private frame = 0

  /** `state` is what the page knows of it so far; `onChange` is told what else it should know. */
  constructor(
    private readonly state: () => DrawnState,
    private readonly onChange: (change: Partial<DrawnState>) => void,
  ) {
    const { truth: _, video: __, ...setting } = state()
    this.face = new LiveFace(setting)
  }

  /** Begins to draw; it goes on until the capture is stopped. @throws CaptureError `no-canvas-capture` */
  open(): { readonly capture: LiveCapture; readonly canvas: HTMLCanvasElement } {
    const canvas = document.createElement('canvas')
    canvas.width = size
    canvas.height = size
    // Drawn by the processor: the GPU is the model's, and every frame has to be read back anyway. Without alpha, which
    // would be recorded with the video and which decoders stumble over.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
    if (!context || !('captureStream' in canvas)) throw noCanvasCapture()
    this.context = context
    // Drawn before it is captured: a stream of an empty canvas begins with a black frame.
    this.draw(performance.now())
    const stream = canvas.captureStream(framesPerSecond)
    const [track] = stream.getVideoTracks()
    if (!track) throw noCanvasCapture()
    const capture = new LiveCapture({ stream, track, isMirrored: false, ended: noCanvasCapture })
    this.capture = capture
    this.onChange({ video: videoType() === undefined ? 'impossible' : 'possible' })
    this.drawOn(capture, track)
    return { capture, canvas }
  }

  change(change: Partial<FaceSetting>): void {
    this.face.change(change)
    this.onChange(this.face.setting)
  }

  /** Begins to record the picture as a video. */
  record(): void {
    const mimeType = videoType()
    if (!this.capture || this.recorder || mimeType === undefined) return
    const recorder = new MediaRecorder(this.capture.stream, { mimeType, videoBitsPerSecond: 2_500_000 })
    const parts: Blob[] = []
    const timer = setTimeout(() => this.endVideo(), longestVideoMs)
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.onstop = () => {
      clearTimeout(timer)
      this.recorder = undefined
      this.onChange({ video: 'possible' })
      const [type] = mimeType.split(';')
      const video = new Blob(parts, { type })
      if (video.size > 0) {
        downloadBlob(video, `drawn-face-${stampOf(new Date().toISOString())}.${type === 'video/mp4' ? 'mp4' : 'webm'}`)
      }
    }
    recorder.start()
    this.recorder = recorder
    this.onChange({ video: 'recording' })
  }

  /** Ends the recording and hands its file to the downloads. */
  endVideo(): void {
    if (this.recorder?.state === 'recording') this.recorder.stop()
  }

  private drawOn(capture: LiveCapture, track: MediaStreamTrack): void {
    requestAnimationFrame((nowMs) => {
      if (this.capture !== capture) return
      if (track.readyState === 'ended') {
        this.capture = undefined
        this.onChange({ truth: undefined })
        return
      }
      // A display may refresh twice as often, or more.
      if (nowMs - this.drawnAtMs >= 900 / framesPerSecond) this.draw(nowMs)
      this.drawOn(capture, track)
    })
  }

  private draw(nowMs: number): void {
    if (!this.context) return
    this.drawnAtMs = nowMs
    this.face.advance(nowMs / 1000)
    const { looks, scene } = this.face.setting
    drawFace(this.context, size, looks, scene, this.face.pose(), this.frame++)
    this.tell()
  }

  /** Tells the page what has changed by itself, and nothing otherwise. */
  private tell(): void {
    const { setting } = this.face
    const state = this.state()
    const truth = this.face.truth()
    const isSame = state.truth && sayOf(state.truth) === sayOf(truth)
    if (isSame && state.units === setting.units) return
    this.onChange({ ...setting, ...(isSame ? {} : { truth }) })
  }
}

function sayOf({ units, emotion, motion, appearances }: NonNullable<DrawnState['truth']>): string {
  return [emotion, motion, ...units, ...appearances].join()
}

/** The first kind of video that this browser records. */
function videoType(): string | undefined {
  if (typeof MediaRecorder === 'undefined') return undefined
  return videoTypes.find((type) => MediaRecorder.isTypeSupported(type))
}

function noCanvasCapture(): CaptureError {
  return new CaptureError({
    code: 'no-canvas-capture',
    message: 'This browser cannot turn a drawing into a video.',
    action: 'Use a current browser, or open a video or the camera instead.',
  })
}
