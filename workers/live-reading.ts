import { LiveSource } from '../src/capture/live-source.ts'
import type { ReadingEvent, ReadingRequest, ReadingSource } from './engine-api.ts'
import type { ReadingControl, WindowReader } from './window-reader.ts'

/** Reads a camera or a screen: always the newest pair, passing over what came while it was busy. */
export async function readLive(
  reader: WindowReader,
  source: Extract<ReadingSource, { type: 'live' }>,
  settings: ReadingRequest['settings'],
  emit: (event: ReadingEvent) => void,
  { signal, gate }: ReadingControl,
): Promise<void> {
  const leastPairs = Math.min(Math.ceil(reader.leastFrames / 2), reader.pairsPerWindow)
  const live = new LiveSource(source.frames, { framesPerSecond: settings.framesPerSecond })
  let size = ''
  try {
    for (;;) {
      await gate()
      const pair = await live.nextPair(signal)
      signal.throwIfAborted()
      if (!pair) return
      const [{ width, height }] = pair.frames
      if (size !== `${width}x${height}`) emit({ type: 'opened', width, height })
      size = `${width}x${height}`
      await reader.add(pair.frames)
      // Nothing is asked about fewer frames than the model has ever seen.
      if (reader.pairs < leastPairs) continue
      await reader.update()
      signal.throwIfAborted()
      emit({ type: 'lag', lagS: (performance.now() - pair.arrivedMs) / 1000, passedOver: live.passedOver })
    }
  } finally {
    live.close()
  }
}
