import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { withChromiumPage } from '../../../cli/chromium-page.ts'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { emotionQuestion, sentimentQuestion, unitQuestion } from '../../../src/affect/closed-questions.ts'
import { askingsOf } from '../../../src/affect/probes/probe-set.ts'
import { buildBundle } from '../../../src/build/build.ts'
import { nodeCpuRuntime } from '../../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../../src/engine/bundle.ts'
import { forcedLogProbabilities } from '../../../src/engine/testing/teacher-forcing.ts'
import type { ProbesJob } from './probes-page.ts'

const checkpoint = fileURLToPath(new URL('../../../fixtures/data/checkpoint', import.meta.url))
const pairs = 2
const questions = [emotionQuestion, sentimentQuestion, unitQuestion('AU12'), unitQuestion('AU1')]
const labels = { prompt: '. How does this person feel?', labels: ['happy', 'sad', 'disgust'] }

let folder: string

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'videmo-probes-')), 'bundle')
  const files = new DirectoryFiles(checkpoint)
  await buildBundle(files, await DirectorySink.open(folder), { dtype: 'q8' })
  await files.close()
})

afterAll(() => rm(dirname(folder), { recursive: true, force: true }))

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length)
  return Math.max(...a.map((value, index) => Math.abs(value - b[index])))
}

function normalized(logProbabilities: readonly number[]): number[] {
  const sum = Math.log(logProbabilities.reduce((total, value) => total + Math.exp(value), 0))
  return logProbabilities.map((value) => value - sum)
}

it('probes on WebGPU as forcing each option does there and on the processor, and reads nothing but options back', async () => {
  const [asking] = askingsOf(emotionQuestion, 'given')
  const begun = asking.answers.map((answer) => answer.slice(0, 2))
  const job: ProbesJob = {
    pairs,
    probes: questions.map((question) => ({ id: question.id, askings: askingsOf(question, 'both') })),
    begun,
    labels,
  }
  const result = await withChromiumPage(
    'e2e/harness/probes/probes-page.html',
    { files: {}, folders: { fixture: folder } },
    (page) => page.evaluate((given) => window.runProbes(given), job),
  )
  if ('error' in result) throw new Error(result.error.message)
  expect(result.adapter).not.toBe(' ')
  const onCpu = { runtime: await nodeCpuRuntime(), bundle: await openBundle(new BundleDirectory(folder)) }
  const cpu = await forcedLogProbabilities(onCpu.runtime, onCpu.bundle, {
    pairs,
    prompt: asking.prompt,
    answers: begun,
  })
  const differences = {
    forced: largestDifference(result.byAsking[0][0], normalized(result.forced)),
    cpu: largestDifference(result.byAsking[0][0], normalized(cpu)),
    labels: largestDifference(result.labels, result.forcedLabels),
  }
  const { probe, bare } = result
  console.log(
    `${result.adapter}: ${JSON.stringify(differences)}; probe ${probe.tokens} tokens ${probe.ms.toFixed(0)} ms, bare pass ${bare.tokens} tokens ${bare.ms.toFixed(0)} ms; ${result.readBackBytes} bytes read back`,
  )
  for (const difference of Object.values(differences)) expect(difference).toBeLessThan(1e-4)
  const options = questions.reduce((sum, question) => sum + 2 * question.options.length, 0)
  expect(result.readBackBytes).toBe(4 * options)
  expect(result.buffers[1]).toBeLessThanOrEqual(result.buffers[0])
})
