import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tensor } from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../cli/directory-files.ts'
import { DirectorySink } from '../../cli/directory-sink.ts'
import { buildBundle } from '../build/layouts/bundle.ts'
import { textPositions, tokensPerTemporalPatch } from '../qwen25vl/index.ts'
import { AnswerHistory } from './answer-history.ts'
import { nodeCpuRuntime } from './backends/cpu/node-runtime.ts'
import type { Runtime } from './backends/runtime.ts'
import { type Bundle, openBundle } from './bundle.ts'
import { topLogits } from './checks/check-verdict.ts'
import { checkInput, runCheck } from './checks/self-check.ts'
import type { Answer, AnswerOptions, Conversation } from './conversation.ts'
import { Decoder } from './decoder.ts'
import type { DraftLengthPolicy } from './draft-length.ts'
import { LiveWindow } from './live-window.ts'
import { greedyMargin } from './logits-processors.ts'
import { readUpdate, type StandingAnswers, slotsFor, type UpdateEvent } from './update.ts'
import { VisionEncoder } from './vision-encoder.ts'

const checkpoint = fileURLToPath(new URL('../../fixtures/data/checkpoint', import.meta.url))
const grid = { t: 2, h: 8, w: 8 }

let folder: string
let runtime: Runtime
let bundle: Bundle
let encoder: VisionEncoder
let features: Tensor

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videmo-engine-'))
  const files = new DirectoryFiles(checkpoint)
  await buildBundle(files, await DirectorySink.open(join(folder, 'bundle')), { dtype: 'q8' })
  await files.close()
  runtime = await nodeCpuRuntime()
  bundle = await openBundle(new BundleDirectory(join(folder, 'bundle')))
  encoder = await VisionEncoder.create(runtime, bundle)
  features = await encoder.encode(picture(0), grid)
})

afterAll(async () => {
  await encoder.dispose()
  await rm(folder, { recursive: true, force: true })
})

function picture(phase: number, patches = grid.t * grid.h * grid.w): Float32Array {
  return Float32Array.from({ length: patches * 1176 }, (_, i) => Math.sin(i * 0.37 + phase) + Math.cos(i * 0.011))
}

const decoder = (options: Partial<Parameters<typeof Decoder.create>[2]> = {}) =>
  Decoder.create(runtime, bundle, { capacity: 512, ...options })

async function ask(conversation: Conversation, question: string, options: AnswerOptions = {}): Promise<Answer> {
  const stream = conversation.ask(question, { maxTokens: 12, ignoreEos: true, ...options })
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value
  }
}

describe('VisionEncoder', () => {
  it('gives a pair the same features alone and among others', async () => {
    const half = picture(0).length / 2
    const one = await encoder.encode(picture(0).slice(half), { ...grid, t: 1 })
    const per = tokensPerTemporalPatch(grid, bundle.config.vision) * bundle.config.text.hiddenSize
    const together = (features.data as Float32Array).subarray(per)
    const alone = one.data as Float32Array
    expect(alone).toHaveLength(per)
    for (let i = 0; i < per; i++) expect(Math.abs(alone[i] - together[i])).toBeLessThan(1e-5)
  })
})

