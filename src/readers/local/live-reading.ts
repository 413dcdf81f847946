import { type LivePair, LiveSource } from '../../capture/live-source.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest, ReadingSource } from '../../reading/request.ts'
import type { PairReader, ReadingControl } from './pair-reader.ts'

/**
 * Reads a camera or a screen: always the newest pair, passing over what came while it was busy. Where closed questions
 * are asked, pairs also join the window between the tokens of an answer, and the next answer is about them.
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
  /** In the window, and no answer is about it yet. */
  let unread: LivePair | undefined
  /** Came during an answer, and begins another window. */
  let turned: LivePair | undefined
  const add = async (pair: LivePair) => {
    const [{ width, height }] = pair.frames
    if (size !== `${width}x${height}`) emit({ type: 'opened', width, height })
    size = `${width}x${height}`
    await reader.add(pair.frames)
    unread = pair
  }
  const addNow = async (): Promise<boolean> => {
    const pair = turned || signal.aborted ? undefined : live.pairNow()
    if (!pair) return false
    if (pair.sizeChanged) {
      turned = pair
      return false
    }
    // A stop lets the answer end by itself.
    await add(pair).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    return true
  }
  try {
    for (;;) {
      await gate()
      if (!unread) {
        const pair = turned ?? (await live.nextPair(signal))
        turned = undefined
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
    }
  } finally {
    live.close()
  }
}
