import { type LivePair, LiveSource } from '../../capture/live-source.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest, ReadingSource } from '../../reading/request.ts'
import type { PairReader, ReadingControl } from './pair-reader.ts'

/**
 * Reads a camera or a screen: always the newest pair of frames, skipping those that arrived while it was busy. With
 * probes, pairs are also added to the window between the tokens of an answer, and the next update is about them.
 */
export async function readLive(
  reader: PairReader,
  source: Extract<ReadingSource, { type: 'live' }>,
  settings: ReadingRequest['settings'],
  emit: (event: ReadingEvent) => void,
  { signal, gate, onPicture }: ReadingControl,
): Promise<void> {
  const live = new LiveSource(source.frames, { framesPerSecond: settings.framesPerSecond, onPicture })
  let size = ''
  /** The newest pair in the window that no update was about. */
  let unread: LivePair | undefined
  /** A pair of another frame size that arrived during an answer: it begins the next window. */
  let resized: LivePair | undefined
  const add = async (pair: LivePair) => {
    const [{ width, height }] = pair.frames
    if (size !== `${width}x${height}`) emit({ type: 'opened', width, height })
    size = `${width}x${height}`
    await reader.add(pair.frames)
    unread = pair
  }
  const addNow = async (): Promise<boolean> => {
    const pair = resized || signal.aborted ? undefined : live.pairNow()
    if (!pair) return false
    if (pair.sizeChanged) {
      resized = pair
      return false
    }
    // After a stop, the answer in progress ends by itself, so the pair that was interrupted is no error.
    await add(pair).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    return true
  }
  try {
    for (;;) {
      await gate()
      if (!unread) {
        const pair = resized ?? (await live.nextPair(signal))
        resized = undefined
        signal.throwIfAborted()
        if (!pair) return
        await add(pair)
      }
      const read = unread
      unread = undefined
      if (!read || !reader.isAskable) continue
      await reader.update(reader.hasProbes ? addNow : undefined)
      signal.throwIfAborted()
      emit({ type: 'lag', lagS: (performance.now() - read.arrivedMs) / 1000, passedOver: live.passedOver })
      // Of several faces that are read in turn, the next one is asked about with the newest pair, or without one.
      if (reader.isDue && !unread && !(await addNow())) unread = read
    }
  } finally {
    live.close()
  }
}