describe('Decoder', () => {
  it('gives the same after a rollback as if nothing had been said', async () => {
    const d = await decoder({ repetitionPenalty: 1.3 })
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth.')
    const first = await d.run({ ...text(ids), withLogits: true })
    await d.run(text([...ids, ...ids], ids.length))
    d.rollback(0)
    const again = await d.run({ ...text(ids), withLogits: true })
    expect(again.token).toBe(first.token)
    expect(again.logits).toEqual(first.logits)
    await d.dispose()
  })

  it('appends what it would have prefilled', async () => {
    const d = await decoder()
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth, and say how they move.')
    const whole = await d.run({ ...text(ids), withLogits: true })
    d.rollback(0)
    await d.run(text(ids.slice(0, 9)))
    const appended = await d.run({ ...text(ids.slice(9), 9), withLogits: true })
    const [a, b] = [whole.logits ?? [], appended.logits ?? []]
    for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-3)
    await d.dispose()
  })

  it.each([1, 1.3])('computes the same with rows of padding, penalty %f', async (repetitionPenalty) => {
    const through = async (rows: number) => {
      const padded: Runtime = { ...runtime, minRows: rows }
      const decoder = await Decoder.create(padded, bundle, { capacity: 14, repetitionPenalty })
      const said: number[] = []
      const logits: Float32Array[] = []
      let cursor = { nextPosition: 0 }
      const next = (count: number) => {
        const { positions, cursor: after } = textPositions(cursor, count)
        cursor = after
        return positions
      }
      for (const ids of [[5], [7, 8], [9, 10, 11]]) {
        const pass = await decoder.run({ ids, positions: next(ids.length), withLogits: true })
        said.push(pass.token)
        logits.push(pass.logits ?? new Float32Array())
      }
      const picks = [0, 1].map((row) => ({ row, id: 20 + row }))
      const { positions } = textPositions(cursor, 2)
      const { scores } = await decoder.enqueueScores({ ids: [3, 4], positions }, { picks, as: 'logits' })
      logits.push(await scores)
      decoder.rollback(6)
      const chosen = await decoder.run({ ids: [12], positions: next(1) })
      const { token } = await decoder.run({ ids: [chosen.token], positions: textPositions(cursor, 1).positions })
      decoder.rollback(7)
      // The first draft is right, the second one is not.
      said.push(...(await decoder.verify({ ids: [chosen.token], positions: next(3) }, [token, token + 1])))
      cursor = { nextPosition: cursor.nextPosition - 1 }
      while (decoder.length < decoder.capacity) {
        const pass = await decoder.runStep(next(1))
        said.push(pass.token)
        logits.push(pass.logits ?? new Float32Array())
      }
      await decoder.dispose()
      return { said, logits }
    }
    const plain = await through(1)
    const padded = await through(4)
    expect(padded.said).toEqual(plain.said)
    for (const [index, row] of plain.logits.entries()) {
      expect(padded.logits[index].length).toBe(row.length)
      expect(Math.max(...row.map((value, at) => Math.abs(value - padded.logits[index][at])))).toBeLessThan(1e-4)
    }
  })

  it.each([1, 1.3])('computes the same in several passes as in one, penalty %f', async (repetitionPenalty) => {
    const { videoPad } = bundle.config.tokens
    const count = features.dims[0]
    const ids = [1, 2, ...Array<number>(count).fill(videoPad), 3, 4, 5, 3]
    const whole = await decoder({ repetitionPenalty })
    const expected = await whole.run({ ...text(ids), features, withLogits: true })
    const margin = greedyMargin(whole.processLogits(expected.logits ?? new Float32Array()))
    await whole.dispose()
    for (const prefillChunk of [2, 5, count, ids.length - 1]) {
      const cut = await decoder({ repetitionPenalty, prefillChunk })
      const { token, logits = new Float32Array() } = await cut.run({ ...text(ids), features, withLogits: true })
      const most = Math.max(...logits.map((value, id) => Math.abs(value - (expected.logits?.[id] ?? Number.NaN))))
      expect(most).toBeLessThan(1e-4)
      expect(token).toBe(expected.token)
      expect(greedyMargin(cut.processLogits(logits))).toBeCloseTo(margin, 3)
      expect(cut.length).toBe(ids.length)
      await cut.dispose()
    }
  })

  it('never chooses a banned id', async () => {
    const free = await decoder()
    const ids = bundle.tokenizer.encode('Look.')
    const { token } = await free.run(text(ids))
    await free.dispose()
    const d = await decoder({ bannedIds: [token] })
    expect((await d.run(text(ids))).token).not.toBe(token)
    await d.dispose()
  })

  it('refuses what does not fit, and goes on with what does', async () => {
    const d = await decoder({ capacity: 8 })
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth.')
    expect(ids.length).toBeGreaterThan(8)
    await expect(d.run(text(ids))).rejects.toMatchObject({ code: 'context-full', recoverable: true })
    expect(d.length).toBe(0)
    await d.run(text(ids.slice(0, 8)))
    expect(d.length).toBe(8)
    await d.dispose()
  })

  it('refuses features that no video token asks for', async () => {
    const d = await decoder()
    await expect(d.run({ ...text([1, 2, 3]), features: features })).rejects.toMatchObject({ code: 'video-tokens' })
    await d.dispose()
  })
})

