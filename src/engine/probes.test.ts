import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../cli/directory-files.ts'
import { DirectorySink } from '../../cli/directory-sink.ts'
import { emotionQuestion, sentimentQuestion, unitQuestion } from '../affect/closed-questions.ts'
import { askingsOf } from '../affect/probes/probe-set.ts'
import { buildBundle } from '../build/build.ts'
import { nodeCpuRuntime } from './backends/cpu/node-runtime.ts'
import type { Runtime } from './backends/runtime.ts'
import { type Bundle, openBundle } from './bundle.ts'
import { Decoder } from './decoder.ts'
import { LiveWindow } from './live-window.ts'
import {
  askProbes,
  barePass,
  type PreparedProbe,
  type ProbeOptions,
  type ProbeReading,
  prepareProbe,
  probeSlots,
  scoreLabels,
} from './probes.ts'
import { forcedLogProbabilities, testFeatures, testGrid } from './testing/teacher-forcing.ts'

const checkpoint = fileURLToPath(new URL('../../fixtures/data/checkpoint', import.meta.url))
const pairs = 2
/** Of probabilities. */
const tolerance = 1e-5
/** Of logits and their logarithms: float32 sums in another order. Logits here go to 17, whose last digit is 2e-6. */
const logTolerance = 5e-5

let folder: string
let runtime: Runtime
let bundle: Bundle
let decoder: Decoder
let window: LiveWindow

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videmo-probes-'))
  const files = new DirectoryFiles(checkpoint)
  await buildBundle(files, await DirectorySink.open(join(folder, 'bundle')), { dtype: 'q8' })
  await files.close()
  runtime = await nodeCpuRuntime()
  bundle = await openBundle(new BundleDirectory(join(folder, 'bundle')))
  // A penalty and bans: probes must not hear of them.
  const bannedIds = bundle.tokenizer.encode('(AB')
  decoder = await Decoder.create(runtime, bundle, { capacity: 512, repetitionPenalty: 1.3, bannedIds })
  window = new LiveWindow(runtime, bundle, decoder, testGrid)
  for (let pair = 0; pair < pairs; pair++) await window.append(testFeatures(runtime, bundle, pair))
})

afterAll(async () => {
  window.dispose()
  await decoder.dispose()
  await rm(folder, { recursive: true, force: true })
})

function prepare(question: typeof emotionQuestion, orders: 'given' | 'both' = 'given', temperature = 1): PreparedProbe {
  return prepareProbe(bundle, { id: question.id, askings: askingsOf(question, orders), temperature })
}

async function read(probes: readonly PreparedProbe[], options: ProbeOptions = {}): Promise<ProbeReading[]> {
  const readings: ProbeReading[] = []
  for await (const reading of askProbes(window, probes, options)) readings.push(reading)
  return readings
}

function expectClose(given: readonly number[], wanted: readonly number[], within = tolerance): void {
  expect(given).toHaveLength(wanted.length)
  for (const [index, value] of given.entries()) expect(Math.abs(value - wanted[index])).toBeLessThan(within)
}

function normalized(logProbabilities: readonly number[]): number[] {
  const sum = Math.log(logProbabilities.reduce((total, value) => total + Math.exp(value), 0))
  return logProbabilities.map((value) => value - sum)
}

const questions = [emotionQuestion, sentimentQuestion, unitQuestion('AU12'), unitQuestion('AU1')]

