import type { FacesMoment, MeasuredFace, MeasuredUnit } from '../../affect/measures.ts'
import { measuredUnits } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { FacesFeed, FacesMessage } from '../../reading/faces-request.ts'

/** A face that was measured twice within this time was there in between, whatever was seen meanwhile, s. */
export const bridgedS = 1
/** Before its first measure and after its last one a face counts as there for this long, s. */
const nearS = 0.3
/** While nothing newer is known, a face counts as there for this long, s: a busy device measures late and seldom. */
const unknownS = 2

/** A measured face, and how wide the picture was in whose pixels it is measured. */
export interface SeenFace {
  readonly measured: MeasuredFace
  readonly pictureWidth: number
}

export interface PresentFace {
  readonly track: TrackId
  readonly seen: SeenFace
}

/**
 * The faces of a source by time, as whoever follows them tells of them: looked up at the times of the frames that the
 * model is given, which need not be those that were measured.
 */
export class FaceTimeline {
  /** Of each track, oldest first. */
  private readonly samples = new Map<TrackId, SeenFace[]>()
  /** Of all moments, oldest first, s. */
  private momentsS: number[] = []
  /** Of the newest moment, s. */
  private newestS = Number.NEGATIVE_INFINITY
  private readonly waiting = new Set<() => void>()
  private readonly stop: () => void
  private named: TrackId | undefined
  private ended = false

  /** @param onChosen told which face somebody wants to be read, at once */
  constructor(
    feed: FacesFeed,
    private readonly onChosen: (track: TrackId) => void = () => undefined,
  ) {
    if (feed.type === 'port') {
      const { port } = feed
      port.onmessage = ({ data }: MessageEvent<FacesMessage>) => this.take(data)
      port.onmessageerror = () => this.take({ type: 'end' })
      this.stop = () => port.close()
    } else {
      const iterator = feed.messages[Symbol.asyncIterator]()
      this.stop = () => void iterator.return?.()
      void this.pump(iterator)
    }
  }

  /** The face that somebody has chosen, where somebody has. */
  get chosen(): TrackId | undefined {
    return this.named
  }

  /** No more moments come. */
  get isEnded(): boolean {
    return this.ended
  }

  /** Whether any face was ever seen. */
  get hasFaces(): boolean {
    return this.samples.size > 0
  }

