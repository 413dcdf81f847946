import { findPreset, type StageId, stageIds } from '../../src/affect/stages.ts'
import { fromWire } from '../../src/base/errors.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { withChromiumPage } from '../chromium-page.ts'
import { nearTie } from '../parity/compare.ts'
import type { BrowserJob, BrowserOutcome } from './chromium-score.ts'
import { ClipReader, type StageAnswers } from './clip-reader.ts'
import { FrameSource, readRecipe } from './score-frames.ts'

export interface BrowserOptions {
  readonly seed: number
  readonly count: number
  readonly bundle: string
  readonly preset: string
  /** Of an answer, at most. */
  readonly maxTokens: number
  readonly onProgress?: (done: number) => void
}

export interface StageMatch {
  readonly stage: StageId
  readonly matched: number
  readonly of: number
  /** How far the browser's token fell short of the processor's best, in logits, where the two differ. */
  readonly shortfall?: number
}

export interface BrowserReport {
  readonly seed: number
  readonly count: number
  readonly bundle: string
  readonly preset: string
  readonly provider: 'chromium'
  readonly adapter: string
  /** Stages after the first difference are other conversations, and left out. */
  readonly clips: readonly { readonly clip: number; readonly stages: readonly StageMatch[] }[]
  /** Tokens before the first difference, and all of those stages. */
  readonly equal: number
  readonly of: number
  /** The largest one; 0 where all tokens are equal. */
  readonly worstShortfall: number
  /** Equal token for token, but for near ties. */
  readonly agree: boolean
}

/** Reads clips in headless Chromium on WebGPU and on the processor here. Throws EngineError `no-adapter`. */
export async function scoreInChromium(options: BrowserOptions): Promise<BrowserReport> {
  const { seed, count, preset, maxTokens } = options
  const bundle = await openBundle(new BundleDirectory(options.bundle))
  const source = new FrameSource(seed, readRecipe(bundle.config.preprocessor))
  const clips = Array.from({ length: count }, (_, index) => source.clip(index).frames)
  const said = await readThere(options, clips)
  const reader = await ClipReader.open(await nodeCpuRuntime(), bundle, { stages: findPreset(preset).stages, maxTokens })
  const matches: { clip: number; stages: StageMatch[] }[] = []
  try {
    for (const [clip, frames] of clips.entries()) {
      matches.push({ clip, stages: await compare(reader, frames, said.clips[clip]) })
    }
  } finally {
    await reader.close()
  }
  const stages = matches.flatMap((each) => each.stages)
  const shortfalls = stages.map(({ shortfall = 0 }) => shortfall)
  const worstShortfall = Math.max(0, ...shortfalls)
  return {
    seed,
    count,
    bundle: options.bundle,
    preset,
    provider: 'chromium',
    adapter: said.adapter,
    clips: matches,
    equal: stages.reduce((sum, { matched }) => sum + matched, 0),
    of: stages.reduce((sum, { of }) => sum + of, 0),
    worstShortfall,
    agree: shortfalls.every((shortfall) => shortfall < nearTie),
  }
}

async function readThere(
  { bundle, preset, maxTokens, onProgress }: BrowserOptions,
  clips: readonly (readonly SourceFrame[])[],
): Promise<Extract<BrowserOutcome, { type: 'read' }>> {
  const [[{ width }]] = clips
  const job: BrowserJob = { preset, maxTokens, count: clips.length, frames: clips[0].length, px: width }
  const frames = Buffer.concat(clips.flatMap((each) => each.map(({ rgba }) => Buffer.from(rgba))))
  const served = { files: { 'job.json': JSON.stringify(job), frames }, folders: { bundle } }
  const outcome = await withChromiumPage('cli/score/chromium-score.html', served, async (page) => {
    await page.exposeFunction('toldClip', (done: number) => onProgress?.(done))
    return page.evaluate(() => window.readClips())
  })
  if (outcome.type === 'failed') throw fromWire(outcome.error)
  return outcome
}

/** Stage by stage, up to the first difference. */
async function compare(
  reader: ClipReader,
  frames: readonly SourceFrame[],
  theirs: StageAnswers,
): Promise<StageMatch[]> {
  const ours = await reader.read(frames)
  const matches: StageMatch[] = []
  for (const stage of stageIds) {
    const [said, own] = [theirs[stage]?.ids ?? [], ours[stage]?.ids ?? []]
    const of = Math.max(said.length, own.length)
    let matched = 0
    while (matched < of && said[matched] === own[matched]) matched++
    if (matched === of) {
      matches.push({ stage, matched, of })
      continue
    }
    matches.push({ stage, matched, of, shortfall: await reader.shortfall(frames, theirs, stage, matched) })
    break
  }
  return matches
}
