import { type MeasuredSummary, summaryOf } from '../../src/affect/measured-summary.ts'
import type { FaceEvent, FacesMoment, MeasuredFace } from '../../src/affect/measures.ts'
import type { TrackId } from '../../src/affect/track.ts'
import type { FacesJob } from './faces-options.ts'

/** One line of the output of `--measure-only`: what a followed face did in the whole file. */
export interface TrackRecord {
  readonly track: TrackId
  /** Times of the first and the last measure, s. */
  readonly startS: number
  readonly endS: number
  readonly measured: MeasuredSummary
  /** Of the picture in which it was measured. */
  readonly source: { readonly width: number; readonly height: number }
  /** How often it was measured at most, per second of the file. */
  readonly settings: { readonly rate: number }
}

interface Track {
  readonly faces: MeasuredFace[]
  readonly events: FaceEvent[]
}

/** Gathers what is measured of the faces of one file. */
export class TrackCollector {
  private readonly tracks = new Map<TrackId, Track>()
  private size = { width: 0, height: 0 }

  add({ width, height, faces }: FacesMoment): void {
    this.size = { width, height }
    for (const { track, measured } of faces) this.trackOf(track).faces.push(measured)
  }

  addEvent(event: FaceEvent): void {
    this.trackOf(event.track).events.push(event)
  }

  /**
   * One record a face, in the order of their numbers.
   *
   * @param who all, or so many of those that take most of the picture for the longest time
   */
  records(who: FacesJob['who'], rate: number): readonly TrackRecord[] {
    const all = [...this.tracks].filter(([, { faces }]) => faces.length > 0)
    const shown = who === 'all' ? all : all.sort(([, a], [, b]) => areaOf(b) - areaOf(a)).slice(0, who)
    return shown
      .sort(([a], [b]) => numberOf(a) - numberOf(b))
      .map(([track, { faces, events }]) => ({
        track,
        startS: faces[0].timeS,
        endS: faces[faces.length - 1].timeS,
        measured: summaryOf({ faces, events: [...events].sort((a, b) => a.startS - b.startS) }),
        source: this.size,
        settings: { rate },
      }))
  }

  private trackOf(track: TrackId): Track {
    const found = this.tracks.get(track) ?? { faces: [], events: [] }
    this.tracks.set(track, found)
    return found
  }
}

/** Square pixels, summed over all measures. */
function areaOf({ faces }: Track): number {
  return faces.reduce((sum, { box }) => sum + box.width * box.height, 0)
}

function numberOf(track: TrackId): number {
  return Number(track.split('-')[1] ?? 0)
}
