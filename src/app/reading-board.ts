import { type Stage, type StageId, stageIds } from '../affect/stages.ts'
import { type TrackId, wholePicture } from '../affect/track.ts'
import type { DeviceFigures } from '../readers/worker/protocol.ts'
import type { ReadingProgress } from '../reading/events.ts'
import { createFold, type Fold, resumeTimeS, settled } from '../reading/fold.ts'
import { meanFigures } from '../reading/mean-figures.ts'
import { emptyReading, finishedBy, type Phase, type Reading, type TrackReading, trackOf } from '../reading/reading.ts'
import type { ReadingOrigin } from '../reading/recording.ts'
import { lazyJudge } from './lazy-judge.ts'
import { pictureText } from './picture-text.ts'
import type { RunState, SessionState, StripFrame } from './session/session-state.ts'
import { words } from './session/words.ts'
import type { Store } from './store.ts'
import type { TokenFlow } from './token-flow.ts'
import { headlinesOf } from './track-headlines.ts'
import { type Transcript, transcribed } from './transcript.ts'

/** Updates whose ends are timed, for the period between them. */
const timedUpdates = 5

export type Flows = Readonly<Record<StageId, TokenFlow>>

/** What a reading is read with. */
export interface BoardOptions {
  readonly stages: readonly Stage[]
  /** What it is read of, by and with, for the recording; whatever is chosen since. */
  readonly origin: ReadingOrigin
  /** As in `RecordedReading`. */
  readonly opened: number
  readonly hasTranscript: boolean
  /** Where the reading begins, in the source's time. */
  readonly fromS: number
  readonly deviceFigures: () => Promise<DeviceFigures | undefined>
}

/**
 * Shows a reading on the page: folds its events, and hands what has changed to the store. Tokens go past the store, into
 * the flows, which write them to the page once per animation frame.
 */
export class ReadingBoard {
  transcripts: readonly Transcript[] = []
  private readonly fold: Fold
  private reading: Reading = emptyReading
  /** Whose reading is on show, of those who are read. */
  private track: TrackId = wholePicture
  private updatedAtMs: number[] = []
  private isTreeDue = false

  constructor(
    private readonly store: Store<SessionState>,
    private readonly flows: Flows,
    private readonly options: BoardOptions,
  ) {
    this.fold = createFold(options.stages, lazyJudge)
    // Where faces are followed already, the first answer is to be held against measures too.
    if (store.get().faces.status.state !== 'off') lazyJudge()
  }

  /** Where a lost reading goes on, s, in the source's time: behind the windows that are complete. */
  get resumeS(): number {
    const { fromS, origin } = this.options
    return resumeTimeS(this.shown, origin.settings) ?? fromS
  }

  take(event: ReadingProgress): void {
    const before = this.reading
    this.reading = this.fold.take(before, event)
    if (this.options.hasTranscript) this.transcripts = transcribed(this.transcripts, event)
    this.showTrack(this.trackAfter(event))
    this.stream(before, event)
    this.show(before, event)
  }

  /** A person chose another face: its reading is shown at once, where there is one. */
  showChosen(): void {
    const { chosen } = this.store.get().faces
    if (chosen && this.reading.tracks[chosen]) this.showTrack(chosen)
  }

  /** Frees the pictures of all who are read, after the end. */
  closeFrames(): void {
    for (const track of Object.keys(this.reading.tracks) as TrackId[]) {
      for (const { image } of trackOf(this.reading, track).frames) image?.close()
    }
  }

  /** Ends what is still open on the page, after a stop or a failure. */
  settle(): void {
    const before = this.reading
    this.reading = settled(before)
    this.closeDropped(before)
    const { current } = this.shown
    if (current) this.store.update({ current })
  }

  private get shown(): TrackReading {
    return trackOf(this.reading, this.track)
  }

  /**
   * Whose reading to show after an event: that of the chosen face where it is read, and else that of whoever is read now;
   * of several who are read in turn, one for as long as it is there.
   */
  private trackAfter(event: ReadingProgress): TrackId {
    const { faces, settings } = this.store.get()
    const { tracks } = this.reading
    const { chosen } = faces
    if (chosen && tracks[chosen]) return chosen
    if (!('track' in event)) return this.track
    if (!tracks[this.track]) return event.track
    const isHeld =
      settings.faces.who === 'all' && faces.tracks.some(({ track, isHere }) => isHere && track === this.track)
    return event.type === 'update' && !isHeld ? event.track : this.track
  }

  private showTrack(track: TrackId): void {
    if (track === this.track) return
    this.track = track
    this.reading = this.fold.withTrees(this.reading)
    const { current, frames, probes } = this.shown
    for (const id of stageIds) this.flows[id].set(current?.answers[id].text ?? '')
    this.store.update({ shownTrack: track, current, frames: frames.filter(hasPicture), probes, ...this.headlines() })
  }

  private stream(before: Reading, event: ReadingProgress): void {
    if ('track' in event && event.track !== this.track) return
    switch (event.type) {
      case 'token': {
        // The answer before stands until the first word of this one.
        const isFirst = trackOf(before, event.track).current?.answers[event.id].state !== 'streaming'
        if (isFirst) this.flows[event.id].set(event.text)
        else this.flows[event.id].push(event.text)
        break
      }
      case 'reused':
      case 'answer':
        this.flows[event.id].set(event.text)
    }
  }

