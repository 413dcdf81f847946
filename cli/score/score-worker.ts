import { parentPort } from 'node:worker_threads'
import { findPreset } from '../../src/affect/stages.ts'
import { toWire, type WireError } from '../../src/base/errors.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { largestSquare, videoBudget } from '../../src/qwen25vl/index.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { singleThreaded } from '../single-threaded.ts'
import { ClipReader, type StageAnswers } from './clip-reader.ts'
import type { Fault } from './faults.ts'
import { FrameSource, readRecipe } from './score-frames.ts'

export interface ScoreJob {
  readonly seed: number
  readonly bundle: string
  readonly preset: string
  readonly fault: Fault
  readonly maxTokens: number
  readonly facePx?: number | undefined
}

export interface ReadClip {
  readonly answers: StageAnswers
  /** To the same frames in another order; where the preset asks of motions, and something moves. */
  readonly shuffled?: StageAnswers
}

export type FromWorker =
  | { readonly type: 'read'; readonly index: number; readonly clip: ReadClip }
  | { readonly type: 'failed'; readonly error: WireError }

let started: Promise<{ reader: ClipReader; source: FrameSource }> | undefined

async function start({ seed, bundle: folder, preset, fault, maxTokens, facePx }: ScoreJob) {
  const bundle = await openBundle(new BundleDirectory(folder))
  const runtime = singleThreaded(await nodeCpuRuntime())
  const reader = await ClipReader.open(runtime, bundle, { stages: findPreset(preset).stages, maxTokens, fault })
  const { vision, preprocessor } = bundle.config
  const composed =
    facePx === undefined ? undefined : { facePx, seenPx: largestSquare(videoBudget(vision, preprocessor)) }
  return { reader, source: new FrameSource(seed, readRecipe(preprocessor), composed) }
}

/** The job first, then the numbers of clips. */
parentPort?.on('message', async (message: ScoreJob | number) => {
  try {
    if (typeof message !== 'number') {
      started = start(message)
      await started
      return
    }
    if (started === undefined) throw new Error('There is no job.')
    const { reader, source } = await started
    const { truth, frames } = source.clip(message)
    const answers = await reader.read(frames)
    const isMoving = reader.asksOfMotions && truth.motion !== 'none'
    const shuffled = isMoving ? await reader.read(source.shuffled(message, frames), 'expression') : undefined
    tell({ type: 'read', index: message, clip: { answers, ...(shuffled ? { shuffled } : {}) } })
  } catch (error) {
    tell({ type: 'failed', error: toWire(error) })
  }
})

function tell(message: FromWorker): void {
  parentPort?.postMessage(message)
}
