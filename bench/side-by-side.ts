import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { BundleDirectory } from '../cli/bundle-directory.ts'
import { withChromiumPage } from '../cli/chromium-page.ts'
import { QuantizerPool } from '../cli/quantizer-pool.ts'
import { FrameSource, readRecipe } from '../cli/score/score-frames.ts'
import { openBundle } from '../src/engine/bundle.ts'
import type { Dtype } from '../src/manifest/manifest.ts'
import type { BenchJob } from './bench-page.ts'
import { type Alternation, compareSides } from './figures.ts'
import { measureLongTasks } from './long-tasks.ts'
import { type BenchReport, type GpuReport, ratiosOf } from './report.ts'
import { buildLayout, openCheckpoint, planOf, publishedTokenizer, type Size } from './sizes.ts'

export const benchParts = ['sides', 'drafts', 'long-tasks'] as const
export type BenchPart = (typeof benchParts)[number]

export interface BenchOptions {
  /** As it was given, for the report. */
  readonly command: string
  readonly size: Size
  readonly dtype: Dtype
  readonly alternations: number
  /** Of an answer. */
  readonly tokens: number
  readonly parts: readonly BenchPart[]
  /** The bundle that drafts are measured with. */
  readonly bundle: string
  /** Clips that drafts are measured on. */
  readonly clips: number
  /** Folder of the small size's checkpoint, where not the fixtures' own. */
  readonly checkpoint?: string
  /** Updates after which the GPU's bytes are compared with those after 5. */
  readonly gpuUpdates?: number
  readonly isHardware: boolean
  readonly onProgress: (text: string) => void
}

const root = fileURLToPath(new URL('..', import.meta.url))
const work = join(root, '.cache/bench')
/** Not those of the training data, nor those that are scored. */
const clipSeed = 77

/** Runs what was asked for in one browser. Throws EngineError `no-adapter`, `no-browser`. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { size, dtype, tokens, parts, onProgress, gpuUpdates } = options
  const plan = planOf(size, dtype, tokens)
  const folders = await buildBoth(options)
  const { manifest } = await openBundle(new BundleDirectory(folders.bundle))
  const drafted = parts.includes('drafts') ? await drawClips(options) : undefined
  const job: BenchJob = { plan, drafted: drafted?.clips ?? [] }
  const served = {
    files: { 'job.json': JSON.stringify(job), ...(drafted ? { frames: drafted.frames } : {}) },
    folders: { bundle: folders.bundle, stock: folders.stock, drafted: options.bundle },
  }
  const measured = await withChromiumPage(
    'bench/bench-page.html',
    served,
    async (page) => {
      await page.exposeFunction('told', onProgress)
      return {
        chromium: page.context().browser()?.version() ?? 'unknown',
        adapter: await page.evaluate(() => window.bench.adapter()),
        ...(parts.includes('sides') ? { sides: await runSides(page, options) } : {}),
        ...(gpuUpdates === undefined ? {} : { gpu: await holdAfter(page, options, gpuUpdates) }),
        ...(drafted ? { drafted: await runDrafts(page, options, drafted.isTrained) } : {}),
      }
    },
    { args: ['--js-flags=--expose-gc'], adapter: options.isHardware ? 'hardware-first' : 'software', asVisitors: true },
  )
  const { chromium, adapter, ...found } = measured
  if (parts.includes('long-tasks')) onProgress('the page reads the sample clip')
  const longTasks = parts.includes('long-tasks') ? await measureLongTasks(tokens) : undefined
  const [cpu] = cpus()
  return {
    kind: 'bench',
    command: options.command,
    size,
    adapter: adapter.name,
    machine: `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores`,
    versions: { chromium, ...(await packageVersions()), node: process.version },
    plan,
    parameters: manifest.model.parameters,
    ratios: ratiosOf(found),
    ...found,
    ...(longTasks ? { longTasks } : {}),
  }
}

async function buildBoth({ size, dtype, checkpoint, onProgress }: BenchOptions) {
  onProgress(`weights of the ${size} model`)
  const pool = new QuantizerPool()
  const files = await openCheckpoint(size, publishedTokenizer(), checkpoint)
  try {
    const into = join(work, size)
    return {
      bundle: await buildLayout(files, 'bundle', dtype, into, pool),
      stock: await buildLayout(files, 'transformers.js', dtype, into, pool),
    }
  } finally {
    await pool.close()
    await files.close()
  }
}

async function runSides(page: Page, { alternations: count, onProgress }: BenchOptions) {
  onProgress('both sides, once each')
  const { promptTokens } = await page.evaluate(() => window.bench.openSides())
  const alternations: Alternation[] = []
  for (let index = 0; index < count; index++) {
    onProgress(`alternation ${index + 1} of ${count}`)
    const one = await page.evaluate((at) => window.bench.alternate(at), index)
    alternations.push(one)
    const { liveUpdate, plainUpdate, decode, probeOverBarePass } = compareSides([one]).ratios
    const said = [liveUpdate, plainUpdate, decode, probeOverBarePass].map(({ median }) => median.toFixed(2))
    onProgress(
      `live update ${said[0]} times as fast (${said[1]} without drafts), decode ${said[2]} times; a probe ${said[3]} bare passes`,
    )
  }
  await page.evaluate(() => window.bench.closeSides())
  return { ...compareSides(alternations), promptTokens, alternations }
}

/**
 * What the GPU holds depends on how many pairs stand in the window, a few buffers of it; so it is looked at where the window
 * stands as it did after 5 updates: the first time at or after `updates`, and in between.
 */
async function holdAfter(page: Page, options: BenchOptions, updates: number): Promise<GpuReport> {
  const { size, dtype, tokens, onProgress } = options
  onProgress(`${updates} updates`)
  const cycle = planOf(size, dtype, tokens).hopFrames / 2
  const first = 5
  const alike = (count: number) => first + Math.ceil((count - first) / cycle) * cycle
  const counts = [first, ...[updates / 10, updates].map(alike).filter((count) => count > first)]
  const held = await page.evaluate((given) => window.bench.holdAfter(given), counts)
  return { counts, bytes: held.map(({ bytes }) => bytes), buffers: held.map(({ buffers }) => buffers) }
}

async function drawClips({ bundle: folder, clips: count }: BenchOptions) {
  const { config, manifest } = await openBundle(new BundleDirectory(folder))
  const source = new FrameSource(clipSeed, readRecipe(config.preprocessor))
  const drawn = Array.from({ length: count }, (_, index) => source.clip(index).frames)
  return {
    clips: drawn.map((frames) => ({ frames: frames.length, px: frames[0].width })),
    frames: Buffer.concat(drawn.flatMap((frames) => frames.map(({ rgba }) => Buffer.from(rgba)))),
    isTrained: manifest.reads !== undefined,
  }
}

async function runDrafts(page: Page, { bundle, onProgress }: BenchOptions, isTrained: boolean) {
  onProgress('drafts on drawn clips')
  return { ...(await page.evaluate(() => window.bench.readDrafted())), bundle, isTrained }
}

async function packageVersions(): Promise<{ readonly transformersJs: string; readonly onnxruntimeWeb: string }> {
  const version = async (name: string): Promise<string> =>
    JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
  return {
    transformersJs: await version('@huggingface/transformers'),
    onnxruntimeWeb: await version('onnxruntime-web'),
  }
}
