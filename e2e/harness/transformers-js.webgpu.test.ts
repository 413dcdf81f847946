import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../cli/bundle-directory.ts'
import { withChromiumPage } from '../../cli/chromium-page.ts'
import { DirectoryFiles } from '../../cli/directory-files.ts'
import { DirectorySink } from '../../cli/directory-sink.ts'
import { ownSet } from '../../cli/parity/cases.ts'
import { replay } from '../../cli/parity/replay.ts'
import { buildBundle } from '../../src/build/build.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import type { StockJob } from './transformers-js-run.ts'

const { checkpoint, cases } = ownSet()

describe('--layout transformers.js', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'videmo-stock-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function build(dtype: StockJob['dtype'], layout: 'bundle' | 'transformers.js'): Promise<string> {
    const out = join(folder, `${dtype}-${layout}`)
    const files = new DirectoryFiles(checkpoint)
    await buildBundle(files, await DirectorySink.open(out), { dtype, layout })
    await files.close()
    return out
  }

  it.each(['fp32', 'q4'] as const)('is what stock transformers.js answers from on WebGPU, in %s', async (dtype) => {
    const frame = join(cases.find((path) => path.endsWith('landscape8')) ?? '', 'frame00.png')
    const { width, height, data } = PNG.sync.read(await readFile(frame))
    const prompt = [
      '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n',
      '<|vision_start|><|image_pad|><|vision_end|>Who is seen here?<|im_end|>\n<|im_start|>assistant\n',
    ].join('')
    const job: StockJob = { dtype, prompt, maxNewTokens: 12, width, height }
    const served = {
      files: { 'request.json': JSON.stringify(job), image: new Uint8Array(data) },
      folders: { model: await build(dtype, 'transformers.js') },
    }
    const stock = await withChromiumPage('e2e/harness/transformers-js.html', served, (page) =>
      page.evaluate(() => window.stock),
    )
    expect(stock.answerIds.length).toBeGreaterThan(0)

    // Our own graphs on the CPU, given the very pixels and prompt; an image is a clip of one temporal patch.
    const bundle = await openBundle(new BundleDirectory(await build(dtype, 'bundle')))
    const { imagePad, videoPad } = bundle.config.tokens
    const [t, h, w] = stock.grid
    const ids = stock.inputIds.map((id) => (id === imagePad ? videoPad : id))
    const { answers } = await replay(await nodeCpuRuntime(), bundle, Float32Array.from(stock.pixelValues), {
      grid: { t, h, w },
      bannedIds: [],
      prompts: [{ ids, temporalPatches: t, steps: stock.answerIds.length }],
    })
    expect(stock.answerIds).toEqual(answers[0].tokens)
  })
})