describe('askProbes', () => {
  it('gives what forcing each option from an empty cache gives', async () => {
    const readings = await read(questions.map((question) => prepare(question, 'both')))
    for (const [index, question] of questions.entries()) {
      for (const [order, { prompt, answers }] of askingsOf(question, 'both').entries()) {
        // Up to its letter: what follows is certain once the letter is.
        const begun = answers.map((answer) => answer.slice(0, 2))
        const forced = await forcedLogProbabilities(runtime, bundle, { pairs, prompt, answers: begun })
        expectClose(readings[index].byAsking[order], normalized(forced), logTolerance)
        expectClose(readings[index].byAsking[order].map(Math.exp), normalized(forced).map(Math.exp))
      }
    }
  })

  it('averages both orders in log space', async () => {
    const [{ byAsking, probabilities }] = await read([prepare(emotionQuestion, 'both')])
    const weights = byAsking[0].map((value, option) => Math.exp((value + byAsking[1][option]) / 2))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    expectClose(
      probabilities,
      weights.map((weight) => weight / sum),
    )
    expect(byAsking[0]).not.toEqual(byAsking[1])
  })

  it('flattens and sharpens by the temperature', async () => {
    const [one, two] = [await read([prepare(emotionQuestion)]), await read([prepare(emotionQuestion, 'given', 2)])]
    const flat = normalized(one[0].byAsking[0].map((value) => value / 2)).map(Math.exp)
    expectClose(two[0].probabilities, flat)
    expect(two[0].probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
  })

  it('says the same whatever was asked before, and however many passes are in flight', async () => {
    const prepared = questions.map((question) => prepare(question))
    const alone: ProbeReading[] = []
    for (const probe of prepared) alone.push(...(await read([probe])))
    for (const passesInFlight of [1, 2, 9]) {
      const together = await read(prepared, { passesInFlight })
      expect(together.map(({ id }) => id)).toEqual(questions.map(({ id }) => id))
      for (const [index, { probabilities }] of together.entries()) {
        expectClose(probabilities, alone[index].probabilities)
      }
    }
  })

  it('appends only what differs from the question before', async () => {
    const [first, second] = [prepare(unitQuestion('AU12')), prepare(unitQuestion('AU1'))]
    const [a, b] = await read([first, second])
    expect(a.figures.tokens).toBe(first.askings[0].ids.length)
    const shared = bundle.template.closing('. Does this person show AU1').length
    expect(b.figures.tokens).toBeLessThan(second.askings[0].ids.length - shared / 2)
    expect(b.figures.ms).toBeGreaterThan(0)
  })

  it('leaves nothing behind', async () => {
    const before = decoder.length
    const answer = async () => {
      const stream = window.branch().ask('Who is seen?', { maxTokens: 6, ignoreEos: true })
      let step = await stream.next()
      while (!step.done) step = await stream.next()
      return step.value.ids
    }
    const undisturbed = await answer()
    await read(questions.map((question) => prepare(question)))
    expect(decoder.length).toBe(before)
    expect(await answer()).toEqual(undisturbed)
  })

  it('ends before the next pass when it is stopped', async () => {
    const stop = new AbortController()
    const heard: string[] = []
    const probes = questions.map((question) => prepare(question))
    const before = window.branchPoint().start
    for await (const { id } of askProbes(window, probes, { signal: stop.signal, passesInFlight: 1 })) {
      heard.push(id)
      stop.abort()
    }
    expect(heard).toEqual([questions[0].id])
    expect(decoder.length).toBe(before)
  })

  it('refuses options that their first tokens do not tell apart', () => {
    const asking = { prompt: 'Which one?', answers: ['(A) left', '(A) right', '(B) none'] }
    expect(() => prepareProbe(bundle, { id: 'x', askings: [asking] })).toThrow(
      expect.objectContaining({ code: 'options-alike' }),
    )
    expect(() => prepareProbe(bundle, { id: 'x', askings: [{ prompt: 'Which?', answers: ['(A) one'] }] })).toThrow(
      expect.objectContaining({ code: 'options-alike' }),
    )
  })
})

describe('LiveWindow.branchOn', () => {
  it('answers about the video as it was, while pairs join it and probes are asked', async () => {
    const capacity = 512
    const options = { capacity, repetitionPenalty: 1.3 }
    const [video, speaker] = [decoder.fork(options), decoder.fork(options)]
    const grown = new LiveWindow(runtime, bundle, video, testGrid)
    await grown.append(testFeatures(runtime, bundle, 0))
    await grown.append(testFeatures(runtime, bundle, 1))
    const asking = { maxTokens: 8, ignoreEos: true }
    const hear = async (conversation: ReturnType<LiveWindow['branch']>, between: () => Promise<void>) => {
      const stream = conversation.ask('Who is seen?', asking)
      for (;;) {
        const step = await stream.next()
        if (step.done) return step.value.ids
        await between()
      }
    }
    const undisturbed = await hear(grown.branch(), async () => undefined)
    let joined = 2
    const disturbed = await hear(grown.branchOn(speaker), async () => {
      if (joined < 5) await grown.append(testFeatures(runtime, bundle, joined))
      else await grown.hop(1, testFeatures(runtime, bundle, joined))
      joined++
      for await (const { id } of askProbes(grown, [prepare(emotionQuestion)])) expect(id).toBe('emotion')
    })
    expect(joined).toBeGreaterThan(6)
    expect(disturbed).toEqual(undisturbed)
    // The window itself has moved on.
    expect(await hear(grown.branch(), async () => undefined)).not.toEqual(undisturbed)
    grown.dispose()
    await video.dispose()
    await speaker.dispose()
  })
})

describe('probeSlots', () => {
  it('has room for a full window and the longest probe, and none to spare', async () => {
    const probes = questions.map((question) => prepare(question))
    const size = { pairs, tokensPerPair: 16 }
    const capacity = probeSlots(bundle, size, probes)
    const longest = Math.max(...probes.map(({ askings: [{ ids }] }) => ids.length))
    expect(capacity).toBe(window.branchPoint().start + longest)
  })
})

describe('scoreLabels', () => {
  it('sums what each token of a label gives from an empty cache', async () => {
    const prompt = '. How does this person feel?'
    const labels = ['happy', 'sad', 'disgust', 'a']
    const { logProbabilities, figures } = await scoreLabels(window, prompt, labels)
    expectClose(
      logProbabilities,
      await forcedLogProbabilities(runtime, bundle, { pairs, prompt, answers: labels }),
      5e-5,
    )
    expect(figures.tokens).toBeLessThan(bundle.template.closing(prompt).length + labels.join('').length + labels.length)
  })
})

describe('barePass', () => {
  it('costs a pass of as many tokens, and leaves nothing behind', async () => {
    const probe = prepare(emotionQuestion)
    const before = decoder.length
    const { tokens, ms } = await barePass(window, probe)
    expect(tokens).toBe(probe.askings[0].ids.length)
    expect(ms).toBeGreaterThan(0)
    expect(decoder.length).toBe(before)
  })
})
