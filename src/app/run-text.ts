import type { PictureState } from '../readers/worker/protocol.ts'
import { formatBytes, formatLeft, formatSeconds } from './format.ts'
import { sourceName } from './model-kind.ts'
import type { LoadState, RunState } from './session/session-state.ts'

/** Each form has its own icon and ring, so that a state is never shown by colour alone. */
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
  if (picture !== 'there' && !isWaiting) return { text: 'No picture', form: 'waiting' }
  switch (run.state) {
    case 'idle':
      return { text: 'Ready', form: 'idle' }
    case 'queued':
      return { text: 'Waiting for the model', form: 'waiting' }
    case 'opening':
      return { text: 'Opening', form: 'waiting' }
    case 'warming':
      return { text: 'Warming up', form: 'warming' }
    case 'running':
      return { text: 'Reading', form: 'running' }
    case 'lagging':
      return { text: `Lagging by ${formatSeconds(run.lagS)}`, form: 'lagging' }
    case 'paused':
      return { text: 'Paused', form: 'paused' }
    case 'stopping':
      return { text: 'Stopping', form: 'waiting' }
    case 'recovering':
      return { text: `Recovering, try ${run.attempt} of ${run.of}`, form: 'recovering' }
    case 'over':
      return { text: overText[run.reason], form: 'over' }
    case 'failed':
      return { text: 'Failed', form: 'failed' }
  }
}

const overText = { ended: 'Done', stopped: 'Stopped', 'source-ended': 'The source ended' } as const

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
      return { name, text: 'reading its manifest' }
    case 'offered':
      return { name, text: `${formatBytes(load.totalBytes)}, waiting for your answer` }
    case 'waiting':
      return { name, text: 'another tab is storing the same model; it will be loaded from there' }
    case 'downloading': {
      const { doneBytes, totalBytes, keptBytes, bytesPerS, leftS } = load
      if (totalBytes <= 0) return { name, text: formatBytes(doneBytes) }
      const parts = [`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`]
      if (bytesPerS !== undefined) parts.push(`${formatBytes(bytesPerS)}/s`)
      if (leftS !== undefined) parts.push(formatLeft(leftS))
      if (keptBytes !== undefined) parts.push(`${formatBytes(keptBytes)} were here already`)
      return { name, text: parts.join(' · '), share: Math.min(1, doneBytes / totalBytes) }
    }
    case 'checking':
      return { name, text: 'checking the numbers on this device' }
    case 'starting':
      return { name, text: `starting the ${load.graph} graph` }
  }
}
