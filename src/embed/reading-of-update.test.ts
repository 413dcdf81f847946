import { expect, it } from 'vitest'
import { liveProbes } from '../affect/probes/probe-set.ts'
import { reasoningPreset } from '../affect/stages.ts'
import type { ReadingProgress } from '../reading/events.ts'
import { createFold } from '../reading/fold.ts'
import { judge } from '../reading/judge.ts'
import { settingsOrigin } from '../reading/origin.ts'
import { emptyReading, finishedBy, trackOf } from '../reading/reading.ts'
import { readingOfUpdate } from './reading-of-update.ts'

const origin = {
  model: { name: 'tiny', source: 'https://example.org/tiny/', dtype: 'q4' },
  settings: settingsOrigin(reasoningPreset.id, reasoningPreset.stages, {
    framesPerSecond: 2,
    windowFrames: 16,
    hopFrames: 8,
    maxTokens: 64,
  }),
}

const frames = [0.25, 0.75].map((timeS, number) => ({ number, timeS }))

/** Which the fold hands on and does not look at. */
const figures = {} as never

function answer(id: 'attributes' | 'expression' | 'emotion', text: string): ReadingProgress {
  return { type: 'answer', track: 'picture', id, text, ids: [], finish: 'end-of-text', figures }
}

it('makes one reading of an update: words, what they say, and the newest probabilities by name', () => {
  const fold = createFold(reasoningPreset.stages, () => judge)
  let state = emptyReading
  const take = (event: ReadingProgress) => {
    const before = state
    state = fold.take(before, event)
    const [finished] = finishedBy(before, state)
    return finished && readingOfUpdate(finished, trackOf(state, finished.track), origin)
  }
  const options = liveProbes.find(({ id }) => id === 'emotion')?.options ?? []
  const events: ReadingProgress[] = [
    { type: 'update', track: 'picture', update: 0, window: 0, frames },
    answer('attributes', 'The person has black hair.'),
    answer('expression', 'The lip corners are pulled up (AU12).'),
    { type: 'probe', track: 'picture', id: 'emotion', timeS: 0.5, probabilities: options.map(() => 0), figures },
    {
      type: 'probe',
      track: 'picture',
      id: 'emotion',
      timeS: 0.75,
      probabilities: options.map((_, i) => (i === 0 ? 1 : 0)),
      figures,
    },
    answer('emotion', 'The person appears happy, since the lip corners are pulled up.'),
  ]
  for (const event of events) expect(take(event)).toBeUndefined()
  const reading = take({ type: 'updated', track: 'picture', update: 0, figures })
  expect(reading).toMatchObject({ update: 0, startS: 0.25, endS: 0.75, frameTimesS: [0.25, 0.75], ...origin })
  expect(reading?.answers.attributes).toBe('The person has black hair.')
  expect(reading?.probabilities.emotion[options[0]]).toBe(1)
  expect(Object.keys(reading?.probabilities.emotion ?? {})).toEqual([...options])
  const [person] = reading?.persons ?? []
  expect(person.emotions.map(({ label }) => label)).toEqual(['happy'])
  expect(person.expressions.flatMap(({ actionUnits }) => actionUnits)).toContain('AU12')

  // An answer that stands again counts; one that was not given in this update does not.
  take({ type: 'update', track: 'picture', update: 1, window: 0, frames })
  take({ type: 'reused', track: 'picture', id: 'attributes', text: 'The person has black hair.' })
  const next = take({ type: 'updated', track: 'picture', update: 1, figures })
  expect(next?.answers).toEqual({ attributes: 'The person has black hair.' })
  expect(next?.persons.flatMap(({ emotions }) => emotions)).toEqual([])
})
