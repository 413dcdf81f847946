import { describe, expect, it } from 'vitest'
import { reasoningPreset } from '../../src/affect/stages.ts'
import type { ReadingEvent } from '../../src/reading/events.ts'
import { createFold } from '../../src/reading/fold.ts'
import { settingsOrigin } from '../../src/reading/origin.ts'
import { emptyReading, finishedBy } from '../../src/reading/reading.ts'
import { windowRecord } from './window-record.ts'
import { windowText } from './window-text.ts'

const { stages } = reasoningPreset
const model = {
  name: 'tiny',
  source: 'http://127.0.0.1/tiny/',
  dtype: 'q4',
  provider: 'webgpu',
  adapter: 'some GPU',
  check: 'exact',
} as const
const settings = settingsOrigin('reasoning', stages, {
  framesPerSecond: 2,
  windowFrames: 16,
  hopFrames: 8,
  maxTokens: 64,
})
const figures = {
  updateMs: 1,
  visionPairs: 1,
  visionMs: 1,
  prefillTokens: 1,
  prefillMs: 1,
  answerTokens: 1,
  decodeMs: 1,
  passes: 1,
  drafted: 0,
  accepted: 0,
  firstTokenMs: 1,
}
const answerFigures = {
  promptTokens: 1,
  prefillMs: 1,
  answerTokens: 1,
  decodeMs: 1,
  passes: 1,
  drafted: 0,
  accepted: 0,
}

type Answer = Extract<ReadingEvent, { type: 'answer' }>

function answer(id: Answer['id'], text: string, finish: Answer['finish'] = 'end-of-text'): ReadingEvent {
  return { type: 'answer', track: 'picture', id, text, ids: [], finish, figures: answerFigures }
}

function update(update: number, timesS: readonly number[]): ReadingEvent {
  return {
    type: 'update',
    track: 'picture',
    update,
    window: 0,
    frames: timesS.map((timeS, number) => ({ number, timeS })),
  }
}

function records(events: readonly ReadingEvent[]) {
  const fold = createFold(stages)
  let reading = emptyReading
  return events.flatMap((event) => {
    const before = reading
    reading = fold.take(before, event)
    return finishedBy(before, reading).map((update) => windowRecord(update, model, settings))
  })
}

const events = [
  update(0, [0.25, 0.75]),
  answer('attributes', 'A young woman with brown hair.', 'length'),
  answer('expression', 'She smiles, lip corners raised.'),
  answer('emotion', 'Happy: the smile indicates it.'),
  { type: 'updated', track: 'picture', update: 0, figures },
  update(1, [0.25, 0.75, 1.25, 1.75]),
  { type: 'reused', track: 'picture', id: 'attributes', text: 'A young woman with brown hair.' },
  answer('emotion', 'Neutral.\n\u001b[31mred'),
  { type: 'updated', track: 'picture', update: 1, figures },
] as const satisfies readonly ReadingEvent[]

describe('a window as a record', () => {
  it('has the frames, the answers and the tree of its own update', () => {
    const [first, second, ...more] = records(events)
    expect(more).toEqual([])
    expect(first).toMatchObject({ window: 0, startS: 0.25, endS: 0.75, frames: [0.25, 0.75], figures, model, settings })
    expect(first.settings.stages.map(({ prompt }) => prompt)).toEqual(stages.map(({ prompt }) => prompt))
    expect(first.answers.attributes).toEqual({
      text: 'A young woman with brown hair.',
      finish: 'length',
      isReused: false,
    })
    const [person] = first.tree.persons
    expect(person.emotions.map(({ label }) => label)).toContain('happy')
    expect(second).toMatchObject({ startS: 0.25, endS: 1.75 })
    expect(second.answers.attributes).toMatchObject({ finish: 'length', isReused: true })
    // Of the update before, and not asked again.
    expect(second.answers.expression).toBeUndefined()
  })
})

describe('a window as text', () => {
  it('says when, what was answered, what was cut, and what was understood', () => {
    const [first] = records(events)
    const text = windowText(first, stages)
    expect(text).toContain('Window 1: 0.3–0.8 s, 2 frames\n')
    expect(text).toContain('  Attributes: A young woman with brown hair. [cut: --max-tokens]\n')
    expect(text).toContain('  Emotion: Happy: the smile indicates it.\n')
    expect(text).toMatch(/Reads as: .*emotion happy; expression smile/)
  })

  it('counts the one frame of a picture once', () => {
    const [picture] = records([update(0, [0, 0]), { type: 'updated', track: 'picture', update: 0, figures }])
    expect(windowText(picture, stages)).toMatch(/^Window 1: 0\.0 s, 1 frame\n/)
  })

  it('lets no answer command the terminal', () => {
    const [, second] = records(events)
    expect(windowText(second, stages)).toContain('  Emotion: Neutral.\n     [31mred\n')
  })
})
