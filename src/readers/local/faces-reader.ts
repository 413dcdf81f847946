import type { TrackId } from '../../affect/track.ts'
import type { View } from '../../affect/view.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { FacesRequest } from '../../reading/faces-request.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { isAskedIn } from '../../reading/view-rules.ts'
import { askedStages } from './asked-stages.ts'
import { CropSquare, cropped, pastS, withoutPicture } from './face-crop.ts'
import { bridgedS, byNumber, FaceTimeline, type PresentFace, type SeenFace } from './face-timeline.ts'
import { nobodyFound, nothingAsked } from './faces-notices.ts'
import { MeasuredSpans } from './measured-spans.ts'
import {
  type MakePairReader,
  type PairReader,
  type ReadingControl,
  type ShownTrack,
  shownPicture,
} from './pair-reader.ts'
import { ReadFaces } from './read-faces.ts'
import { type SeenPair, TrackWindow } from './track-window.ts'
import { type MakeCanvas, TwinPainter } from './twin-painter.ts'

/** Windows of faces that were last seen so long ago are freed, s. */
const goneS = 10

export interface FacesReaderOptions {
  readonly request: ReadingRequest
  readonly faces: FacesRequest
  readonly makeReader: MakePairReader
  readonly emit: (event: ReadingEvent) => void
  readonly control: ReadingControl
  /** Default: OffscreenCanvas. */
  readonly makeCanvas?: MakeCanvas | undefined
}

/** Opens a reader of followed faces. */
export async function openFacesReader(options: FacesReaderOptions): Promise<FacesReader> {
  const { faces, makeCanvas } = options
  return new FacesReader(options, faces.view === 'twin' ? await TwinPainter.open(makeCanvas) : undefined)
}

/**
 * Reads the faces that somebody follows in a source, each in a window of its own: every pair of frames is cropped, or
 * drawn anew, for each face in it. For whoever gives it frames it is a reader of one window.
 *
 * Where there is no face, the *face* view shows the whole picture of a file, as if nobody were followed, and of a live
 * source only once no faces can be followed at all; the *twin* has nothing to move as, and nothing is read.
 */
export class FacesReader implements PairReader {
  readonly pairsPerWindow: number
  readonly leastFrames: number
  readonly hasProbes: boolean
  readonly squareSide: number
  private readonly timeline: FaceTimeline
  private readonly spans: MeasuredSpans
  private readonly who: ReadFaces
  private readonly windows = new Map<TrackId, TrackWindow>()
  private readonly squares = new Map<TrackId, CropSquare>()
  private readonly lastSeenS = new Map<TrackId, number>()
  private readonly picture: TrackWindow
  private readonly request: ReadingRequest
  private readonly isLive: boolean
  private readonly hopPairs: number
  /** Pairs that a window of the whole picture would hold, and those of them that no update was about. */
  private sourcePairs = 0
  private newPairs = 0
  private turns = 0
  private updating: TrackWindow | undefined
  private nobodySinceS: number | undefined
  private hasTold = false

  constructor(
    private readonly options: FacesReaderOptions,
    private readonly twin: TwinPainter | undefined,
  ) {
    const { request, faces } = options
    const { windowFrames, hopFrames, framesPerSecond } = request.settings
    this.request = { ...request, stages: twin ? this.askedOfTwin(twin) : request.stages }
    this.isLive = request.source.type === 'live'
    this.timeline = new FaceTimeline(faces.feed, (track) => this.switchTo(track))
    this.spans = new MeasuredSpans(this.timeline, windowFrames / framesPerSecond)
    this.who = new ReadFaces(faces.who, this.isLive)
    this.hopPairs = Math.max(1, Math.min(hopFrames, windowFrames) / 2)
    this.picture = this.makeWindow(shownPicture)
    const { pairsPerWindow, leastFrames, hasProbes, squareSide } = this.picture.reader
    this.pairsPerWindow = pairsPerWindow
    // A drawing has as many moments as one likes: even a short clip fills a window, and its phases are told apart.
    this.leastFrames = twin ? 2 * pairsPerWindow : leastFrames
    this.hasProbes = hasProbes
    this.squareSide = squareSide
  }

