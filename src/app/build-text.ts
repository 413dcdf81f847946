import type { BuildOffer, BuildStep } from '../build-worker/protocol.ts'
import type { BuildState } from './build-session.ts'
import { formatBytes, formatLeft } from './format.ts'
import { buildWords } from './words/build.ts'

type Building = Extract<BuildState, { state: 'building' }>

/** What a build is doing in words, and the share of it that is done where that is known. */
export function stepText({ step, isPaused }: Pick<Building, 'step' | 'isPaused'>): {
  readonly text: string
  readonly share?: number
} {
  if (!step) return { text: buildWords.headers }
  switch (step.type) {
    case 'building': {
      const { doneBytes, totalBytes, bytesPerS, leftS } = step
      const parts = [buildWords.read(formatBytes(doneBytes), formatBytes(totalBytes))]
      if (isPaused) parts.push(buildWords.paused)
      else {
        if (bytesPerS !== undefined) parts.push(`${formatBytes(bytesPerS)}/s`)
        if (leftS !== undefined) parts.push(formatLeft(leftS))
      }
      return { text: parts.join(' · '), share: totalBytes > 0 ? doneBytes / totalBytes : 0 }
    }
    case 'checking':
      return { text: buildWords.checking }
    case 'storing':
      return { text: buildWords.storing }
  }
}

/** Whether an earlier, unfinished build is resumed, in words. */
export function keptText(kept: Extract<BuildStep, { type: 'kept' | 'restarted' }>): string {
  if (kept.type === 'kept') return buildWords.kept(formatBytes(kept.doneBytes))
  return buildWords[kept.reason]
}

/** Whether the checkpoint itself says under which license it comes. */
export function statesLicense({ license }: Pick<BuildOffer, 'license'>): boolean {
  return license.name !== undefined || license.text !== undefined
}

/** Whether there is room, in words; undefined where the browser does not say. */
export function roomText({ room: { neededBytes, freeBytes } }: Pick<BuildOffer, 'room'>): string | undefined {
  if (freeBytes === undefined) return undefined
  const free = buildWords.free(formatBytes(freeBytes))
  return freeBytes < neededBytes ? buildWords.tooLittle(free, formatBytes(neededBytes)) : free
}

export function hasRoom({ room: { neededBytes, freeBytes } }: Pick<BuildOffer, 'room'>): boolean {
  return freeBytes === undefined || freeBytes >= neededBytes
}
