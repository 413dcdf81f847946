import type { Clip } from '../src/capture/clip.ts'
import { openClip } from '../src/capture/open-clip.ts'
import type { TimedFrame } from '../src/capture/painter.ts'
import { planWindows, type SamplingRecipe } from '../src/capture/windows.ts'
import { sampleTimes } from '../src/qwen25vl/index.ts'
import type { ReadingEvent, ReadingRequest, ReadingSource } from './engine-api.ts'
import type { ReadingControl, WindowReader } from './window-reader.ts'

/** Reads a file on its own clock: every window of it, however fast or slow that is. */
export async function readFile(
  reader: WindowReader,
  source: Extract<ReadingSource, { type: 'file' }>,
  settings: ReadingRequest['settings'],
  emit: (event: ReadingEvent) => void,
  { signal }: ReadingControl,
): Promise<void> {
  const clip = await openClip(source.file)
  try {
    const { width, height, durationS, framesPerSecond, codec } = clip.facts
    const fromS = source.fromS ?? 0
    const recipe: SamplingRecipe = (seconds, rate) =>
      sampleTimes(seconds, rate, {
        fps: settings.framesPerSecond,
        minFrames: reader.leastFrames,
        maxFrames: settings.windowFrames,
      })
    const plan = planWindows(clip.facts, { ...settings, fromS }, recipe)
    const { windows } = plan
    emit({ type: 'opened', width, height, clip: { durationS, framesPerSecond, codec }, windows: windows.length })
    const pairs = inPairs(
      plan.type === 'indices' ? clip.frames(plan.indices, signal) : clip.framesAt(plan.timesS, signal),
    )
    const started = performance.now()
    let done = 0
    for (const [index, { endPair }] of windows.entries()) {
      const newPairs = endPair - done
      let endS = fromS
      for (; done < endPair; done++) {
        const { value: pair } = await pairs.next()
        if (!pair) return
        await reader.add(pair, newPairs)
        endS = pair[1].timeS
      }
      await reader.update()
      signal.throwIfAborted()
      const isLast = index === windows.length - 1
      const perWindowS = (performance.now() - started) / 1000 / (index + 1)
      emit({
        type: 'progress',
        doneWindows: index + 1,
        windows: windows.length,
        doneS: isLast ? durationS : endS,
        totalS: durationS,
        leftS: perWindowS * (windows.length - index - 1),
      })
    }
  } finally {
    clip.close()
  }
}

async function* inPairs(
  frames: ReturnType<Clip['frames']>,
): AsyncGenerator<readonly [TimedFrame, TimedFrame], undefined> {
  let first: TimedFrame | undefined
  for await (const frame of frames) {
    if (first) {
      yield [first, frame]
      first = undefined
    } else first = frame
  }
  return undefined
}