  get pairs(): number {
    return this.sourcePairs
  }

  get isAskable(): boolean {
    return this.isLive ? this.next() !== undefined : true
  }

  get isDue(): boolean {
    return this.isLive && this.next() !== undefined
  }

  get kept(): ReadonlyMap<number, readonly TimedFrame[]> | undefined {
    return (this.updating ?? this.picture).reader.kept
  }

  async add(pair: readonly TimedFrame[], newPairs = this.hopPairs): Promise<void> {
    const { control } = this.options
    const clocks = pair.map((frame) => clockOf(frame))
    // What is read of a file must not depend on how far ahead whoever follows faces happens to be.
    if (!this.isLive) await this.timeline.until(Math.max(...clocks) + bridgedS, control.signal)
    this.spans.note(pair, clocks)
    const isFull = this.sourcePairs >= this.pairsPerWindow
    this.sourcePairs = (isFull ? Math.max(0, this.pairsPerWindow - newPairs) : this.sourcePairs) + 1
    // So many pairs still join before the next update: a window that fills up only now moves on by no more than these.
    const left = this.isLive ? undefined : Math.max(1, newPairs - this.newPairs)
    this.newPairs++
    await this.addFaces(pair, clocks, left)
    this.timeline.forget(clocks[0] - this.spans.lengthS - pastS)
  }

  async beginAnew(): Promise<void> {
    this.sourcePairs = 0
    this.newPairs = 0
    for (const window of this.all()) await window.end()
  }

  /** Of files: asks about every window in which there is something new. Live: about the one that has waited longest. */
  async update(meanwhile?: () => Promise<boolean>): Promise<void> {
    this.newPairs = 0
    if (this.isLive) {
      const next = this.next()
      if (next) await this.ask(next, meanwhile)
      return
    }
    for (const window of this.all()) {
      if (window.unasked === 0) continue
      this.options.control.signal.throwIfAborted()
      await this.ask(window)
    }
  }

  async dispose(): Promise<void> {
    this.timeline.close()
    for (const window of this.all()) await window.dispose()
  }

  private get view(): View {
    return this.options.faces.view
  }

  private async addFaces(pair: readonly TimedFrame[], clocks: readonly number[], left?: number): Promise<void> {
    const present = clocks.map((clockS) => this.timeline.presentAt(clockS))
    const faces = [...new Map(present.flat().map((face) => [face.track, face])).values()]
    for (const { track, seen } of faces) this.lastSeenS.set(track, seen.measured.timeS)
    const read = this.who.choose(faces, this.timeline.chosen)
    this.spans.pictureIs(this.who.mainOf(faces, this.timeline.chosen))
    if (this.view === 'picture') return this.picture.take(seenPair(pair), true, left)
    this.tellNobody(faces.length > 0, pair[0].timeS)
    const isPictureRead = faces.length === 0 && this.readsPicture
    await this.picture.take(isPictureRead ? seenPair(pair) : [undefined, undefined], isPictureRead, left)
    const tracks = new Set([...this.windows.keys(), ...faces.map(({ track }) => track)])
    for (const track of [...tracks].sort(byNumber)) {
      const frames = pair.map((frame, index) => this.shown(track, frame, find(present[index], track)))
      await this.windowOf(track).take([frames[0], frames[1]], read.includes(track), left)
      await this.freeGone(track, clocks[0])
    }
  }

  /** Whether the whole picture stands in where nobody is found. */
  private get readsPicture(): boolean {
    if (this.view !== 'face') return false
    return !this.isLive || (this.timeline.isEnded && !this.timeline.hasFaces)
  }

