import type { TimedFrame } from '../../capture/painter.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingSource } from '../../reading/request.ts'
import type { PairReader, ReadingControl } from './pair-reader.ts'

/**
 * Reads frames that are at hand, two at a time: a window is asked about whenever it is full, and at the end. A frame
 * that is left alone is its own second, as in training.
 */
export async function readFrames(
  reader: PairReader,
  { frames }: Extract<ReadingSource, { type: 'frames' }>,
  emit: (event: ReadingEvent) => void,
  { signal }: ReadingControl,
): Promise<void> {
  let first: TimedFrame | undefined
  let isOpened = false
  let isAsked = true
  const add = async (pair: readonly [TimedFrame, TimedFrame]) => {
    const [{ width, height }] = pair
    if (!isOpened) emit({ type: 'opened', width, height })
    isOpened = true
    await reader.add(pair)
    signal.throwIfAborted()
    isAsked = false
    if (reader.pairs >= reader.pairsPerWindow) await ask()
  }
  const ask = async () => {
    isAsked = true
    await reader.update()
    signal.throwIfAborted()
  }
  for await (const frame of frames) {
    if (first) await add([first, frame])
    first = first ? undefined : frame
  }
  if (first) await add([first, first])
  if (!isAsked) await ask()
}
