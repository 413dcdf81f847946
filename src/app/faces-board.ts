import type { FacesMoment, MeasuredFace } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import type { FacesBoard } from './session/faces-state.ts'

/** Of a live source, how long its measures are kept, s; and how much more may gather before the oldest go. */
const keptS = 60
const slackS = 10
/** Of a file, how far a moment may be from the time that is asked for, s: three of ten moments a second. */
const nearS = 0.3

/** What is measured of the faces of the source on show. It is kept in the page's memory alone, and goes with the source. */
export class MeasuredFaces implements FacesBoard {
  private moments: FacesMoment[] = []
  private readonly curves = new Map<TrackId, MeasuredFace[]>()
  private meshes: ReadonlyMap<TrackId, Float32Array> | undefined
  private isLive = true
  private readonly listeners = new Set<() => void>()

  /** Forgets everything, for a source that begins. */
  begin(isLive: boolean): void {
    this.isLive = isLive
    this.moments = []
    this.curves.clear()
    this.meshes = undefined
    this.tell()
  }

  take(moment: FacesMoment, meshes: ReadonlyMap<TrackId, Float32Array> | undefined): void {
    if (this.isLive) this.moments = [moment]
    else this.moments.push(moment)
    for (const { track, measured } of moment.faces) {
      const curve = this.curves.get(track)
      if (curve) curve.push(measured)
      else this.curves.set(track, [measured])
    }
    this.meshes = meshes
    if (this.isLive) this.forgetBefore(moment.timeS - keptS)
    this.tell()
  }

  /** There is no picture: nobody is in it. */
  blank(): void {
    if (this.isLive) this.moments = []
    this.meshes = undefined
    this.tell()
  }

  latest(): FacesMoment | undefined {
    return this.moments.at(-1)
  }

  at(timeS: number): FacesMoment | undefined {
    if (this.isLive) return this.latest()
    const { moments } = this
    let [low, high] = [0, moments.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (moments[middle].timeS <= timeS) low = middle + 1
      else high = middle
    }
    // The picture that is on show at that time began before it; of the first moment, a little later.
    const near = [moments[low - 1], moments[low]].filter(
      (moment) => moment !== undefined && Math.abs(moment.timeS - timeS) <= nearS,
    )
    return near[0]
  }

  curve(track: TrackId): readonly MeasuredFace[] {
    return this.curves.get(track) ?? []
  }

  mesh(track: TrackId): Float32Array | undefined {
    return this.meshes?.get(track)
  }

  listen(onMoment: () => void): () => void {
    this.listeners.add(onMoment)
    return () => this.listeners.delete(onMoment)
  }

  private forgetBefore(timeS: number): void {
    for (const [track, curve] of this.curves) {
      if ((curve.at(-1)?.timeS ?? 0) < timeS) this.curves.delete(track)
      else if (curve[0].timeS < timeS - slackS) {
        curve.splice(
          0,
          curve.findIndex((measured) => measured.timeS >= timeS),
        )
      }
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
