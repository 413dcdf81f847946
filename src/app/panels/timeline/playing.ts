import { isActive } from '../../run-text.ts'
import type { RecordedReading, SessionState } from '../../session/session-state.ts'
import { reviewAt, showReading } from '../../shown.ts'
import { readingsOf } from '../../source-readings.ts'
import type { Page, Review } from '../../view.ts'

/** The playhead of a file stays this far from its end, s: a video that is at its end begins anew when it is played. */
const beforeEndS = 0.02

/**
 * What is on show after a file has played on to a time, s. A place that a person chose moves on with the video; while the
 * file is read and nobody chose one the newest stays on show, and afterwards the playhead decides.
 */
export function reviewWhilePlaying(
  review: Review | undefined,
  { run, recording, opened }: Pick<SessionState, 'run' | 'recording' | 'opened'>,
  timeS: number,
): Review | undefined {
  if (review?.kind === 'reading') return review
  const isByItself = review === undefined || review.isByItself === true
  if (!isByItself) return { ...review, timeS }
  const isOver = !isActive(run) && readingsOf(recording, opened).length > 0
  return isOver ? { kind: 'playhead', timeS, isByItself } : undefined
}

/** Keeps what is said in step with a file that plays. */
export function followPlayer({ session, view }: Page, timeS: number): void {
  const { review } = view.get()
  const next = reviewWhilePlaying(review, session.store.get(), timeS)
  if (next !== review) view.update({ review: next })
}

/** Moves the playhead: a file's video goes there, and what was read of that time is shown. It starts nothing. */
export function seekTo(page: Page, timeS: number): void {
  const { source } = page.session.store.get()
  const { player } = page.view.get()
  if (source?.kind === 'file' && player) {
    const endS = Number.isFinite(player.duration) ? player.duration - beforeEndS : timeS
    player.currentTime = Math.max(0, Math.min(timeS, endS))
  }
  reviewAt(page, timeS)
}

/** Looks at one finished reading; where it is of the file on show, its video goes to where the reading begins. */
export function reviewReading(page: Page, { update, opened, startS }: RecordedReading): void {
  const { source, opened: shownSource } = page.session.store.get()
  const { player } = page.view.get()
  if (source?.kind === 'file' && opened === shownSource && player) {
    player.pause()
    player.currentTime = startS
  }
  showReading(page, update)
}

/** Shows the newest again: what is captured now, or what is being read of a file. */
export function showNewest(page: Page): void {
  showReading(page, undefined)
}
