import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AnswerHistory } from './answer-history.ts'
import type { Answer, AnswerOptions } from './conversation.ts'
import type { DraftLengthPolicy } from './draft-length.ts'
import { LiveWindow } from './live-window.ts'
import {
  ask,
  bundle,
  closeFixture,
  decoder,
  encoder,
  grid,
  openFixture,
  picture,
  runtime,
  windowOver,
} from './testing/engine-fixture.ts'
import { readUpdate, type StandingAnswers, slotsFor, type UpdateEvent } from './update.ts'

beforeAll(openFixture)
afterAll(closeFixture)

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

  it('has room for an answer that is known, however few tokens others may have', async () => {
    const window = { pairs: 2, tokensPerPair: 16 }
    const known = {
      id: 'a',
      prompt: 'Who?',
      answer: 'A person of whom far more is known than anybody wants to be told.',
    }
    const d = await decoder({ capacity: slotsFor(bundle, window, [known, questions[1]], 2) })
    const conversation = (await windowOver(d)).branch()
    conversation.recall(known.prompt, known.answer)
    expect(await ask(conversation, 'Why?', { maxTokens: 2 })).toMatchObject({ finish: 'length' })
    await d.dispose()
  })

  it('never goes beyond what the model was made for', () => {
    expect(slotsFor(bundle, { pairs: 8, tokensPerPair: 16 }, questions, 1e9)).toBe(bundle.manifest.contextLength)
  })
})
