import { drawFace } from './draw-face.ts'
import type { Canvas2D } from './face.ts'
import { expressions, type FaceSetting, LiveFace, type ShownTruth } from './live-face.ts'
import { firstScene, persons } from './persons.ts'

/** The drawn face, open or not. */
export interface DrawnState extends FaceSetting {
  /** What is true of it at this moment; while it is open. */
  readonly truth: ShownTruth | undefined
  /** Whether its picture is being recorded as a video, and whether this browser can. */
  readonly video: 'impossible' | 'possible' | 'recording'
}

/** The face to begin with. */
export const firstDrawn: DrawnState = {
  looks: persons[0].looks,
  scene: firstScene,
  units: {},
  motion: 'none',
  isPlaying: true,
  isInTurn: false,
  truth: undefined,
  video: 'impossible',
}

export interface DrawnListeners {
  /** Told what changes, by a person or by itself; at most once a frame. */
  readonly onChange: (change: Partial<DrawnState>) => void
  /** Given each video that was recorded. */
  readonly onVideo: (video: Blob, extension: 'webm' | 'mp4') => void
}

/** The face's canvas, and the picture of it as a camera would give it. */
export interface DrawnPicture {
  readonly canvas: HTMLCanvasElement
  readonly stream: MediaStream
  readonly track: MediaStreamTrack
}

/** Side of the picture, in pixels. */
const size = 480
const framesPerSecond = 30
/** A recording that was forgotten ends by itself. */
const longestVideoMs = 120_000
const videoTypes = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'] as const

/** A live face on a canvas, drawn until the track of its picture ends. */
export class DrawnFace {
  private readonly face: LiveFace
  private told: Pick<DrawnState, 'units' | 'truth'>
  private context: CanvasRenderingContext2D | null = null
  private picture: DrawnPicture | undefined
  private recorder: MediaRecorder | undefined
  private drawnAtMs = 0
  private frame = 0

  constructor(
    first: DrawnState,
    private readonly listeners: DrawnListeners,
  ) {
    const { truth: _, video: __, ...setting } = first
    this.face = new LiveFace(setting)
    this.told = first
  }

  /** Begins to draw on a canvas of its own; undefined where this browser gives no stream of a canvas. */
  open(): DrawnPicture | undefined {
    const canvas = document.createElement('canvas')
    canvas.width = size
    canvas.height = size
    // Drawn by the processor: the GPU is the model's, and every frame has to be read back anyway. Without alpha, which
    // would be recorded with the video and which decoders stumble over.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
    if (!context || !('captureStream' in canvas)) return undefined
    this.context = context
    // Drawn before it is captured: a stream of an empty canvas begins with a black frame.
    this.draw(performance.now())
    const stream = canvas.captureStream(framesPerSecond)
    const [track] = stream.getVideoTracks()
    if (!track) return undefined
    const picture = { canvas, stream, track }
    this.picture = picture
    this.tell({ video: videoType() === undefined ? 'impossible' : 'possible' })
    this.drawOn(picture)
    return picture
  }

  change(change: Partial<FaceSetting>): void {
    this.face.change(change)
    this.tell(this.face.setting)
  }

  /** Begins to record the picture as a video. */
  record(): void {
    const mimeType = videoType()
    if (!this.picture || this.recorder || mimeType === undefined) return
    const recorder = new MediaRecorder(this.picture.stream, { mimeType, videoBitsPerSecond: 2_500_000 })
    const parts: Blob[] = []
    const timer = setTimeout(() => this.endVideo(), longestVideoMs)
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.onstop = () => {
      clearTimeout(timer)
      this.recorder = undefined
      this.tell({ video: 'possible' })
      const [type] = mimeType.split(';')
      const video = new Blob(parts, { type })
      if (video.size > 0) this.listeners.onVideo(video, type === 'video/mp4' ? 'mp4' : 'webm')
    }
    recorder.start()
    this.recorder = recorder
    this.tell({ video: 'recording' })
  }

  /** Ends the recording; its video is handed out. */
  endVideo(): void {
    if (this.recorder?.state === 'recording') this.recorder.stop()
  }

  private drawOn(picture: DrawnPicture): void {
    requestAnimationFrame((nowMs) => {
      if (this.picture !== picture) return
      if (picture.track.readyState === 'ended') {
        this.picture = undefined
        this.tell({ truth: undefined })
        return
      }
      // A display may refresh twice as often, or more.
      if (nowMs - this.drawnAtMs >= 900 / framesPerSecond) this.draw(nowMs)
      this.drawOn(picture)
    })
  }

  private draw(nowMs: number): void {
    if (!this.context) return
    this.drawnAtMs = nowMs
    this.face.advance(nowMs / 1000)
    const { looks, scene } = this.face.setting
    drawFace(this.context, size, looks, scene, this.face.pose(), this.frame++)
    this.tellOfDrawing()
  }

  /** Tells what has changed by itself, and nothing otherwise. */
  private tellOfDrawing(): void {
    const { setting } = this.face
    const truth = this.face.truth()
    const isSame = this.told.truth !== undefined && factsOf(this.told.truth) === factsOf(truth)
    if (isSame && this.told.units === setting.units) return
    this.tell({ ...setting, ...(isSame ? {} : { truth }) })
  }

  private tell(change: Partial<DrawnState>): void {
    this.told = { ...this.told, ...change }
    this.listeners.onChange(change)
  }
}

/** Draws the face to begin with, smiling: a picture of it that does not move. `size` is its side in pixels. */
export function drawSmile(context: Canvas2D, size: number): void {
  const face = new LiveFace({ ...firstDrawn, units: expressions.happy })
  drawFace(context, size, firstDrawn.looks, firstDrawn.scene, face.pose(), 0)
}

/** Equal for truths that say the same. */
function factsOf({ units, emotion, motion, appearances }: ShownTruth): string {
  return [emotion, motion, ...units, ...appearances].join()
}

/** The first kind of video that this browser records. */
function videoType(): string | undefined {
  if (typeof MediaRecorder === 'undefined') return undefined
  return videoTypes.find((type) => MediaRecorder.isTypeSupported(type))
}