  /** A frame as the model is shown a face in it; undefined where it is not there. */
  private shown(track: TrackId, frame: TimedFrame, seen: SeenFace | undefined): TimedFrame | undefined {
    if (!seen) return undefined
    if (this.twin) return { ...withoutPicture(frame), ...this.twin.paint(seen.measured, this.squareSide) }
    const square = this.squares.get(track) ?? new CropSquare()
    this.squares.set(track, square)
    const clockS = clockOf(frame)
    const past = this.timeline.measuredIn(track, clockS - pastS, clockS)
    return cropped(frame, square.at([...past, seen], clockS, frame), this.squareSide)
  }

  private windowOf(track: TrackId): TrackWindow {
    const window = this.windows.get(track) ?? this.makeWindow({ track, view: this.view })
    this.windows.set(track, window)
    return window
  }

  private makeWindow(shown: ShownTrack): TrackWindow {
    const { makeReader, emit, control } = this.options
    const { isLive, hopPairs: keptPairs, request, spans } = this
    let { stages } = request
    const told = (event: ReadingEvent) => {
      emit(event)
      if (event.type !== 'update') return
      const measured = spans.of(event)
      if (measured) emit(measured)
      stages = askedStages(request.stages, event, measured)
    }
    const make = (own: ReadingControl) => makeReader(told, own, request, shown, () => stages)
    return new TrackWindow({ shown, isLive, keptPairs, control, makeReader: make })
  }

  private async ask(window: TrackWindow, meanwhile?: () => Promise<boolean>): Promise<void> {
    window.turn = this.turns++
    this.updating = window
    await window.update(meanwhile)
  }

  /** Live: the window to ask about, of the faces that are read and here. */
  private next(): TrackWindow | undefined {
    const due = this.all().filter((window) => window.isDue && window.isHere)
    return due.reduce<TrackWindow | undefined>(
      (first, each) => (first && first.turn <= each.turn ? first : each),
      undefined,
    )
  }

  /** Somebody chose another face while one is being read live: that update is not worth waiting for. */
  private switchTo(track: TrackId): void {
    const { updating, options } = this
    if (!this.isLive || options.faces.who !== 'chosen' || this.view === 'picture') return
    if (updating && updating.shown.track !== track && this.windows.get(track)?.isHere) updating.interrupt()
  }

  private all(): TrackWindow[] {
    return [this.picture, ...[...this.windows.values()].sort((a, b) => byNumber(a.shown.track, b.shown.track))]
  }

  private async freeGone(track: TrackId, clockS: number): Promise<void> {
    const seenS = this.lastSeenS.get(track) ?? Number.NEGATIVE_INFINITY
    if (clockS - seenS < goneS || this.windows.get(track)?.isUpdating) return
    await this.windows.get(track)?.dispose()
    this.windows.delete(track)
    this.squares.delete(track)
    this.lastSeenS.delete(track)
  }

  /** Said once, and of files alone: live the page itself shows whether anybody is here. */
  private tellNobody(isSomebody: boolean, timeS: number): void {
    if (isSomebody || this.isLive || this.hasTold) {
      this.nobodySinceS = undefined
      return
    }
    this.nobodySinceS ??= timeS
    const windowS = this.request.settings.hopFrames / this.request.settings.framesPerSecond
    if (timeS - this.nobodySinceS < windowS) return
    this.hasTold = true
    this.options.emit({ type: 'notice', ...nobodyFound(this.nobodySinceS, this.readsPicture) })
  }

  /** The stages, with the answers that are known of a drawing. */
  private askedOfTwin(twin: TwinPainter): ReadingRequest['stages'] {
    const { stages } = this.options.request
    if (stages.every(({ id }) => !isAskedIn('twin', id))) this.options.emit({ type: 'notice', ...nothingAsked })
    return stages.map((stage) =>
      isAskedIn('twin', stage.id) ? stage : { ...stage, answer: twin.attributes(stage.prompt) },
    )
  }
}

/** The time by which a frame is found among the moments. */
export function clockOf({ timeS, stampS }: TimedFrame): number {
  return stampS ?? timeS
}

function seenPair([first, second]: readonly TimedFrame[]): SeenPair {
  return [first, second]
}

function find(present: readonly PresentFace[], track: TrackId): SeenFace | undefined {
  return present.find((each) => each.track === track)?.seen
}
