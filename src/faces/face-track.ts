import type { FaceEvent, MeasuredFace } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import { movementOf, type SignalValues, signalValues } from './action-units.ts'
import { Baseline } from './baseline.ts'
import type { Blendshapes } from './blendshapes.ts'
import { FaceEvents } from './face-events.ts'
import { faceSignals } from './face-signals.ts'
import { Motion, type Place, placeOf } from './motion.ts'
import { faceQuality } from './quality.ts'
import { boxOfLandmarks, type FaceRegion } from './region.ts'
import { FaceSmoothing } from './smoothing.ts'
import { Stillness } from './stillness.ts'

/** A face in one frame, as the landmark network sees it. */
export interface SeenFace {
  /** float32 [478, 3], px of the picture */
  readonly points: Float32Array
  /** float32 [256, 256, 3], 0 to 1: what the network was shown */
  readonly crop: Float32Array
  readonly presence: number
  /** Around the landmarks: where the next frame is looked at. */
  readonly region: FaceRegion
}

/** After a gap as long as this, curves begin anew rather than glide. */
const longestGapS = 0.3

/** One face followed through time. */
export class FaceTrack {
  /** Once the track counts. */
  id: TrackId | undefined
  /** Frames in which it was seen. */
  hits = 0
  /** Where it was last seen. */
  region: FaceRegion
  /** Undefined while it is here; else since when it is not, s. */
  lostSinceS: number | undefined
  lastSeenS: number
  /** Frames since it was last seen. */
  misses = 0
  private readonly motion: Motion
  private readonly baseline = new Baseline()
  private readonly smoothing = new FaceSmoothing()
  private readonly stillness = new Stillness()
  private events: FaceEvents | undefined
  private values: SignalValues | undefined
  private measuredS: number | undefined

  constructor({ region }: SeenFace, timeS: number) {
    this.region = region
    this.lastSeenS = timeS
    this.motion = new Motion(placeOf(region), timeS)
  }

  get isHere(): boolean {
    return this.lostSinceS === undefined
  }

  get neutral(): Baseline['state'] {
    return this.baseline.state
  }

  /** Where it should be. */
  placeAt(timeS: number): Place {
    return this.motion.at(timeS)
  }

  /** Where to look for it in this frame: where it was, moved on as it moved. */
  regionAt(timeS: number): FaceRegion {
    const was = this.motion.at(this.lastSeenS)
    const is = this.motion.at(timeS)
    const most = 0.25 * this.region.side
    const shift = (way: number) => Math.max(-most, Math.min(most, way))
    return { ...this.region, x: this.region.x + shift(is.x - was.x), y: this.region.y + shift(is.y - was.y) }
  }

  see({ region }: SeenFace, timeS: number, isContested: boolean): void {
    this.motion.see(placeOf(region), timeS, isContested)
    this.region = region
    this.lastSeenS = timeS
    this.lostSinceS = undefined
    this.misses = 0
    this.hits++
  }

  lose(): void {
    this.lostSinceS ??= this.lastSeenS
    this.misses++
  }

  /** Measures the face in this frame, and tells which movements have ended. */
  measure(
    seen: SeenFace,
    shapes: Blendshapes,
    timeS: number,
    picture: { readonly width: number; readonly height: number },
  ): { measured: MeasuredFace; events: FaceEvent[] } {
    if (this.measuredS !== undefined && timeS - this.measuredS > longestGapS) this.smoothing.reset()
    this.measuredS = timeS
    const signals = faceSignals(seen.points, shapes)
    const values = signalValues(signals)
    this.values = values
    const isStill = this.stillness.watch(values, timeS)
    const { head } = signals
    const quality = faceQuality({ ...seen, head, picture, isStill })
    this.baseline.learn(values, timeS, quality.turn)
    const movement = movementOf(values, this.baseline.rest)
    const smooth = this.smoothing.smooth({ ...movement, head, gaze: signals.gaze }, timeS)
    const measured = { timeS, box: boxOfLandmarks(seen.points), ...smooth, quality }
    if (this.id && !this.events) this.events = new FaceEvents(this.id)
    return { measured, events: this.events?.push(measured) ?? [] }
  }

  /** What the face shows now is its rest from here on. False before it has been measured. */
  takeNeutral(): boolean {
    if (!this.values) return false
    this.baseline.take(this.values)
    this.smoothing.reset()
    return true
  }

  /** Ends the movements that are going on. */
  finishEvents(): FaceEvent[] {
    return this.events?.finish() ?? []
  }
}
