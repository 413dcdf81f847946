import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { parseAnswers } from '../../src/affect/parse-answers.ts'
import { findPreset, type StageId, type StagePreset, stageIds } from '../../src/affect/stages.ts'
import type { AffectiveTree } from '../../src/affect/tree.ts'
import { fromWire } from '../../src/base/errors.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { startThread } from '../thread.ts'
import { asksOfMotions, type StageAnswers } from './clip-reader.ts'
import type { Fault } from './faults.ts'
import type { GivenAnswers } from './given-answers.ts'
import { figuresOf, type ScoredClip, type ScoreFigures } from './metrics.ts'
import { readRecipe, scoredClip } from './score-frames.ts'
import type { FromWorker, ReadClip, ScoreJob } from './score-worker.ts'

export interface ScoreOptions {
  readonly seed: number
  readonly count: number
  /** Folder of a bundle. */
  readonly bundle: string
  readonly preset: string
  readonly fault: Fault
  /** Of an answer, at most. */
  readonly maxTokens: number
  /**
   * Read as the *face* view shows faces that are so high in a frame of 1280 x 720, px, from hairline to chin. Default: as
   * pictures of their own.
   */
  readonly facePx?: number | undefined
  /** Threads, each with a model of its own. */
  readonly jobs: number
  /** Scored instead of the bundle's, which then only says which frames are taken. */
  readonly given?: GivenAnswers
  readonly onProgress?: (done: number) => void
}

export interface ScoreReport extends ScoreFigures {
  readonly seed: number
  readonly count: number
  readonly bundle: string
  readonly preset: string
  readonly fault: Fault
  /** As asked for; null where the pictures themselves were read. */
  readonly facePx: number | null
  /** Share of answers that were cut for their length; null for given ones. */
  readonly cut: number | null
}

/** Reads clips drawn by lot, and holds the readings against what was drawn. Throws BundleError, EngineError. */
export async function score(options: ScoreOptions): Promise<ScoreReport> {
  const { seed, count, bundle: folder, fault, given } = options
  const preset = findPreset(options.preset)
  const { config } = await openBundle(new BundleDirectory(folder))
  const recipe = readRecipe(config.preprocessor)
  const indices = Array.from({ length: count }, (_, index) => index)
  const read = given ? undefined : await readAll(options)
  const texts = given ? indices.map((index) => given(index)) : (read ?? []).map(textsOf)
  const clips = indices.map((index): ScoredClip => {
    const { answers, shuffled } = texts[index]
    return {
      truth: scoredClip(seed, index, recipe).truth,
      tree: treeOf(answers, preset),
      ...(shuffled ? { shuffled: treeOf(shuffled, preset) } : {}),
    }
  })
  return {
    seed,
    count,
    bundle: folder,
    preset: preset.id,
    fault,
    facePx: options.facePx ?? null,
    ...figuresOf(clips, { motions: asksOfMotions(preset.stages) }),
    cut: read ? cutShare(read) : null,
  }
}

type Texts = Partial<Record<StageId, string>>

function treeOf(texts: Texts, { stages }: StagePreset): AffectiveTree {
  return parseAnswers(texts, stages)
}

function textsOf({ answers, shuffled }: ReadClip): { readonly answers: Texts; readonly shuffled?: Texts } {
  return { answers: textOf(answers), ...(shuffled ? { shuffled: textOf(shuffled) } : {}) }
}

function textOf(answers: StageAnswers): Texts {
  return Object.fromEntries(stageIds.flatMap((id) => (answers[id] ? [[id, answers[id].text]] : [])))
}

function cutShare(clips: readonly ReadClip[]): number {
  const all = clips.flatMap(({ answers }) => Object.values(answers))
  return all.filter(({ isCut }) => isCut).length / all.length
}

/** What the bundle answers to each clip, in their order. */
async function readAll({ count, jobs, onProgress, ...options }: ScoreOptions): Promise<ReadClip[]> {
  const clips: ReadClip[] = []
  let next = 0
  let done = 0
  const readSome = async (worker: Worker) => {
    const { seed, bundle, preset, fault, maxTokens, facePx } = options
    const job: ScoreJob = { seed, bundle, preset, fault, maxTokens, facePx }
    worker.postMessage(job)
    while (next < count) {
      worker.postMessage(next++)
      const [message]: FromWorker[] = await once(worker, 'message')
      if (message.type === 'failed') throw fromWire(message.error)
      clips[message.index] = message.clip
      onProgress?.(++done)
    }
  }
  const workers = Array.from({ length: Math.min(jobs, count) }, startWorker)
  try {
    await Promise.all(workers.map(readSome))
    return clips
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function startWorker(): Worker {
  return startThread(new URL('score-worker.ts', import.meta.url))
}
