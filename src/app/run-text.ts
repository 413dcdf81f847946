import type { PictureState } from '../readers/worker/protocol.ts'
import { formatBytes, formatLeft, formatSeconds } from './format.ts'
import { sourceName } from './model-kind.ts'
import type { LoadState, RunState } from './session/session-state.ts'
import { loadWords, runWords } from './words/run.ts'

/** Each form has its own icon and ring, so that a state is never shown by color alone. */
export type RunForm =
  | 'idle'
  | 'waiting'
  | 'warming'
  | 'running'
  | 'lagging'
  | 'paused'
  | 'recovering'
  | 'over'
  | 'failed'

/** What a reading is doing, as words and form. */
export function runText(
  run: RunState,
  picture: PictureState = 'there',
): { readonly text: string; readonly form: RunForm } {
  // A reading that is under way waits for the picture, whatever it would do otherwise.
  const isWaiting = ['idle', 'queued', 'paused', 'stopping', 'recovering', 'over', 'failed'].includes(run.state)
  if (picture !== 'there' && !isWaiting) return { text: runWords.noPicture, form: 'waiting' }
  switch (run.state) {
    case 'idle':
      return { text: runWords.idle, form: 'idle' }
    case 'queued':
      return { text: runWords.queued, form: 'waiting' }
    case 'opening':
      return { text: runWords.opening, form: 'waiting' }
    case 'warming':
      return { text: runWords.warming, form: 'warming' }
    case 'running':
      return { text: runWords.running, form: 'running' }
    case 'lagging':
      return { text: runWords.lagging(formatSeconds(run.lagS)), form: 'lagging' }
    case 'paused':
      return { text: runWords.paused, form: 'paused' }
    case 'stopping':
      return { text: runWords.stopping, form: 'waiting' }
    case 'recovering':
      return { text: runWords.recovering(run.attempt, run.of), form: 'recovering' }
    case 'over':
      return { text: runWords.over[run.reason], form: 'over' }
    case 'failed':
      return { text: runWords.failed, form: 'failed' }
  }
}

/** Whether something is under way that can be stopped. */
export function isActive(run: RunState): boolean {
  return !['idle', 'over', 'failed'].includes(run.state)
}

export type BusyLoad = Exclude<LoadState, { readonly state: 'idle' | 'failed' }>

export function isLoading(load: LoadState): load is BusyLoad {
  return load.state !== 'idle' && load.state !== 'failed'
}

/** What a load is doing in words, and the share of it that is done where that is known. */
export function loadText(load: BusyLoad): { readonly name: string; readonly text: string; readonly share?: number } {
  const name = sourceName(load.source)
  switch (load.state) {
    case 'asking':
      return { name, text: loadWords.asking }
    case 'offered':
      return { name, text: loadWords.offered(formatBytes(load.totalBytes)) }
    case 'waiting':
      return { name, text: loadWords.waiting }
    case 'downloading': {
      const { doneBytes, totalBytes, keptBytes, bytesPerS, leftS } = load
      if (totalBytes <= 0) return { name, text: formatBytes(doneBytes) }
      const parts = [loadWords.done(formatBytes(doneBytes), formatBytes(totalBytes))]
      // What was measured before bytes stopped coming is not true any more.
      if (!load.quiet && bytesPerS !== undefined) parts.push(`${formatBytes(bytesPerS)}/s`)
      if (!load.quiet && leftS !== undefined) parts.push(formatLeft(leftS))
      if (keptBytes !== undefined) parts.push(loadWords.kept(formatBytes(keptBytes)))
      return { name, text: parts.join(' · '), share: Math.min(1, doneBytes / totalBytes) }
    }
    case 'checking':
      return { name, text: loadWords.checking }
    case 'starting':
      return { name, text: loadWords.starting(load.graph) }
  }
}
