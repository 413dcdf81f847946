import { emotionWord } from '../../emotion-hue.ts'
import type { Page } from '../../view.ts'
import { type Lane, runAt } from './lanes.ts'
import { axisTime } from './time-scale.ts'
import { words } from './words.ts'

/** Where the playhead stands, s: of a file where its video is; live at what is reviewed, or else at the newest frame. */
export function playheadS({ session, view }: Page): number {
  const { source, frames, recording } = session.store.get()
  const { player, review } = view.get()
  if (source?.kind === 'file' && player) return player.currentTime
  if (review?.kind === 'playhead') return review.timeS
  const reading = review && recording.find(({ update }) => update === review.update)
  return reading?.startS ?? frames.at(-1)?.timeS ?? 0
}

/** `0:12, appears happy` */
export function playheadText(lane: Lane | undefined, timeS: number): string {
  const run = runAt(lane, timeS)
  const what = !run ? words.unread : run.label === undefined ? words.noEmotion : words.appears(emotionWord(run.label))
  return words.at(axisTime(timeS), what)
}

/** Calls back when the playhead may have moved; returns how to stop that. */
export function listenToPlayhead({ session, view }: Page, onMove: () => void): () => void {
  const { player } = view.get()
  const isFile = session.store.get().source?.kind === 'file'
  const stops = [view.subscribe(onMove), session.store.subscribe(onMove)]
  if (isFile && player) stops.push(listenToPlayer(player, onMove))
  return () => {
    for (const stop of stops) stop()
  }
}

/** With every frame that is drawn while the video plays, and at once when it is moved. */
function listenToPlayer(player: HTMLVideoElement, onMove: () => void): () => void {
  let frame: number | undefined
  const go = () => {
    onMove()
    frame = player.paused ? undefined : requestAnimationFrame(go)
  }
  const wake = () => {
    if (frame === undefined) go()
  }
  const kinds = ['play', 'pause', 'seeking', 'seeked', 'timeupdate', 'loadedmetadata'] as const
  for (const kind of kinds) player.addEventListener(kind, wake)
  wake()
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    for (const kind of kinds) player.removeEventListener(kind, wake)
  }
}
