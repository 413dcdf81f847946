/** Runs in a Node with `--liftoff-only`: the reference cases of a packed folder, held against the processor's numbers. */
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BundleDirectory } from '../cli/bundle-directory.ts'
import { prepareCase } from '../cli/parity/case-recipe.ts'
import { compareTokens, nearTie, tokensAgree } from '../cli/parity/compare.ts'
import { compareAnswers, isAligned, isWithin, quantizedTolerance } from '../cli/parity/judge.ts'
import { readReferenceCase } from '../cli/parity/reference-case.ts'
import { replay } from '../cli/parity/replay.ts'
import type { Comparison, TokenMatch } from '../cli/parity/report.ts'
import { decodeResult } from '../cli/parity/wire.ts'
import { toWire, type WireError } from '../src/base/errors.ts'
import type { Compute } from '../src/engine/backends/tensors.ts'
import { openBundle } from '../src/engine/bundle.ts'
import type { CheckReport } from '../src/engine/checks/check-verdict.ts'
import { type CheckedDawn, openCheckedDawn } from './dawn-device.ts'
import type { PackedCase } from './packed-cases.ts'

export interface CaseJob {
  /** Made by `packCases`. */
  readonly cases: string
  /** Holds `models/check-q4` and `models/check-q4f16`. */
  readonly publicFolder: string
  /** File for what comes out. */
  readonly outcome: string
}

export interface CaseFigures {
  readonly title: string
  readonly dtype: string
  readonly ok: boolean
  readonly comparison: Comparison
  /** Answers of the live window equal, token for token, to their recomputation from scratch, and all of them. */
  readonly live?: { readonly equal: number; readonly of: number }
}

export interface DeviceFigures {
  readonly adapter: string
  readonly features: readonly string[]
  readonly compute: Compute
  readonly recordsSteps: boolean
  readonly report: CheckReport
}

export interface CasesOutcome {
  readonly devices: readonly DeviceFigures[]
  readonly cases: readonly (
    | CaseFigures
    | { readonly title: string; readonly dtype: string; readonly error: WireError }
  )[]
  readonly error?: WireError
}

const job: CaseJob = JSON.parse(await readFile(process.argv[2], 'utf8'))
await runCases(job)
// The device's threads would keep the process alive.
process.exit(0)

/** Writes what it has found after every case, so that a run that is cut off is not lost. */
async function runCases({ cases: folder, publicFolder, outcome }: CaseJob): Promise<void> {
  const found: CasesOutcome['cases'][number][] = []
  const devices = new Map<Compute, CheckedDawn>()
  const figuresOf = ([compute, { adapter, features, runtime, report }]: [Compute, CheckedDawn]): DeviceFigures => {
    return { adapter, features, compute, recordsSteps: runtime.graphCapture ?? false, report }
  }
  const keep = (error?: unknown) => {
    const told: CasesOutcome = {
      devices: [...devices].map(figuresOf),
      cases: found,
      ...(error === undefined ? {} : { error: toWire(error) }),
    }
    return writeFile(outcome, JSON.stringify(told))
  }
  try {
    for (const compute of ['f32', 'f16'] as const) devices.set(compute, await openCheckedDawn(compute, publicFolder))
    await keep()
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name)
      if (!existsSync(join(path, 'case.json'))) continue
      const packed: PackedCase = JSON.parse(await readFile(join(path, 'case.json'), 'utf8'))
      const { title, dtype } = packed
      const one = await runCase(folder, packed, devices).catch((error) => ({ title, dtype, error: toWire(error) }))
      found.push(one)
      console.error(`${title}, ${dtype}: ${'error' in one ? one.error.message : one.ok ? 'within tolerance' : 'WRONG'}`)
      await keep()
    }
  } catch (error) {
    await keep(error)
  }
}

async function runCase(
  folder: string,
  { title, dtype, bundle: bundleName, reference, live: asked, expected }: PackedCase,
  devices: ReadonlyMap<Compute, CheckedDawn>,
): Promise<CaseFigures> {
  if (expected.kind === 'error') throw new Error(expected.error.message)
  const bundle = await openBundle(new BundleDirectory(join(folder, bundleName)))
  const device = devices.get(bundle.manifest.graphs.decoder.compute)
  if (!device) throw new Error('no device')
  const recipe = await prepareCase(join(folder, bundleName), await readReferenceCase(join(folder, reference)))
  const request = asked ? { ...recipe.request, live: asked } : recipe.request
  const runtime = { ...device.runtime, forbidCpuFallback: true }
  const result = await replay(runtime, bundle, recipe.pixelValues, request)
  const exact = decodeResult(expected)
  const comparison = compareAnswers(recipe.prompts, result, exact.features, exact.answers)
  const isHalf = bundle.manifest.graphs.decoder.compute === 'f16'
  const close = isHalf ? isAligned(comparison) : isWithin(comparison, quantizedTolerance.dawn)
  // Appending and recomputing round differently in float16: a step is decided only beyond the error of its logits.
  const error = Math.max(...comparison.firstLogits.map(({ maxAbs }) => maxAbs))
  const tie = isHalf ? Math.max(nearTie, 2 * error) : nearTie
  const matches = result.live?.map((each): TokenMatch => compareTokens(each.live, each.recomputed, each.margins, tie))
  const live = matches && {
    equal: matches.filter(({ matched, of }) => matched === of).length,
    of: matches.length,
  }
  return { title, dtype, comparison, ok: close && (matches ?? []).every(tokensAgree), ...(live ? { live } : {}) }
}
