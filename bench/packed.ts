/** The program of a packed folder: everything it needs lies beside it. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { QuantizerPool } from '../cli/quantizer-pool.ts'
import { VidemoError } from '../src/errors.ts'
import { runDawn } from './dawn.ts'
import { parseDawnOptions } from './dawn-options.ts'

const here = dirname(fileURLToPath(import.meta.url))
try {
  const { json, ...options } = parseDawnOptions(process.argv.slice(2))
  const report = await runDawn({
    ...options,
    work: process.env.VIDEMO_BENCH_WORK ?? join(here, '../work'),
    keepsWeights: true,
    tokenizer: join(here, 'tokenizer.json'),
    child: ['--liftoff-only', join(here, 'dawn-measure.js')],
    openPool: () => new QuantizerPool(undefined, () => new Worker(join(here, 'quantizer-worker.js'))),
    onProgress: (text) => process.stderr.write(`${text}\n`),
  })
  const text = `${JSON.stringify(report, null, 1)}\n`
  if (json !== undefined) await writeFile(json, text)
  process.stdout.write(text)
} catch (error) {
  const said = error instanceof VidemoError ? `[${error.code}] ${error.message}\n${error.action}` : String(error)
  process.stderr.write(`${said}\n`)
  process.exitCode = error instanceof VidemoError && error.code === 'no-adapter' ? 3 : 1
}
