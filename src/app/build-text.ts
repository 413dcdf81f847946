import type { BuildOffer, BuildStep } from '../build-worker/protocol.ts'
import type { BuildState } from './build-session.ts'
import { formatBytes, formatLeft } from './format.ts'

type Building = Extract<BuildState, { state: 'building' }>

/** What a build is doing in words, and the share of it that is done where that is known. */
export function stepText({ step, isPaused }: Pick<Building, 'step' | 'isPaused'>): {
  readonly text: string
  readonly share?: number
} {
  if (!step) return { text: 'reading the checkpoint’s headers' }
  switch (step.type) {
    case 'building': {
      const { doneBytes, totalBytes, bytesPerS, leftS } = step
      const parts = [`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} read`]
      if (isPaused) parts.push('paused')
      else {
        if (bytesPerS !== undefined) parts.push(`${formatBytes(bytesPerS)}/s`)
        if (leftS !== undefined) parts.push(formatLeft(leftS))
      }
      return { text: parts.join(' · '), share: totalBytes > 0 ? doneBytes / totalBytes : 0 }
    }
    case 'checking':
      return { text: 'computing the numbers that devices are checked by' }
    case 'storing':
      return { text: 'moving it to the stored models' }
  }
}

/** Whether an earlier, unfinished build is resumed, in words. */
export function keptText(kept: Extract<BuildStep, { type: 'kept' | 'restarted' }>): string {
  if (kept.type === 'kept') return `Goes on after ${formatBytes(kept.doneBytes)} that were read before.`
  return kept.reason === 'changed'
    ? 'The checkpoint, or this app, has changed since the build was begun: it starts again.'
    : 'What was kept of the build was damaged on this disk: it starts again.'
}

/** Whether the checkpoint itself says under which licence it comes. */
export function statesLicence({ license }: Pick<BuildOffer, 'license'>): boolean {
  return license.name !== undefined || license.text !== undefined
}

/** Whether there is room, in words; undefined where the browser does not say. */
export function roomText({ room: { neededBytes, freeBytes } }: Pick<BuildOffer, 'room'>): string | undefined {
  if (freeBytes === undefined) return undefined
  const free = `${formatBytes(freeBytes)} are free for this site`
  return freeBytes < neededBytes ? `${free}: too little for ${formatBytes(neededBytes)}` : free
}

export function hasRoom({ room: { neededBytes, freeBytes } }: Pick<BuildOffer, 'room'>): boolean {
  return freeBytes === undefined || freeBytes >= neededBytes
}
