/** The program of a packed folder: everything it needs lies beside it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { QuantizerPool } from '../cli/quantizer-pool.ts'
import { toWire, VidemoError } from '../src/base/errors.ts'
import { runDawn, runDawnChild } from './dawn.ts'
import type { CaseJob, CasesOutcome } from './dawn-cases.ts'
import { parsePackedOptions } from './dawn-options.ts'
import type { PackedReport } from './packed-report.ts'

const here = dirname(fileURLToPath(import.meta.url))
const work = process.env.VIDEMO_BENCH_WORK ?? join(here, '../work')
const say = (text: string) => process.stderr.write(`${text}\n`)
try {
  const { json, parts, dtypes, v8, ...options } = parsePackedOptions(process.argv.slice(2))
  await mkdir(work, { recursive: true })
  let report: PackedReport = { kind: 'packed', speed: [] }
  // A run that is cut off leaves what it has found.
  const keep = async () => {
    if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 1)}\n`)
  }
  if (parts.includes('cases')) {
    const job: CaseJob = { cases: join(here, 'cases'), publicFolder: here, outcome: join(work, 'cases.json') }
    const cases = await runDawnChild<CasesOutcome>(['--liftoff-only', join(here, 'dawn-cases.js')], job)
    report = { ...report, cases }
    await keep()
    if (cases.error?.code === 'no-adapter') process.exitCode = 3
    else if (cases.error || cases.cases.some((each) => 'error' in each || !each.ok)) process.exitCode = 1
  }
  for (const dtype of parts.includes('speed') && process.exitCode !== 3 ? dtypes : []) {
    try {
      report.speed.push(
        await runDawn({
          ...options,
          dtype,
          work,
          publicFolder: here,
          keepsWeights: true,
          tokenizer: join(here, 'tokenizer.json'),
          child: [...(v8 === 'quick' ? ['--liftoff-only'] : []), join(here, 'dawn-measure.js')],
          openPool: () => new QuantizerPool(undefined, () => new Worker(join(here, 'quantizer-worker.js'))),
          onProgress: say,
        }),
      )
    } catch (error) {
      report.speed.push({ dtype, error: toWire(error) })
      process.exitCode = error instanceof VidemoError && error.code === 'no-adapter' ? 3 : 1
    }
    await keep()
  }
  process.stdout.write(`${JSON.stringify(report, null, 1)}\n`)
} catch (error) {
  say(error instanceof VidemoError ? `[${error.code}] ${error.message}\n${error.action}` : String(error))
  process.exitCode = 1
}