  /**
   * Resolves when everything up to a time is known, or nothing more will be. Rejects with the reason of an abort. What
   * `at` says of a time no longer changes once `bridgedS` beyond it is known.
   */
  async until(timeS: number, signal: AbortSignal): Promise<void> {
    const isDue = () => this.ended || this.newestS >= timeS || signal.aborted
    while (!isDue()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    signal.throwIfAborted()
  }

  /**
   * A face at a time: in between what was measured before and after it, where no moment in between was without it or
   * only for a short while; or as it was measured close by.
   */
  at(track: TrackId, timeS: number): SeenFace | undefined {
    const samples = this.samples.get(track) ?? []
    const next = firstFrom(samples, timeS)
    const [before, after] = [samples[next - 1], samples[next]]
    if (before && after && this.isBridged(before.measured, after.measured)) return between(before, after, timeS)
    const isNewest = before !== undefined && before.measured.timeS >= this.newestS
    if (isNewest && timeS - before.measured.timeS <= unknownS) return before
    const near = [before, after].filter((each) => each !== undefined && Math.abs(each.measured.timeS - timeS) <= nearS)
    const [nearest] = near.sort((a, b) => distance(a, timeS) - distance(b, timeS))
    return nearest
  }

  /** All faces that are there at a time, in the order of their numbers. */
  presentAt(timeS: number): PresentFace[] {
    return [...this.samples.keys()].sort(byNumber).flatMap((track) => {
      const seen = this.at(track, timeS)
      return seen ? [{ track, seen }] : []
    })
  }

  /** What was measured of a face from one time to another, both included, oldest first. */
  measuredIn(track: TrackId, fromS: number, toS: number): SeenFace[] {
    const samples = this.samples.get(track) ?? []
    const end = samples.findIndex(({ measured }) => measured.timeS > toS)
    return samples.slice(firstFrom(samples, fromS), end < 0 ? undefined : end)
  }

  /** Forgets what was measured before a time; of a face that was not seen since, all. */
  forget(beforeS: number): void {
    for (const [track, samples] of this.samples) {
      const kept = samples.slice(firstFrom(samples, beforeS))
      if (kept.length === 0) this.samples.delete(track)
      else if (kept.length < samples.length) this.samples.set(track, kept)
    }
    this.momentsS = this.momentsS.filter((timeS) => timeS >= beforeS)
  }

  close(): void {
    this.end()
    this.stop()
    this.samples.clear()
  }

  private async pump(messages: AsyncIterator<FacesMessage>): Promise<void> {
    try {
      for (let next = await messages.next(); !next.done && !this.ended; next = await messages.next()) {
        this.take(next.value)
      }
    } catch {
      // Whoever follows faces reports its own failure; a reading goes on without them.
    }
    this.end()
  }

  private take(message: FacesMessage): void {
    if (this.ended) return
    if (message.type === 'end') this.end()
    else if (message.type === 'chosen') {
      this.named = message.track
      this.onChosen(message.track)
    } else this.add(message.moment)
  }

  private add({ timeS, width, faces }: FacesMoment): void {
    for (const { track, measured } of faces) {
      const samples = this.samples.get(track) ?? []
      const last = samples.at(-1)
      // A time that does not grow tells nothing new: a picture that is shown again.
      if (last && last.measured.timeS >= measured.timeS) continue
      samples.push({ measured, pictureWidth: width })
      this.samples.set(track, samples)
    }
    if (timeS > this.newestS) this.momentsS.push(timeS)
    this.newestS = Math.max(this.newestS, timeS)
    this.wake()
  }

  /** Whether a face that was measured at two times, one after the other, was there in between. */
  private isBridged(before: MeasuredFace, after: MeasuredFace): boolean {
    if (after.timeS - before.timeS <= bridgedS) return true
    return !this.momentsS.some((timeS) => timeS > before.timeS && timeS < after.timeS)
  }

  private end(): void {
    this.ended = true
    this.wake()
  }

  private wake(): void {
    for (const each of [...this.waiting]) each()
  }
}

/** Order of tracks by their numbers. */
export function byNumber(a: TrackId, b: TrackId): number {
  return numberOf(a) - numberOf(b)
}

function numberOf(track: TrackId): number {
  return Number(track.split('-')[1] ?? -1)
}

/** The place of the first sample of at least this time. */
function firstFrom(samples: readonly SeenFace[], timeS: number): number {
  let [low, high] = [0, samples.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (samples[middle].measured.timeS < timeS) low = middle + 1
    else high = middle
  }
  return low
}

function distance({ measured }: SeenFace, timeS: number): number {
  return Math.abs(measured.timeS - timeS)
}

function between(before: SeenFace, after: SeenFace, timeS: number): SeenFace {
  const [a, b] = [before.measured, after.measured]
  const share = (timeS - a.timeS) / (b.timeS - a.timeS)
  const mix = (from: number, to: number) => from + (to - from) * share
  const nearest = share < 0.5 ? a : b
  const units = Object.fromEntries(measuredUnits.map((unit) => [unit, mix(a.units[unit], b.units[unit])]))
  return {
    pictureWidth: before.pictureWidth,
    measured: {
      ...nearest,
      timeS,
      box: {
        x: mix(a.box.x, b.box.x),
        y: mix(a.box.y, b.box.y),
        width: mix(a.box.width, b.box.width),
        height: mix(a.box.height, b.box.height),
      },
      units: units as Record<MeasuredUnit, number>,
      head: {
        yaw: mix(a.head.yaw, b.head.yaw),
        pitch: mix(a.head.pitch, b.head.pitch),
        roll: mix(a.head.roll, b.head.roll),
      },
      gaze: { x: mix(a.gaze.x, b.gaze.x), y: mix(a.gaze.y, b.gaze.y) },
      closedLeft: mix(a.closedLeft, b.closedLeft),
      closedRight: mix(a.closedRight, b.closedRight),
      mouthOpen: mix(a.mouthOpen, b.mouthOpen),
      quality: { ...nearest.quality, heightPx: mix(a.quality.heightPx, b.quality.heightPx) },
    },
  }
}
