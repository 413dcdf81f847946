import { type TrackId, wholePicture } from '../../affect/track.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { faceEventsOf } from '../../faces/face-events.ts'
import type { TrackEvent } from '../../reading/events.ts'
import type { FaceTimeline } from './face-timeline.ts'

type UpdateEvent = Extract<TrackEvent, { type: 'update' }>
type MeasuredEvent = Extract<TrackEvent, { type: 'measured' }>

/** Measures of an update lie at least this far apart, s: about ten a second. */
const apartS = 0.09

/** Movements that end within an update may have begun so long before it, s. */
const beforeS = 2

/** What followed faces did during the frames of an update. */
export class MeasuredSpans {
  /** From a frame's time in the reading to the same moment on the clock of what was measured, oldest first. */
  private clocks: { readonly timeS: number; readonly clockS: number }[] = []
  /** Whose face is meant where the whole picture is read. */
  private main: TrackId | undefined

  /** @param lengthS of a full window */
  constructor(
    private readonly timeline: FaceTimeline,
    readonly lengthS: number,
  ) {}

  note(frames: readonly Pick<TimedFrame, 'timeS'>[], clocksS: readonly number[]): void {
    this.clocks.push(...frames.map(({ timeS }, index) => ({ timeS, clockS: clocksS[index] })))
    const oldestS = clocksS[0] - 2 * this.lengthS
    this.clocks = this.clocks.filter(({ clockS }) => clockS >= oldestS)
  }

  pictureIs(track: TrackId | undefined): void {
    this.main = track
  }

  /** Undefined where no face was followed meanwhile. Times are those of the update's frames. */
  of({ track, update, frames }: UpdateEvent): MeasuredEvent | undefined {
    const face = track === wholePicture ? this.main : track
    const [first, last] = [frames[0], frames.at(-1)]
    if (!face || !first || !last) return undefined
    const clockOf = (timeS: number) => this.clocks.find((each) => each.timeS === timeS)?.clockS ?? timeS
    const [fromS, toS] = [clockOf(first.timeS), clockOf(last.timeS)]
    const seen = this.timeline.measuredIn(face, fromS, toS).map(({ measured }) => measured)
    const faces: typeof seen = []
    for (const each of seen) {
      const before = faces.at(-1)
      if (!before || each.timeS - before.timeS >= apartS) faces.push(each)
    }
    const toFrames = first.timeS - fromS
    return {
      type: 'measured',
      track,
      update,
      faces: toFrames === 0 ? faces : faces.map((each) => ({ ...each, timeS: each.timeS + toFrames })),
      events: faceEventsOf(
        face,
        this.timeline.measuredIn(face, fromS - beforeS, toS).map(({ measured }) => measured),
      )
        .filter((each) => each.endS >= fromS)
        .map((each) => ({ ...each, track, startS: each.startS + toFrames, endS: each.endS + toFrames })),
    }
  }
}
