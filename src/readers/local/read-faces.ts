import type { TrackId } from '../../affect/track.ts'
import type { FacesRequest } from '../../reading/faces-request.ts'
import { byNumber, type PresentFace } from './face-timeline.ts'

/** Windows at once at most, each with a KV cache of its own; live, a round of more would not come round in time. */
const mostWindows = { file: 8, live: 4 } as const

/** Chooses whose faces are read: calmly, so that of two faces of one size not now the one is read and now the other. */
export class ReadFaces {
  private readonly isChosen: boolean
  private readonly most: number
  private main: TrackId | undefined
  private read: ReadonlySet<TrackId> = new Set()

  constructor(who: FacesRequest['who'], isLive: boolean) {
    const bound = isLive ? mostWindows.live : mostWindows.file
    this.most = who === 'chosen' ? 1 : who === 'all' ? bound : Math.max(1, Math.min(who, bound))
    this.isChosen = who === 'chosen'
  }

  /**
   * The faces to read, in the order of their numbers.
   *
   * @param faces those that are there
   * @param chosen the face that somebody chose; while it is not there, another is read
   */
  choose(faces: readonly PresentFace[], chosen: TrackId | undefined): TrackId[] {
    const main = this.mainOf(faces, chosen)
    if (this.isChosen) return main ? [main] : []
    const ranked = [...faces].sort(
      (a, b) => Number(this.read.has(b.track)) - Number(this.read.has(a.track)) || size(b) - size(a),
    )
    this.read = new Set(ranked.slice(0, this.most).map(({ track }) => track))
    return [...this.read].sort(byNumber)
  }

  /** The chosen face, or else the largest, until it is gone. */
  mainOf(faces: readonly PresentFace[], chosen: TrackId | undefined): TrackId | undefined {
    const isThere = (track: TrackId | undefined) => faces.some((face) => face.track === track)
    if (isThere(chosen)) this.main = chosen
    else if (!isThere(this.main)) {
      const [largest] = [...faces].sort((a, b) => size(b) - size(a))
      this.main = largest?.track
    }
    return this.main
  }
}

function size({ seen }: PresentFace): number {
  return seen.measured.quality.heightPx / seen.pictureWidth
}
