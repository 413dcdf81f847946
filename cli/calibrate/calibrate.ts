import { once } from 'node:events'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { liveProbes, type ProbeKind, probeKinds } from '../../src/affect/probes/probe-set.ts'
import { fromWire } from '../../src/base/errors.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { type Manifest, type ManifestCalibration, parseManifest } from '../../src/manifest/manifest.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { readRecipe, scoredClip } from '../score/score-frames.ts'
import { startThread } from '../thread.ts'
import type { CalibrateJob, FromCalibrator, ProbedClip } from './calibrate-worker.ts'
import {
  type AskedTwice,
  averaged,
  type CalibrationFigures,
  calibrationFigures,
  inGivenOrder,
  type OrderBias,
  orderBias,
} from './calibration-figures.ts'
import { trueOption } from './probe-truth.ts'

export interface CalibrateOptions {
  readonly seed: number
  readonly count: number
  /** Folder of a bundle. */
  readonly bundle: string
  /** Threads, each with a model of its own. */
  readonly jobs: number
  readonly onProgress?: (done: number) => void
}

export interface KindFigures {
  /** Questions times clips. */
  readonly answers: number
  readonly given: CalibrationFigures
  readonly both: CalibrationFigures
  readonly orderBias: OrderBias
}

export interface CalibrationReport {
  readonly seed: number
  readonly count: number
  readonly bundle: string
  readonly kinds: Readonly<Record<ProbeKind, KindFigures>>
  /** Passes of all questions about a window. */
  readonly passes: { readonly given: number; readonly both: number }
  /** Medians over the clips, on one thread of the processor: the emotion's question, and a plain pass of its tokens. */
  readonly probeMs: number
  readonly bareMs: number
}

/**
 * Asks the live probes about clips drawn by lot, in both orders of the options, and holds the probabilities against
 * what was drawn. Throws BundleError, EngineError.
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrationReport> {
  const { seed, count, bundle } = options
  const { config } = await openBundle(new BundleDirectory(bundle))
  const clips = await probeAll(options)
  const truths = clips.map((_, clip) => scoredClip(seed, clip, readRecipe(config.preprocessor)).truth)
  const kinds = probeKinds.map((kind): [ProbeKind, KindFigures] => {
    const asked = liveProbes.flatMap((question, place): AskedTwice[] => {
      if (question.about !== kind) return []
      return clips.map(({ answers }, clip) => {
        const [given, reversed] = answers[place]
        return { orders: [given, reversed], truth: trueOption(question, truths[clip]), clip }
      })
    })
    const figures = {
      answers: asked.length,
      given: calibrationFigures(asked.map(inGivenOrder)),
      both: calibrationFigures(asked.map(averaged)),
      orderBias: orderBias(asked),
    }
    return [kind, figures]
  })
  return {
    seed,
    count,
    bundle,
    kinds: Object.fromEntries(kinds) as Record<ProbeKind, KindFigures>,
    passes: { given: liveProbes.length, both: 2 * liveProbes.length },
    probeMs: median(clips.map(({ probeMs }) => probeMs)),
    bareMs: median(clips.map(({ bareMs }) => bareMs)),
  }
}

/** Puts a report's temperatures into its bundle's manifest. Throws BundleError. */
export async function writeCalibration({ bundle, kinds, seed, count }: CalibrationReport): Promise<void> {
  const path = join(bundle, 'manifest.json')
  const manifest = parseManifest(await readFile(path, 'utf8'))
  const rounded = (value: number) => Number(value.toPrecision(4))
  const temperatures = Object.fromEntries(
    Object.entries(kinds).map(([kind, { given, both }]) => [
      kind,
      { given: rounded(given.temperature), both: rounded(both.temperature) },
    ]),
  )
  const accuracy = Object.fromEntries(
    Object.entries(kinds).map(([kind, { given, both }]) => [
      kind,
      { given: rounded(given.accuracy), both: rounded(both.accuracy) },
    ]),
  )
  const calibration: ManifestCalibration = { temperatures, accuracy, clips: { seed, count } }
  const calibrated: Manifest = { ...manifest, calibration }
  await writeFile(`${path}.new`, `${JSON.stringify(calibrated, null, 1)}\n`)
  await rename(`${path}.new`, path)
}

/** What the bundle gives for each clip, in their order. */
async function probeAll({ count, jobs, onProgress, seed, bundle }: CalibrateOptions): Promise<ProbedClip[]> {
  const clips: ProbedClip[] = []
  let next = 0
  let done = 0
  const probeSome = async (worker: Worker) => {
    const job: CalibrateJob = { seed, bundle }
    worker.postMessage(job)
    while (next < count) {
      worker.postMessage(next++)
      const [message]: FromCalibrator[] = await once(worker, 'message')
      if (message.type === 'failed') throw fromWire(message.error)
      clips[message.index] = message.clip
      onProgress?.(++done)
    }
  }
  const entry = new URL('calibrate-worker.ts', import.meta.url)
  const workers = Array.from({ length: Math.min(jobs, count) }, () => startThread(entry))
  try {
    await Promise.all(workers.map(probeSome))
    return clips
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
