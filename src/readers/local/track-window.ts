import type { TimedFrame } from '../../capture/painter.ts'
import type { PairReader, ReadingControl, ShownTrack } from './pair-reader.ts'

/** From this many missing frames on, a window ends before the gap; a single missing frame has its partner stand in. */
const framesOfBreak = 2

/** The frames of a pair in which a track is there. */
export type SeenPair = readonly [TimedFrame | undefined, TimedFrame | undefined]

/** Frames that joined a window or wait to. */
type FullPair = readonly [TimedFrame, TimedFrame]

export interface TrackWindowOptions {
  readonly shown: ShownTrack
  /** Live, a window that nobody was asked about when its face went is not asked about any more. */
  readonly isLive: boolean
  /** Pairs that are kept, not encoded, of a face that is not read. */
  readonly keptPairs: number
  readonly control: ReadingControl
  readonly makeReader: (control: ReadingControl) => PairReader
}

/**
 * The window of one track, with a KV cache of its own. It begins where the track appears and ends where it is gone; of a
 * face that is followed but not read the newest pairs wait, so that whoever is read next has a window at once, and
 * nothing that was encoded is encoded again.
 */
export class TrackWindow {
  readonly shown: ShownTrack
  readonly reader: PairReader
  /** Pairs in the window that no update was about. */
  unasked = 0
  /** The number of the update that this window had last, of all windows' updates: whose turn it is. */
  turn = -1
  private waiting: FullPair[] = []
  /** Pairs between the window and those that wait are lost. */
  private hasGap = false
  /** Frames since the track was there. */
  private missed = 0
  /** Ends the update in progress, and nothing else. */
  private interruption: AbortController | undefined

  constructor(private readonly options: TrackWindowOptions) {
    this.shown = options.shown
    const { control } = options
    const signal = () => this.interruption?.signal ?? control.signal
    this.reader = options.makeReader({
      gate: control.gate,
      onPicture: control.onPicture,
      get signal() {
        return signal()
      },
    })
  }

  /** Whether the track was in the newest pair. */
  get isHere(): boolean {
    return this.missed < framesOfBreak
  }

  /** Whether there is something new in the window, and enough to ask about it. */
  get isDue(): boolean {
    return this.unasked > 0 && this.reader.isAskable
  }

  /**
   * Takes the frames of the source's next pair.
   *
   * @param isRead whether they join the window, or wait
   * @param newPairs by which a full window moves on; default: the reader's own
   */
  async take([first, second]: SeenPair, isRead: boolean, newPairs?: number): Promise<void> {
    const shown = first ?? second
    if (!shown) {
      this.missed += 2
      await this.end()
      return
    }
    if (this.missed + (first ? 0 : 1) >= framesOfBreak) await this.end()
    this.missed = second ? 0 : 1
    const pair = [shown, second ?? shown] as const
    if (isRead) await this.join(pair, newPairs)
    else this.wait(pair)
  }

  /** An answer about the window is being given. */
  get isUpdating(): boolean {
    return this.interruption !== undefined
  }

  /**
   * Ends the window; of files what no update was about is asked about first. While an answer about it is being given the
   * window stays, and the next one begins behind the answer.
   */
  async end(): Promise<void> {
    this.waiting = []
    if (this.reader.pairs === 0) return
    if (this.isUpdating) {
      this.unasked = 0
      this.hasGap = true
      return
    }
    if (this.unasked > 0 && !this.options.isLive) await this.update()
    this.unasked = 0
    await this.reader.beginAnew()
  }

  async update(meanwhile?: () => Promise<boolean>): Promise<void> {
    const { control } = this.options
    const interruption = new AbortController()
    const stop = () => interruption.abort(control.signal.reason)
    this.unasked = 0
    if (control.signal.aborted) stop()
    control.signal.addEventListener('abort', stop)
    this.interruption = interruption
    try {
      await this.reader.update(meanwhile)
    } finally {
      control.signal.removeEventListener('abort', stop)
      this.interruption = undefined
    }
  }

  /** Ends the update in progress within a token: somebody else is to be read. */
  interrupt(): void {
    this.interruption?.abort(new DOMException('Another face is read.', 'AbortError'))
  }

  dispose(): Promise<void> {
    this.waiting = []
    return this.reader.dispose()
  }

  private wait(pair: FullPair): void {
    this.unasked = 0
    this.waiting.push(pair)
    if (this.waiting.length <= this.options.keptPairs) return
    this.waiting.shift()
    this.hasGap = true
  }

  private async join(pair: FullPair, newPairs?: number): Promise<void> {
    if (this.hasGap && this.isUpdating) {
      this.wait(pair)
      return
    }
    if (this.hasGap) await this.reader.beginAnew()
    this.hasGap = false
    for (const earlier of this.waiting.splice(0)) await this.add(earlier)
    await this.add(pair, newPairs)
  }

  private async add(pair: FullPair, newPairs?: number): Promise<void> {
    try {
      await this.reader.add(pair, newPairs)
      this.unasked++
    } catch (error) {
      // Of a face whose update is being ended for another's, nothing more is wanted now.
      if (this.options.control.signal.aborted || !this.interruption?.signal.aborted) throw error
      this.hasGap = true
    }
  }
}
