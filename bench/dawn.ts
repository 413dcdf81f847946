import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lavapipe } from '../cli/parity/dawn.ts'
import type { QuantizerPool } from '../cli/quantizer-pool.ts'
import { EngineError, fromWire } from '../src/base/errors.ts'
import type { Dtype } from '../src/manifest/manifest.ts'
import type { DawnFigures, DawnJob, DawnOutcome } from './dawn-measure.ts'
import { buildLayout, openCheckpoint, planOf, type Size } from './sizes.ts'

export interface DawnOptions {
  readonly size: Size
  readonly dtype: Dtype
  readonly tokens: number
  /** From hop to hop. */
  readonly cycles: number
  /** Folder for the weights. */
  readonly work: string
  /** Takes the weights of an earlier run: where the builder does not change. */
  readonly keepsWeights: boolean
  /** Holds `models/check-q4` and `models/check-q4f16`. */
  readonly publicFolder: string
  /** Path of Qwen's tokenizer.json. */
  readonly tokenizer: string
  /** Arguments of a Node that runs `dawn-measure.ts` over the job that comes after them. */
  readonly child: readonly string[]
  readonly openPool: () => QuantizerPool
  readonly onProgress: (text: string) => void
}

/** What `--dawn`, and a packed folder, print. */
export interface DawnReport extends DawnFigures {
  readonly kind: 'dawn'
  readonly size: Size
  readonly node: string
  /** Null where they were there. */
  readonly weightsSeconds: number | null
}

/** Makes the weights here, and measures in a Node of its own, which needs a flag of V8's that building does not want. */
export async function runDawn(options: DawnOptions): Promise<DawnReport> {
  const { size, dtype, tokens, cycles, work, publicFolder, tokenizer, child, keepsWeights, openPool, onProgress } =
    options
  const into = join(work, `${size}-${dtype}`)
  const bundle = join(into, 'bundle')
  await mkdir(into, { recursive: true })
  let weightsSeconds: number | null = null
  if (!keepsWeights || !existsSync(join(bundle, 'manifest.json'))) {
    onProgress(`making the weights of the ${size} model in ${bundle}`)
    const started = performance.now()
    const pool = openPool()
    const files = await openCheckpoint(size, tokenizer)
    try {
      await buildLayout(files, 'bundle', dtype, into, pool)
    } finally {
      await pool.close()
      await files.close()
    }
    weightsSeconds = (performance.now() - started) / 1000
  }
  onProgress('measuring')
  const outcome = join(into, 'outcome.json')
  const job: DawnJob = { plan: planOf(size, dtype, tokens), bundle, cycles, publicFolder, outcome }
  const measured = await runDawnChild<DawnOutcome>(child, job)
  if (measured.type === 'failed') throw fromWire(measured.error)
  return { kind: 'dawn', size, node: process.version, weightsSeconds, ...measured.figures }
}

/**
 * Runs a program over a job in a Node of its own, and reads the outcome that it writes.
 *
 * @param child arguments of that Node, to which the job's path is added
 * Throws EngineError `child-died` where no outcome was written.
 */
export async function runDawnChild<Outcome>(
  child: readonly string[],
  job: { readonly outcome: string },
): Promise<Outcome> {
  const jobPath = `${job.outcome}.job`
  await rm(job.outcome, { force: true })
  await writeFile(jobPath, JSON.stringify(job))
  const output = await runChild([...child, jobPath])
  const text = await readFile(job.outcome, 'utf8').catch(() => undefined)
  if (text === undefined) {
    throw new EngineError({
      code: 'child-died',
      message: `The WebGPU process ended without a result: ${output.slice(-2000)}`,
      action: 'Look at the Vulkan driver; VK_ICD_FILENAMES names one.',
    })
  }
  return JSON.parse(text)
}

function runChild(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...lavapipe, ...process.env },
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      process.stderr.write(chunk)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
