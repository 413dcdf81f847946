import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { BundleDirectory } from '../../cli/bundle-directory.ts'
import { withChromiumPage } from '../../cli/chromium-page.ts'
import { DirectoryFiles } from '../../cli/directory-files.ts'
import { DirectorySink } from '../../cli/directory-sink.ts'
import { ownSet } from '../../cli/parity/cases.ts'
import { reasoningPreset } from '../../src/affect/stages.ts'
import { buildBundle } from '../../src/build/build.ts'
import type { TimedFrame } from '../../src/capture/painter.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { InProcessReader } from '../../src/readers/in-process/in-process-reader.ts'
import { readingRequest, readingSettings } from '../../src/reading/request.ts'
import type { ForeignJob } from './transformers-reader-run.ts'

const folder = await mkdtemp(join(tmpdir(), 'videmo-foreign-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function build(layout: 'bundle' | 'transformers.js'): Promise<string> {
  const out = join(folder, layout)
  const files = new DirectoryFiles(ownSet().checkpoint)
  await buildBundle(files, await DirectorySink.open(out), { dtype: 'fp32', layout })
  await files.close()
  return out
}

it('reads on WebGPU in a browser, and answers the first question as the engine does on the CPU', async () => {
  const job: ForeignJob = { width: 140, height: 112, maxTokens: 8 }
  const { width, height, maxTokens } = job
  const rgba = new Uint8ClampedArray(width * height * 4).map((_, at) =>
    at % 4 === 3 ? 255 : ((at >> 6) * 5 + 7 * (at % 4)) % 256,
  )
  const served = {
    files: { 'request.json': JSON.stringify(job), image: new Uint8Array(rgba) },
    folders: { model: await build('transformers.js') },
  }
  const foreign = await withChromiumPage('e2e/harness/transformers-reader.html', served, (page) =>
    page.evaluate(() => window.foreign),
  )
  expect(foreign.provider).toBe('webgpu')
  expect(foreign.answerIds).toHaveLength(3)
  expect(foreign.types.slice(-2)).toEqual(['updated', 'over'])

  const engine = new InProcessReader(await nodeCpuRuntime())
  const { manifest } = await engine.load({ name: 'own', files: new BundleDirectory(await build('bundle')) })
  const settings = readingSettings({ maxTokens, windowFrames: 2, hopFrames: 2 }, manifest)
  const frames: TimedFrame[] = [0, 0.5].map((timeS) => ({ width, height, rgba, timeS }))
  const [stage] = reasoningPreset.stages
  const asked = readingRequest({ source: { type: 'frames', frames }, stages: [stage], settings }, manifest)
  const answers: (readonly number[])[] = []
  for await (const event of engine.read(asked)) if (event.type === 'answer') answers.push(event.ids)
  engine.close()
  expect(foreign.answerIds[0]).toEqual(answers[0])
})
