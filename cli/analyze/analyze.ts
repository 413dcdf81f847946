import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CaptureError, EngineError, fromWire, VidemoError } from '../../src/base/errors.ts'
import { notABundle } from '../../src/bundles/bundle-errors.ts'
import { emptyFile } from '../../src/capture/file-errors.ts'
import { withChromiumPage } from '../chromium-page.ts'
import { Interrupted } from '../options.ts'
import type { AnalyzeJob, AnalyzeOutcome, Told } from './analyze-job.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface AnalyzeOptions extends Omit<AnalyzeJob, 'bundle'> {
  /** Address or folder (default: the embedded one). */
  readonly bundle?: string
  readonly signal: AbortSignal
  /** Called as it happens. */
  readonly onTold: (told: Told) => void
}

/**
 * Reads a video file through the app's own worker in headless Chromium.
 *
 * Throws CaptureError for a file that gives no frames, BundleError, and EngineError (`no-adapter` where neither GPU nor
 * processor can run the bundle); the signal's reason.
 */
export async function analyze(path: string, options: AnalyzeOptions): Promise<void> {
  await requireVideo(path)
  const folder = options.bundle === undefined || isAddress(options.bundle) ? undefined : options.bundle
  if (folder !== undefined) requireBundle(folder)
  if (!options.isMeasuredOnly) prepare()
  const first = await attempt(path, folder, options)
  // Chromium mostly falls back to its software adapter by itself; some have to be told.
  const outcome = first.type === 'no-adapter' ? await attempt(path, folder, { ...options, adapter: 'software' }) : first
  if (outcome.type === 'failed') throw fromWire(outcome.error)
}

async function attempt(path: string, folder: string | undefined, options: AnalyzeOptions): Promise<AnalyzeOutcome> {
  const { bundle, signal, onTold, ...asked } = options
  const job: AnalyzeJob = { ...asked, bundle: bundleOf(bundle, folder) }
  onTold({ type: 'status', text: 'Starting Chromium' })
  try {
    return await withChromiumPage(
      'cli/analyze/analyze-page.html',
      { files: {}, folders: {} },
      async (page) => {
        await page.exposeFunction('tell', onTold)
        await page.setInputFiles('#video', path)
        if (folder !== undefined) await page.setInputFiles('#bundle', folder)
        return page.evaluate((job) => window.analyze(job), job)
      },
      { adapter: asked.adapter === 'software' ? 'software' : 'hardware-first', signal },
    )
  } catch (cause) {
    if (cause instanceof VidemoError || cause instanceof Interrupted) throw cause
    throw new EngineError({
      code: 'child-died',
      message: `Chromium has stopped: ${cause instanceof Error ? cause.message : String(cause)}`,
      action: 'Try again; if it happens again, use a smaller bundle or a machine with more memory.',
      cause,
    })
  }
}

function bundleOf(bundle: string | undefined, folder: string | undefined): AnalyzeJob['bundle'] {
  if (bundle === undefined) return { type: 'embedded' }
  return folder === undefined ? { type: 'url', url: bundle } : { type: 'folder' }
}

function isAddress(bundle: string): boolean {
  return /^https?:\/\//i.test(bundle)
}

/** Throws CaptureError. */
async function requireVideo(path: string): Promise<void> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code === 'ENOENT' ? 'There is no file' : 'There is no access to', cause)
  })
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw unreadable(path, stats.isDirectory() ? 'This is a folder:' : 'This is not a file:')
    if (stats.size === 0) throw emptyFile()
  } finally {
    await file.close()
  }
}

function unreadable(path: string, what: string, cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'no-file',
    message: `${what} ${path}.`,
    action: 'Give the path of a video file.',
    subject: path,
    cause,
  })
}

/** Throws BundleError `not-a-bundle`. A folder without a manifest may hold anything, in any number. */
function requireBundle(folder: string): void {
  if (existsSync(join(folder, 'manifest.json'))) return
  const what = existsSync(folder) ? `${folder} has no manifest.json` : `There is no folder ${folder}`
  throw notABundle(what, basename(resolve(folder)), 'Give the folder that “videmo build” made, or an address.')
}

/** Makes the bundles of the self-check where a clean checkout has none. */
function prepare(): void {
  const names = ['check-q4', 'check-q4f16']
  if (names.every((name) => existsSync(join(root, 'public/models', name, 'manifest.json')))) return
  // What it says is no part of the output.
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/prepare.ts'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status === 0) return
  throw new EngineError({
    code: 'not-prepared',
    message: 'The bundles that check the device could not be made.',
    action: 'Run “npx tsx scripts/prepare.ts” and see what it says.',
  })
}
