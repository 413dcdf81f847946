import type { ServerWait } from '../net/quiet-time.ts'
import { formatClock } from './format.ts'
import { serverWaitWords } from './words/run.ts'

/** A wait that a server has asked for, as the page counts it down. */
export interface ShownWait {
  /** When it ends, in ms since the epoch, as `Date.now` counts. */
  readonly untilMs: number
  /** Whether the server has said how long. */
  readonly isTold: boolean
}

export function shownWait(wait: ServerWait | undefined, nowMs = Date.now()): ShownWait | undefined {
  return wait && { untilMs: nowMs + wait.ms, isTold: wait.isTold }
}

/** Sentence saying that a server limits requests and when it is asked again. */
export function serverWaitText({ ms, isTold }: ServerWait): string {
  const clock = formatClock(ms / 1000)
  return isTold ? serverWaitWords.told(clock) : serverWaitWords.untold(clock)
}
