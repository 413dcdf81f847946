import type { Store } from '../store.ts'
import type { SessionState } from './session-state.ts'
import { SpokenNews } from './spoken-news.ts'

/** What a reading brings by itself is spoken at most this often, ms. */
export const newsEveryMs = 10_000
/** So long after a change of state was spoken, nothing takes its place, ms. */
const stateHeldMs = 3_000

export interface SpeechClock {
  readonly nowMs: () => number
  /** Runs something later; returns how to cancel it. */
  readonly after: (ms: number, run: () => void) => () => void
}

const pageClock: SpeechClock = {
  nowMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * What screen readers are told, and when. Changes of state and failures are said at once, by whoever knows of them; what a
 * reading brings (changes of the emotion, faces that come and go) is merged, and said at most once in ten seconds.
 */
export class Speech {
  private readonly news = new SpokenNews()
  private newsAtMs = Number.NEGATIVE_INFINITY
  private stateAtMs = Number.NEGATIVE_INFINITY
  private announcement = ''
  private cancel: (() => void) | undefined

  constructor(
    private readonly say: (text: string) => void,
    private readonly clock: SpeechClock = pageClock,
  ) {}

  follow(store: Pick<Store<SessionState>, 'get' | 'subscribe'>): void {
    store.subscribe(() => this.take(store))
    this.take(store)
  }

  private take(store: Pick<Store<SessionState>, 'get'>): void {
    const state = store.get()
    if (state.announcement !== this.announcement) {
      this.announcement = state.announcement
      if (state.announcement !== '') this.stateAtMs = this.clock.nowMs()
    }
    if (!this.news.take(state)) {
      this.cancel?.()
      this.cancel = undefined
      return
    }
    const waitMs = Math.max(this.newsAtMs + newsEveryMs, this.stateAtMs + stateHeldMs) - this.clock.nowMs()
    if (waitMs > 0) {
      this.cancel ??= this.clock.after(waitMs, () => {
        this.cancel = undefined
        this.take(store)
      })
      return
    }
    this.cancel?.()
    this.cancel = undefined
    this.newsAtMs = this.clock.nowMs()
    // Noted first, so that it is not taken for a change of state.
    this.announcement = this.news.tell()
    this.say(this.announcement)
  }
}