  private show(before: Reading, event: ReadingProgress): void {
    const { reading, store } = this
    const state = store.get()
    const shownBefore = trackOf(before, this.track)
    const { shown } = this
    this.closeDropped(before)
    store.update({
      ...(reading.source === before.source ? {} : { clip: reading.source, progress: reading.progress }),
      ...(reading.progress === before.progress ? {} : { progress: reading.progress }),
      ...(reading.notices === before.notices ? {} : { fileNotices: reading.notices.map(({ message }) => message) }),
      ...(reading.picture === before.picture ? {} : { picture: reading.picture }),
      ...(shown.frames === shownBefore.frames ? {} : { frames: shown.frames.filter(hasPicture) }),
      ...(shown.pairsPerWindow === undefined ? {} : { pairsPerWindow: shown.pairsPerWindow }),
      ...(shown.probes === shownBefore.probes ? {} : { probes: shown.probes }),
      ...(this.isStreaming(before, event) ? {} : { current: shown.current, ...this.headlines() }),
      ...(reading.phase === before.phase || !mayShow(reading.phase, state) ? {} : { run: runOf(reading.phase) }),
      ...(reading.passedOver === before.passedOver
        ? {}
        : { figures: { ...state.figures, passedOver: reading.passedOver } }),
      ...this.announcement(event),
    })
    for (const finished of finishedBy(before, reading)) {
      const { recording } = store.get()
      const { origin, opened } = this.options
      store.update({ recording: [...recording, { ...finished, ...origin, opened, update: recording.length }] })
      this.measure()
    }
  }

  /** One more token of an answer that streams already: the tree alone may change, and not before the next frame. */
  private isStreaming(before: Reading, event: ReadingProgress): boolean {
    if (event.type !== 'token') return false
    if (event.track !== this.track) return true
    this.refreshTreeSoon()
    return trackOf(before, event.track).current?.answers[event.id].state === 'streaming'
  }

  private refreshTreeSoon(): void {
    if (this.isTreeDue) return
    this.isTreeDue = true
    requestAnimationFrame(() => {
      this.isTreeDue = false
      const { current } = this.store.get()
      if (!current) return
      this.reading = this.fold.withTrees(this.reading)
      const { tree = current.tree, claims } = this.shown.current ?? {}
      // The answers' words reach the page through the flows.
      this.store.update({ current: { ...current, tree, ...(claims ? { claims } : {}) }, ...this.headlines() })
    })
  }

  private headlines(): Partial<Pick<SessionState, 'headlines'>> {
    const { headlines } = this.store.get()
    const told = headlinesOf(headlines, this.reading, this.options.stages)
    return told === headlines ? {} : { headlines: told }
  }

  private announcement(event: ReadingProgress): Pick<SessionState, 'announcement'> | undefined {
    switch (event.type) {
      case 'notice':
        return { announcement: event.message }
      case 'answer': {
        if (event.track !== this.track) return undefined
        const title = this.options.stages.find(({ id }) => id === event.id)?.title
        const isSpoken = this.store.get().settings.spoken === 'answers' && event.finish !== 'stopped'
        return isSpoken ? { announcement: `${title}: ${event.text}` } : undefined
      }
      case 'picture': {
        const { source } = this.store.get()
        const text = source && pictureText(event.picture, source)
        return { announcement: text ? words.sentence(text.title) : words.pictureBack }
      }
      case 'over':
        return { announcement: event.reason === 'stopped' ? words.stopped : words.complete }
      default:
        return undefined
    }
  }

  /** Pictures that are in no window any more hold memory until they are closed. */
  private closeDropped(before: Reading): void {
    for (const track of Object.keys(before.tracks) as (keyof Reading['tracks'])[]) {
      const [old, now] = [trackOf(before, track), trackOf(this.reading, track)]
      if (old.frames === now.frames && old.coming === now.coming) continue
      const kept = new Set([...now.frames, ...now.coming])
      for (const frame of [...old.frames, ...old.coming]) if (!kept.has(frame)) frame.image?.close()
    }
  }

  private measure(): void {
    const { store } = this
    this.updatedAtMs = [...this.updatedAtMs, performance.now()].slice(-timedUpdates)
    const [first] = this.updatedAtMs
    const spans = this.updatedAtMs.length - 1
    const spanMs = (this.updatedAtMs.at(-1) ?? first) - first
    store.update({
      figures: {
        ...store.get().figures,
        ...meanFigures(this.shown),
        ...(spans > 0 ? { updatePeriodS: spanMs / 1000 / spans } : {}),
      },
    })
    void this.options.deviceFigures().then(
      (device) => device && store.update({ figures: { ...store.get().figures, device } }),
      () => undefined,
    )
  }
}

function hasPicture(frame: TrackReading['frames'][number]): frame is StripFrame {
  return frame.image !== undefined && frame.thumbnail !== undefined
}

/** While a reading is being stopped, only its end changes what the page says of it. */
function mayShow({ phase }: Phase, { run }: SessionState): boolean {
  return phase === 'over' || run.state !== 'stopping'
}

function runOf(phase: Phase): RunState {
  const { phase: state, ...rest } = phase
  return { state, ...rest } as RunState
}
