import type { FaceEvent, FacesMoment } from '../../src/affect/measures.ts'
import { TrackSummaries, type TrackSummary } from '../../src/affect/track-summary.ts'

/** One line of the output of `--measure-only`: what a followed face did in the whole file. */
export interface TrackRecord extends TrackSummary {
  /** Of the picture in which it was measured, px. */
  readonly source: { readonly width: number; readonly height: number }
  readonly settings: {
    /** Measures a second of the file. */
    readonly rate: number
    /** Small faces were looked for in parts of the picture, too. */
    readonly smallFaces: boolean
  }
}

/** Gathers what is measured of the faces of one file. */
export class TrackCollector {
  private readonly tracks = new TrackSummaries()
  private source = { width: 0, height: 0 }

  add(moment: FacesMoment): void {
    this.source = { width: moment.width, height: moment.height }
    this.tracks.push(moment)
  }

  addEvent(event: FaceEvent): void {
    this.tracks.pushEvents([event])
  }

  /**
   * One record a face, in the order of their numbers.
   *
   * @param who all, or so many of those that take most of the picture for the longest time
   */
  records(who: 'all' | number, settings: TrackRecord['settings']): readonly TrackRecord[] {
    const all = this.tracks.summaries()
    const largest = [...all].sort((a, b) => shareOf(b) - shareOf(a)).slice(0, who === 'all' ? all.length : who)
    const shown = all.filter((summary) => largest.includes(summary))
    return shown.map((summary) => rounded({ ...summary, source: this.source, settings }))
  }
}

/** Of the picture and of the time, in units of its own. */
function shareOf({ heightPx, frames }: TrackSummary): number {
  return heightPx ** 2 * frames
}

/** Every number to thousandths: measures are no better than that. */
function rounded(record: TrackRecord): TrackRecord {
  return JSON.parse(
    JSON.stringify(record, (_, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value)),
  )
}