function text(ids: readonly number[], from = 0) {
  return { ids, positions: textPositions({ nextPosition: from }, ids.length).positions }
}

/** A window of two pairs, over a decoder of its own. */
async function windowOver(d: Decoder): Promise<LiveWindow> {
  const window = new LiveWindow(runtime, bundle, d, { ...grid, t: 1 })
  const half = picture(0).length / 2
  await window.append(await encoder.encode(picture(0).slice(0, half), { ...grid, t: 1 }))
  await window.append(await encoder.encode(picture(0).slice(half), { ...grid, t: 1 }))
  return window
}

describe('Conversation', () => {
  it('streams the pieces of its answer', async () => {
    const d = await decoder()
    const stream = (await windowOver(d)).branch().ask('Who is seen?', { maxTokens: 10, ignoreEos: true })
    let joined = ''
    const ids: number[] = []
    let answer: Answer | undefined
    while (!answer) {
      const step = await stream.next()
      if (step.done) answer = step.value
      else {
        joined += step.value.text
        ids.push(step.value.id)
      }
    }
    expect(answer.ids).toEqual(ids)
    expect(answer.text.startsWith(joined)).toBe(true)
    expect(answer.finish).toBe('length')
    expect(answer.figures).toMatchObject({ answerTokens: 10 })
    await d.dispose()
  })

  it('gives the same tokens however many steps are in flight', async () => {
    const d = await decoder({ repetitionPenalty: 1.3 })
    const window = await windowOver(d)
    const answers: (readonly number[])[] = []
    for (const stepsInFlight of [1, 2, 5]) {
      const conversation = window.branch()
      const first = await ask(conversation, 'Who is seen?', { stepsInFlight })
      answers.push([...first.ids, ...(await ask(conversation, 'And now?', { stepsInFlight })).ids])
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    await d.dispose()
  })

  it('stops within one token, and what was said stays said', async () => {
    const d = await decoder()
    const stop = new AbortController()
    const conversation = (await windowOver(d)).branch()
    const stream = conversation.ask('Who is seen?', { maxTokens: 50, ignoreEos: true, signal: stop.signal })
    const heard: number[] = []
    for await (const { id } of stream) {
      heard.push(id)
      if (heard.length === 4) stop.abort()
    }
    expect(heard).toHaveLength(4)
    // The next turn has to carry the fourth token into the cache.
    const before = d.length
    await ask(conversation, 'And now?', { maxTokens: 1 })
    expect(d.length).toBe(before + 1 + bundle.template.nextTurn('And now?').length)
    await d.dispose()
  })

  it('ends an answer where the context is full, and says so', async () => {
    const question = 'Who?'
    const turn = bundle.template.firstTurn({ videos: [32], question })
    const d = await decoder({ capacity: turn.length + 3 })
    const window = await windowOver(d)
    const answer = await ask(window.branch(), question)
    expect(answer.finish).toBe('context-full')
    // Three tokens went into the cache; the fourth was chosen and could not follow.
    expect(answer.ids).toHaveLength(4)
    await d.dispose()
  })

  it('refuses a question that does not fit, and can be asked a shorter one', async () => {
    const question = 'Who?'
    const d = await decoder({ capacity: bundle.template.firstTurn({ videos: [32], question }).length + 3 })
    const conversation = (await windowOver(d)).branch()
    const before = d.length
    await expect(ask(conversation, `${question} And what do they do, and why?`)).rejects.toMatchObject({
      code: 'context-full',
    })
    expect(d.length).toBe(before)
    expect((await ask(conversation, question, { maxTokens: 2 })).ids).toHaveLength(2)
    await d.dispose()
  })

  it('samples the same tokens for the same seed, others for another, the greedy ones when it is cold', async () => {
    const d = await decoder()
    const window = await windowOver(d)
    const answer = (sampling?: AnswerOptions['sampling']) =>
      ask(window.branch(), 'Who is seen?', { ...(sampling ? { sampling } : {}) })
    const warm = { temperature: 2, topP: 0.95 }
    const [a, b, c] = [
      await answer({ ...warm, seed: 1 }),
      await answer({ ...warm, seed: 1 }),
      await answer({ ...warm, seed: 2 }),
    ]
    expect(a.ids).toEqual(b.ids)
    expect(a.ids).not.toEqual(c.ids)
    expect((await answer({ temperature: 1e-6, topP: 1, seed: 3 })).ids).toEqual((await answer()).ids)
    await d.dispose()
  })
})

/** Drafts of one length, wherever they fit. */
const always = (length: number): DraftLengthPolicy => ({
  choose: (_, room) => Math.min(room, length),
  recordAcceptance: () => undefined,
  recordPass: () => undefined,
})

describe('drafts', () => {
  it('stop within one token, though more are known, and what was not shown was not said', async () => {
    const d = await decoder({ repetitionPenalty: 1.3 })
    const window = await windowOver(d)
    const { ids: previousAnswer } = await ask(window.branch(), 'Who is seen?', { maxTokens: 30 })
    const talk = async (options: AnswerOptions) => {
      const conversation = window.branch()
      const stop = new AbortController()
      const stream = conversation.ask('Who is seen?', { ignoreEos: true, signal: stop.signal, ...options })
      const heard: number[] = []
      for await (const { id } of stream) {
        heard.push(id)
        if (heard.length === 5) stop.abort()
      }
      return { heard, length: d.length, next: (await ask(conversation, 'And now?', options)).ids }
    }
    const drafted = await talk({ drafting: { previousAnswer, lengthPolicy: always(8) } })
    expect(drafted.heard).toEqual(previousAnswer.slice(0, 5))
    expect(drafted).toEqual(await talk({}))
    await d.dispose()
  })

  it('end an answer where the context is full, as without', async () => {
    const turn = bundle.template.firstTurn({ videos: [32], question: 'Who?' })
    const d = await decoder({ capacity: turn.length + 7 })
    const window = await windowOver(d)
    const plain = await ask(window.branch(), 'Who?')
    expect(plain.finish).toBe('context-full')
    for (const length of [1, 3, 16]) {
      const drafting = { previousAnswer: [...plain.ids, 1, 2, 3], lengthPolicy: always(length) }
      expect(await ask(window.branch(), 'Who?', { drafting })).toMatchObject({ ids: plain.ids, finish: 'context-full' })
    }
    await d.dispose()
  })

  it('keep to the number of tokens that was asked for', async () => {
    const d = await decoder()
    const window = await windowOver(d)
    const { ids: previousAnswer } = await ask(window.branch(), 'Who is seen?', { maxTokens: 20 })
    const { ids, finish, figures } = await ask(window.branch(), 'Who is seen?', {
      drafting: { previousAnswer, lengthPolicy: always(4) },
    })
    expect({ ids, finish }).toEqual({ ids: previousAnswer.slice(0, 12), finish: 'length' })
    // 5 and 5 of five rows, then the last two of one that verifies a single id, padded.
    expect(figures).toMatchObject({ answerTokens: 12, passes: 3, drafted: 9, accepted: 9 })
    await d.dispose()
  })

  it('are left alone where tokens are sampled', async () => {
    const d = await decoder()
    const window = await windowOver(d)
    const sampling = { temperature: 2, topP: 0.95, seed: 1 }
    const plain = await ask(window.branch(), 'Who is seen?', { sampling })
    const drafting = { previousAnswer: plain.ids, lengthPolicy: always(4) }
    const { ids, figures } = await ask(window.branch(), 'Who is seen?', { sampling, drafting })
    expect(ids).toEqual(plain.ids)
    expect(figures).toMatchObject({ passes: 12, drafted: 0, accepted: 0 })
    await d.dispose()
  })

  it('go from update to update, and across a window that moves on', async () => {
    const d = await decoder({ repetitionPenalty: 1.3 })
    const questions = [
      { id: 'attributes', prompt: 'Who is seen?', isStanding: true },
      { id: 'emotion', prompt: 'How do they feel?' },
    ]
    const half = picture(0).length / 2
    const pair = (index: number) =>
      encoder.encode(picture(0).slice(index * half, (index + 1) * half), { ...grid, t: 1 })
    const read = async (history?: AnswerHistory) => {
      const window = new LiveWindow(runtime, bundle, d, { ...grid, t: 1 })
      const standing: StandingAnswers<string> = new Map()
      const answers: Answer[] = []
      const update = async () => {
        for await (const event of readUpdate(window, questions, standing, { maxTokens: 8, ignoreEos: true }, history)) {
          if (event.type === 'answer') answers.push(event.answer)
        }
      }
      await window.append(await pair(0))
      await update()
      await update()
      standing.clear()
      await window.hop(1, await pair(1))
      await update()
      window.dispose()
      return answers
    }
    const plain = await read()
    const drafted = await read(new AnswerHistory(always(4)))
    expect(drafted.map(({ ids }) => ids)).toEqual(plain.map(({ ids }) => ids))
    // The second update says of the same frames what the first said.
    expect(drafted[2].figures).toMatchObject({ passes: 2, drafted: 6, accepted: 6 })
    // Attributes and emotion of the moved window have the answers before them to draft from.
    for (const { figures } of drafted.slice(3)) expect(figures.drafted).toBeGreaterThan(0)
    await d.dispose()
  })
})

describe('readUpdate', () => {
  const questions = [
    { id: 'attributes', prompt: 'Who is seen?', isStanding: true },
    { id: 'emotion', prompt: 'How do they feel?' },
  ] as const

  async function update(window: LiveWindow, standing: StandingAnswers<'attributes' | 'emotion'>) {
    const events: UpdateEvent<'attributes' | 'emotion'>[] = []
    for await (const event of readUpdate(window, questions, standing, { maxTokens: 8, ignoreEos: true })) {
      events.push(event)
    }
    const answers = Object.fromEntries(
      events.flatMap((event) => (event.type === 'answer' ? [[event.id, event.answer.ids]] : [])),
    )
    return { answers, reused: events.flatMap((event) => (event.type === 'reused' ? [event.id] : [])) }
  }

  it('asks a standing question once, and goes on as if its answer had just been given', async () => {
    const d = await decoder()
    const window = await windowOver(d)
    const standing: StandingAnswers<'attributes' | 'emotion'> = new Map()
    const first = await update(window, standing)
    expect(Object.keys(first.answers)).toEqual(['attributes', 'emotion'])
    const second = await update(window, standing)
    expect(second.reused).toEqual(['attributes'])
    expect(second.answers).toEqual({ emotion: first.answers.emotion })
    await d.dispose()
  })
})

describe('slotsFor', () => {
  const questions = [
    { id: 'a', prompt: 'Who?' },
    { id: 'b', prompt: 'Why?' },
  ]
  it('has room for a full window, all questions and all answers', async () => {
    const window = { pairs: 2, tokensPerPair: 16 }
    const d = await decoder({ capacity: slotsFor(bundle, window, questions, 8) })
    const conversation = (await windowOver(d)).branch()
    for (const { prompt } of questions) {
      expect(await ask(conversation, prompt, { maxTokens: 8 })).toMatchObject({ finish: 'length' })
    }
    await d.dispose()
  })

  it('never goes beyond what the model was made for', () => {
    expect(slotsFor(bundle, { pairs: 8, tokensPerPair: 16 }, questions, 1e9)).toBe(bundle.manifest.contextLength)
  })
})

describe('the self-check', () => {
  it('prefills at least 64 tokens with video rows, appends, decodes, and repeats itself', async () => {
    const input = checkInput(bundle)
    expect(input.steps.map(({ name }) => name)).toEqual(['prefill', 'append', 'decode'])
    expect(input.steps[0].ids.length).toBeGreaterThanOrEqual(64)
    expect(input.steps[0].ids).toContain(bundle.config.tokens.videoPad)
    const [a, b] = [await runCheck(runtime, bundle, input), await runCheck(runtime, bundle, input)]
    expect(a.map((logits) => topLogits(logits))).toEqual(b.map((logits) => topLogits(logits)))
    for (const logits of a) expect(logits.every(Number.isFinite)).toBe(true)
  })
})
