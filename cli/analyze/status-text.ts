import { formatBytes, formatLeft, formatTime } from '../../src/app/format.ts'
import { serverWaitText } from '../../src/app/server-wait.ts'
import type { LoadProgress } from '../../src/readers/worker/protocol.ts'
import type { ReadingEvent } from '../../src/reading/events.ts'

/** What a load is doing, on one line. */
export function loadStatus(progress: LoadProgress): string {
  switch (progress.type) {
    case 'manifest':
      return 'Loading the bundle'
    case 'waiting':
      return 'Waiting for another load of the same bundle'
    case 'server-wait':
      return progress.wait ? serverWaitText(progress.wait) : 'Loading the bundle'
    case 'downloading': {
      const { doneBytes, totalBytes, bytesPerS, leftS } = progress
      const rate = bytesPerS === undefined ? [] : [`${formatBytes(bytesPerS)}/s`]
      const left = leftS === undefined ? [] : [formatLeft(leftS)]
      return [`Loading the bundle: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`, ...rate, ...left].join(
        ', ',
      )
    }
    case 'checking':
      return 'Checking the numbers on this device'
    case 'starting':
      return `Starting the ${progress.graph} graph`
  }
}

/** What a reading is doing, on one line; undefined for events that change nothing of it. */
export function readingStatus(event: ReadingEvent): string | undefined {
  switch (event.type) {
    case 'opened':
      return event.windows === undefined ? undefined : `Reading ${count(event.windows, 'window')}`
    case 'pair':
      return `Window ${event.window + 1}: ${event.pairsInWindow * 2} of up to ${event.pairsPerWindow * 2} frames seen`
    case 'stage':
      return `Answering: ${event.id}`
    case 'progress': {
      const left = event.leftS === undefined ? '' : `, ${formatLeft(event.leftS)}`
      return `${event.doneWindows} of ${count(event.windows, 'window')} read${left}`
    }
    default:
      return undefined
  }
}

/** How far the faces of a file are measured, on one line. */
export function measuringStatus(doneS: number, totalS: number): string {
  return `Measuring faces: ${formatTime(doneS)} of ${formatTime(totalS)}`
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
