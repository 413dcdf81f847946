import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faceEvent, measuredFaces } from '../affect/measures.fixture.ts'
import { reasoningPreset, type StageId, stageIds } from '../affect/stages.ts'
import type { TrackId } from '../affect/track.ts'
import type { AnswerFigures, FinishReason, ReadingEvent, UpdateFigures } from './events.ts'
import { createFold, resumeTimeS, settled } from './fold.ts'
import { judge } from './judge.ts'
import { emptyReading, type FinishedUpdate, finishedBy, type Reading, trackOf } from './reading.ts'

const { stages } = reasoningPreset
const answerFigures: AnswerFigures = {
  promptTokens: 10,
  prefillMs: 20,
  answerTokens: 3,
  decodeMs: 30,
  passes: 3,
  drafted: 0,
  accepted: 0,
}
const figures: UpdateFigures = {
  updateMs: 100,
  visionPairs: 1,
  visionMs: 10,
  prefillTokens: 10,
  prefillMs: 20,
  answerTokens: 9,
  decodeMs: 90,
  passes: 9,
  drafted: 0,
  accepted: 0,
  firstTokenMs: 20,
}
const words: Readonly<Record<StageId, string>> = {
  attributes: 'The person has black hair.',
  expression: 'The lip corners are pulled up (AU12).',
  emotion: 'The person appears happy.',
}

/** An update about a track from its first event to its last, its answers token by token. */
function updateOf(track: TrackId, update: number, said: Readonly<Record<StageId, string>> = words): ReadingEvent[] {
  const frames = [0, 1].map((index) => ({ number: 2 * update + index, timeS: update + index / 2 + 0.25 }))
  return [
    ...frames.map((frame): ReadingEvent => ({ type: 'frame', track, ...frame, thumbnail: new Blob([track]) })),
    {
      type: 'pair',
      track,
      window: 0,
      pairsInWindow: 1,
      pairsPerWindow: 1,
      visionMs: 1,
      prefillMs: 1,
      prefillTokens: 1,
    },
    { type: 'probe', track, id: 'emotion', timeS: update, probabilities: [1, 0], figures: { tokens: 9, ms: 5 } },
    { type: 'update', track, update, window: update, frames },
    ...stageIds.flatMap((id) => answerOf(track, id, said[id])),
    { type: 'updated', track, update, figures },
  ]
}

function answerOf(
  track: TrackId,
  id: StageId,
  text: string,
  candidate: { readonly candidate?: number } = {},
  finish: FinishReason = 'end-of-text',
): ReadingEvent[] {
  return [
    { type: 'stage', track, ...candidate, id },
    ...[...text].map(
      (each, ms): ReadingEvent => ({ type: 'token', track, ...candidate, id, tokenId: 1, text: each, ms }),
    ),
    { type: 'answer', track, ...candidate, id, text, ids: [], finish, figures: answerFigures },
  ]
}

