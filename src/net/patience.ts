import type { BundleError } from '../base/errors.ts'
import { LimitedWaits, type QuietTime, type Sleep } from './quiet-time.ts'

/** How much is borne of a server and a line before a download gives up. */
export interface Patience {
  /** Without a byte, until a request counts as dead. */
  readonly stallMs: number
  /** Before the second try; doubled before each further one. */
  readonly firstWaitMs: number
  /** That a server may ask for; when it asks for more, the download ends and says so. */
  readonly longestWaitMs: number
  /** In a row that bring nothing. */
  readonly tries: number
}

export const defaultPatience: Patience = { stallMs: 20_000, firstWaitMs: 1000, longestWaitMs: 60_000, tries: 5 }

/** What may go better next time. */
export class PassingFailure extends Error {
  /** @param error what it is when it does not pass */
  constructor(
    readonly error: BundleError,
    readonly limits: {
      /** As the server asks. */
      readonly waitMs?: number
      /** How often at most it is tried. */
      readonly tries?: number
      /** The server limits requests: it is waited as long as it asks, however often. */
      readonly isLimit?: boolean
    } = {},
  ) {
    super(error.message)
  }
}

interface Perseverance {
  readonly patience: Patience
  readonly sleep: Sleep
  /** Of the server. */
  readonly quiet: QuietTime
  readonly signal: AbortSignal
  /** Whether the last try has brought something: then tries are counted anew. */
  readonly hasProgressed: () => boolean
}

/** Tries until it goes well. Throws the last passing failure's error when patience ends, and whatever does not pass. */
export async function persevere<T>(attempt: () => Promise<T>, options: Perseverance): Promise<T> {
  const { patience, sleep, quiet, signal, hasProgressed } = options
  const limited = new LimitedWaits()
  for (let failures = 0; ; ) {
    signal.throwIfAborted()
    await quiet.over(signal)
    try {
      return await attempt()
    } catch (failure) {
      signal.throwIfAborted()
      if (!(failure instanceof PassingFailure)) throw failure
      const { waitMs, tries = patience.tries, isLimit = false } = failure.limits
      if (isLimit) {
        const wait = limited.next(waitMs)
        if (!wait) throw failure.error
        await quiet.begin(wait, signal)
        continue
      }
      failures = hasProgressed() ? 1 : failures + 1
      if (failures >= Math.min(tries, patience.tries) || (waitMs ?? 0) > patience.longestWaitMs) throw failure.error
      await sleep(waitMs ?? Math.min(patience.firstWaitMs * 2 ** (failures - 1), patience.longestWaitMs), signal)
    }
  }
}
