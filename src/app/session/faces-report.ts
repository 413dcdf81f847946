import type { FaceEvent } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { FollowingProgress } from '../../faces/worker/client.ts'
import type { MeasuredFaces } from '../faces-board.ts'
import type { Store } from '../store.ts'
import type { FacesState, FollowedTrack } from './faces-state.ts'
import type { SessionState } from './session-state.ts'

/** How often the lists and buttons of the page may change, ms. */
const periodMs = 250
const mostEvents = 50

/**
 * What lists and buttons show of the faces of one source: told to the store a few times a second at most, while every
 * moment reaches the board.
 */
export class FacesReport {
  private status: FacesState['status'] = { state: 'loading' }
  private readonly tracks = new Map<TrackId, FollowedTrack>()
  private events: readonly FaceEvent[] = []
  /** Live, of the first moment, on the source's clock; s. */
  private originS: number | undefined
  private toldMs = Number.NEGATIVE_INFINITY
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly store: Store<SessionState>,
    private readonly board: MeasuredFaces,
    /** When it is aborted, another source has begun, and nothing more is told of this one. */
    private readonly signal: AbortSignal,
    /** The clock of a live source began at any time: what happened is told from its first moment on. */
    private readonly isLive: boolean,
  ) {}

  take(event: FollowingProgress): void {
    switch (event.type) {
      case 'ready':
        this.status = { state: 'following' }
        break
      case 'moment': {
        this.originS ??= this.isLive ? event.moment.timeS : 0
        this.board.take(event.moment, event.meshes)
        this.note(event)
        break
      }
      case 'event':
        this.events = [...this.events, this.dated(event.event)].slice(-mostEvents)
        break
      case 'progress':
        this.status = { state: 'measuring', doneS: event.doneS, totalS: event.totalS }
        break
      case 'picture':
        if (event.picture !== 'there') {
          this.board.blank()
          this.leave()
        }
        break
      case 'over': {
        const isMeasured = this.status.state === 'measuring' && event.reason === 'ended'
        this.status = { state: isMeasured ? 'measured' : 'off' }
      }
    }
    this.tellSoon()
  }

  /** Nothing more comes: what was not told yet is told now. */
  end(): void {
    if (this.timer !== undefined) this.tell()
  }

  private note({ moment, neutral }: Extract<FollowingProgress, { type: 'moment' }>): void {
    const here = new Map(moment.faces.map(({ track, measured }) => [track, measured]))
    for (const [track, before] of this.tracks) {
      // Live, somebody who was not seen for as long as measures are kept is forgotten.
      if (this.board.curve(track).length === 0) this.tracks.delete(track)
      else if (before.isHere && !here.has(track)) this.tracks.set(track, { ...before, isHere: false })
    }
    for (const [track, { quality }] of here) {
      this.tracks.set(track, {
        track,
        isHere: true,
        flaws: quality.flaws,
        neutral: neutral.get(track) ?? 'learning',
      })
    }
  }

  private dated(event: FaceEvent): FaceEvent {
    const { originS = 0 } = this
    return { ...event, startS: event.startS - originS, endS: event.endS - originS }
  }

  private leave(): void {
    for (const [track, each] of this.tracks) this.tracks.set(track, { ...each, isHere: false })
  }

  private tellSoon(): void {
    const leftMs = this.toldMs + periodMs - performance.now()
    if (leftMs <= 0) this.tell()
    else this.timer ??= setTimeout(() => this.tell(), leftMs)
  }

  private tell(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.signal.aborted) return
    this.toldMs = performance.now()
    const { faces } = this.store.get()
    const tracks = [...this.tracks.values()].sort((a, b) => numberOf(a) - numberOf(b))
    const chosen = tracks.some(({ track }) => track === faces.chosen) ? faces.chosen : undefined
    this.store.update({ faces: { status: this.status, tracks, chosen, events: this.events } })
  }
}

function numberOf({ track }: FollowedTrack): number {
  return Number(track.slice('face-'.length))
}