function folded(events: readonly ReadingEvent[]): { readonly reading: Reading; readonly finished: FinishedUpdate[] } {
  const fold = createFold(stages, () => judge)
  const finished: FinishedUpdate[] = []
  const reading = events.reduce((before, event) => {
    const after = fold.take(before, event)
    finished.push(...finishedBy(before, after))
    return after
  }, emptyReading)
  return { reading, finished }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !(value instanceof Blob)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

describe('the fold', () => {
  it('gives an update when its last answer is there, with frames, pictures, tree and probabilities', () => {
    const { finished } = folded([...updateOf('picture', 0), ...updateOf('picture', 1)])
    expect(finished.map(({ update }) => update)).toEqual([0, 1])
    const [, second] = finished
    expect(second).toMatchObject({ track: 'picture', window: 1, startS: 1.25, endS: 1.75, figures })
    expect(second.frames.map(({ number, thumbnail }) => [number, thumbnail?.size])).toEqual([
      [2, 7],
      [3, 7],
    ])
    expect(second.answers.emotion).toEqual({ text: words.emotion, isReused: false, finish: 'end-of-text' })
    expect(second.tree.persons[0].emotions.map(({ label }) => label)).toEqual(['happy'])
    expect(second.tree.persons[0].emotions[0].span.track).toBe('picture')
    expect(second.probes).toEqual([{ id: 'emotion', timeS: 1, probabilities: [1, 0] }])
  })

  it('keeps tracks apart, however their events are mixed', () => {
    const own = { ...words, emotion: 'The person appears sad.' }
    const faces = [updateOf('face-1', 0), updateOf('face-2', 0, own)]
    const alone = faces.map((events) => folded(events).finished[0])
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (turns) => {
        const left = faces.map((events) => [...events])
        const mixed: ReadingEvent[] = []
        for (const isFirst of turns) {
          const [one, other] = isFirst ? left : left.toReversed()
          const next = one.shift() ?? other.shift()
          if (!next) break
          mixed.push(next)
        }
        const { finished } = folded(mixed)
        expect(finished.toSorted((a, b) => a.track.localeCompare(b.track))).toEqual(alone)
      }),
      { numRuns: 30 },
    )
  })

  it('changes nothing that it has handed out', () => {
    const fold = createFold(stages, () => judge)
    let reading = frozen(emptyReading)
    for (const event of [...updateOf('face-1', 0), ...updateOf('face-1', 1)]) {
      reading = frozen(fold.take(reading, frozen(event)))
      reading = frozen(fold.withTrees(reading))
    }
    expect(trackOf(reading, 'face-1').finished?.update).toBe(1)
  })

  it('reads growing answers no further than they are, when it is asked to', () => {
    const fold = createFold(stages, () => judge)
    const events = updateOf('picture', 0)
    const untilWords = events.findIndex((event) => event.type === 'token' && event.id === 'emotion') + 25
    const before = events.slice(0, untilWords).reduce(fold.take, emptyReading)
    expect(trackOf(before, 'picture').current?.tree.persons[0].emotions).toEqual([])
    expect(trackOf(fold.withTrees(before), 'picture').current?.tree.persons[0].emotions).toHaveLength(1)
  })

  it('keeps further candidates beside the first answer, and reads the tree from the first', () => {
    const track = 'picture'
    const events = updateOf(track, 0)
    const others = [
      ...answerOf(track, 'emotion', 'The person appears angry.', { candidate: 2 }, 'length'),
      ...answerOf(track, 'emotion', 'The person appears sad.', { candidate: 1 }),
    ]
    const { finished } = folded([...events.slice(0, -1), ...others, ...events.slice(-1)])
    expect(finished[0].alternatives).toEqual({
      emotion: [
        { text: 'The person appears sad.', isReused: false, finish: 'end-of-text' },
        { text: 'The person appears angry.', isReused: false, finish: 'length' },
      ],
    })
    expect(finished[0].tree.persons[0].emotions.map(({ label }) => label)).toEqual(['happy'])
  })

  it('takes no words of the update before for an answer of this one', () => {
    const again: ReadingEvent[] = [
      { type: 'update', track: 'picture', update: 1, window: 0, frames: [] },
      { type: 'reused', track: 'picture', id: 'attributes', text: words.attributes },
      { type: 'updated', track: 'picture', update: 1, figures },
    ]
    const { finished } = folded([...updateOf('picture', 0), ...again])
    expect(finished[1].answers).toEqual({
      attributes: { text: words.attributes, isReused: true, finish: 'end-of-text' },
    })
    expect(finished[1].tree.persons.flatMap(({ emotions }) => emotions)).toEqual([])
  })

  it('settles what was cut off: words stay, what never began is as it was before', () => {
    const events = updateOf('picture', 1)
    const middle = events.findIndex((event) => event.type === 'token' && event.id === 'expression')
    const { reading } = folded([...updateOf('picture', 0), ...events.slice(0, middle + 7)])
    const { current } = trackOf(settled(reading), 'picture')
    expect(current?.answers).toMatchObject({
      attributes: { state: 'done', text: words.attributes },
      expression: { state: 'stopped', text: words.expression.slice(0, 7) },
      emotion: { state: 'done', text: words.emotion },
    })
  })

  it('tells where a lost reading goes on, behind the frames that the window drops', () => {
    const settings = { framesPerSecond: 2, hopFrames: 1 }
    const { reading } = folded(updateOf('picture', 0).slice(0, -1))
    expect(resumeTimeS(trackOf(reading, 'picture'), settings)).toBeUndefined()
    const after = folded(updateOf('picture', 0)).reading
    expect(resumeTimeS(trackOf(after, 'picture'), settings)).toBe(0.5)
  })

  it('tells phases: what a source is, whether it is read, and how it ended', () => {
    const phases: string[] = []
    const fold = createFold(stages, () => judge)
    const events: ReadingEvent[] = [
      { type: 'opened', width: 64, height: 48 },
      ...updateOf('picture', 0),
      { type: 'lag', lagS: 1, passedOver: 2 },
      { type: 'lag', lagS: 1, passedOver: 2 },
      { type: 'paused', isPaused: true },
      { type: 'lag', lagS: 3, passedOver: 4 },
      { type: 'paused', isPaused: false },
      { type: 'over', reason: 'stopped' },
    ]
    events.reduce((before, event) => {
      const after = fold.take(before, event)
      if (after.phase !== before.phase) phases.push(after.phase.phase)
      return after
    }, emptyReading)
    expect(phases).toEqual(['warming', 'running', 'lagging', 'running', 'paused', 'running', 'over'])
  })
})

