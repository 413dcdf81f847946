import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError, fromWire } from '../../src/base/errors.ts'
import type { ReplayJob, ReplayOutcome } from './replay-job.ts'
import { decodeResult, type WireOutcome } from './wire.ts'

/** What the child is told: `job.json`, with the pixels beside it. */
export interface DawnJob extends Omit<ReplayJob, 'pixelValues'> {
  readonly pixels: string
  readonly outcome: string
}

/**
 * Narrow vectors halve what lavapipe's compiler has to do. Its cache does not tell one width from another, so this one
 * is kept apart. Other drivers know neither variable.
 */
export const lavapipe = {
  LP_NATIVE_VECTOR_WIDTH: '128',
  MESA_SHADER_CACHE_DIR: join(tmpdir(), 'videmo-shader-cache'),
}

/** Runs a job on Dawn in a Node of its own, started with the V8 flag that it needs. */
export async function runInDawn({ pixelValues, ...job }: ReplayJob): Promise<ReplayOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'videmo-dawn-'))
  try {
    const pixels = join(folder, 'pixels.f32')
    const outcomePath = join(folder, 'outcome.json')
    const jobPath = join(folder, 'job.json')
    await writeFile(pixels, new Uint8Array(pixelValues.buffer, pixelValues.byteOffset, pixelValues.byteLength))
    const told: DawnJob = { ...job, pixels, outcome: outcomePath }
    await writeFile(jobPath, JSON.stringify(told))
    const child = fileURLToPath(new URL('dawn-child.ts', import.meta.url))
    const output = await run(['--liftoff-only', '--import', 'tsx', child, jobPath])
    const text = await readFile(outcomePath, 'utf8').catch(() => undefined)
    if (text === undefined) {
      throw new EngineError({
        code: 'child-died',
        message: `The WebGPU process ended without a result: ${output.slice(-500)}`,
        action: 'Look at the driver named by VK_ICD_FILENAMES.',
      })
    }
    const outcome: WireOutcome = JSON.parse(text)
    if (outcome.kind === 'error') throw fromWire(outcome.error)
    return { adapter: outcome.adapter, result: decodeResult(outcome) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...lavapipe, ...process.env },
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