describe('what is said against what was measured', () => {
  const said = { ...words, expression: 'He smiles (AU12) and nods.' }
  const faces = measuredFaces(2, (timeS) => ({ units: { AU12: timeS < 1 ? 0.8 : 0 } }))
  const events = updateOf('face-1', 0, said)
  const measured = (update: number): ReadingEvent => ({
    type: 'measured',
    track: 'face-1',
    update,
    faces,
    events: [faceEvent('nod', 0, 1)],
  })
  /** With the measures right after the event that begins the update. */
  const withMeasures = (all: readonly ReadingEvent[], update: number) =>
    all.flatMap((event) => (event.type === 'update' ? [event, measured(update)] : [event]))
  const verdicts = (claims: FinishedUpdate['claims']) => claims?.map(({ what, verdict }) => `${what} ${verdict}`)

  it('is held for every answer that is complete, and handed out without the curves', () => {
    const { finished } = folded(withMeasures(events, 0))
    expect(verdicts(finished[0].claims)).toEqual(['AU12 seen', 'nod seen'])
    expect(finished[0].measured).toMatchObject({ faces: 21, units: { AU12: { peak: 0.8 } } })
    expect(finished[0].measured?.events).toEqual([{ kind: 'nod', startS: 0, endS: 1, strength: 0.8 }])
  })

  it('is nothing where nobody is followed', () => {
    const { finished, reading } = folded(events)
    expect(finished[0]).not.toHaveProperty('claims')
    expect(finished[0]).not.toHaveProperty('measured')
    expect(trackOf(reading, 'face-1').current).not.toHaveProperty('claims')
  })

  it('follows an answer while it grows, where trees are read', () => {
    const fold = createFold(stages, () => judge)
    const asked = withMeasures(events, 0)
    const upTo = asked.findIndex((event) => event.type === 'answer' && event.id === 'expression')
    const growing = asked.slice(0, upTo).reduce((reading, event) => fold.take(reading, event), emptyReading)
    expect(verdicts(trackOf(growing, 'face-1').current?.claims)).toEqual([])
    expect(verdicts(trackOf(fold.withTrees(growing), 'face-1').current?.claims)).toEqual(['AU12 seen', 'nod seen'])
  })

  it('holds words that still stand from the update before against what was measured then', () => {
    // The frames of the second update are from 1.25 s on, where nobody smiles.
    const begun = withMeasures(updateOf('face-1', 1, said), 1)
    const upTo = begun.findIndex((event) => event.type === 'answer')
    const { reading } = folded([...withMeasures(events, 0), ...begun.slice(0, upTo + 1)])
    expect(verdicts(trackOf(reading, 'face-1').current?.claims)).toEqual(['AU12 seen', 'nod seen'])
    const { finished } = folded([...withMeasures(events, 0), ...begun])
    expect(verdicts(finished[1].claims)).toEqual(['AU12 not-seen', 'nod not-seen'])
  })

  it('keeps the words of a question that was asked with what was measured', () => {
    const prompt = 'Measured: a nod. Which emotion?'
    const asked = events.map((event) =>
      event.type === 'stage' && event.id === 'emotion' ? { ...event, prompt } : event,
    )
    const { finished, reading } = folded(asked)
    expect(finished[0].answers.emotion).toEqual({ text: said.emotion, prompt, isReused: false, finish: 'end-of-text' })
    expect(finished[0].answers.expression).not.toHaveProperty('prompt')
    expect(trackOf(reading, 'face-1').current?.answers.emotion.prompt).toBe(prompt)
    const streaming = folded(asked.slice(0, asked.findLastIndex((event) => event.type === 'token') + 1)).reading
    expect(trackOf(streaming, 'face-1').current?.answers.emotion).toMatchObject({ state: 'streaming', prompt })
  })
})
