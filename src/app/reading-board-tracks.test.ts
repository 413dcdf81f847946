import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { reasoningPreset } from '../affect/stages.ts'
import type { TrackId } from '../affect/track.ts'
import type { AnswerFigures, ReadingProgress, UpdateFigures } from '../reading/events.ts'
import { ReadingBoard } from './reading-board.ts'
import { noFaces } from './session/faces-state.ts'
import type { SessionState } from './session/session-state.ts'
import { followed } from './testing/fake-faces.ts'
import { fakeSession } from './testing/fake-session.ts'

beforeEach(() => vi.stubGlobal('requestAnimationFrame', (run: () => void) => run()))
afterEach(() => vi.unstubAllGlobals())

const answerFigures = {} as AnswerFigures
const figures = {} as UpdateFigures

function setUp(state: Partial<SessionState> = {}) {
  const faces = {
    ...noFaces,
    status: { state: 'following' },
    tracks: [followed('face-1'), followed('face-2')],
  } as const
  const { store, flows } = fakeSession({ faces, ...state })
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: {
      source: { kind: 'camera', name: 'Front' },
      model: { name: 'tiny', source: 'https://example.org/tiny/', dtype: 'q4' },
      settings: { preset: '', stages: [], framesPerSecond: 2, windowFrames: 4, hopFrames: 2, maxTokens: 1 },
    },
    opened: 1,
    hasTranscript: false,
    fromS: 0,
    deviceFigures: async () => undefined,
  })
  let update = 0
  let open = 0
  const take = (...events: ReadingProgress[]) => {
    for (const event of events) board.take(event)
  }
  const begin = (track: TrackId) => {
    const frames = [0, 1].map((index) => ({ number: 2 * update + index, timeS: update + index / 2 }))
    for (const frame of frames) {
      open++
      const image = { close: () => open-- } as unknown as ImageBitmap
      take({ type: 'frame', track, view: 'face', ...frame, image, thumbnail: new Blob() })
    }
    const pair = { window: 0, pairsInWindow: 1, pairsPerWindow: 1, visionMs: 1, prefillMs: 1, prefillTokens: 1 }
    take({ type: 'pair', track, ...pair }, { type: 'update', track, update: update++, window: 0, frames, view: 'face' })
    take({ type: 'stage', track, id: 'emotion' })
  }
  const say = (track: TrackId, text: string) =>
    take({ type: 'answer', track, id: 'emotion', text, ids: [], finish: 'end-of-text', figures: answerFigures })
  const end = (track: TrackId) => take({ type: 'updated', track, update: update - 1, figures })
  const choose = (chosen: TrackId) => {
    store.update({ faces: { ...store.get().faces, chosen } })
    board.showChosen()
  }
  const shown = () => [store.get().shownTrack, flows.emotion.text]
  return { board, store, begin, say, end, choose, shown, take, open: () => open }
}

it('shows the reading of the face that is read, and records it as that face’s', () => {
  const { store, begin, say, end, shown } = setUp()
  begin('face-2')
  say('face-2', 'She appears happy.')
  end('face-2')
  expect(shown()).toEqual(['face-2', 'She appears happy.'])
  const { frames, recording } = store.get()
  expect(frames).toHaveLength(2)
  expect(recording.map(({ track, view }) => [track, view])).toEqual([['face-2', 'face']])
})

it('goes with the reading to another face', () => {
  const { begin, say, end, shown } = setUp()
  begin('face-1')
  say('face-1', 'He appears sad.')
  end('face-1')
  begin('face-2')
  expect(shown()).toEqual(['face-2', ''])
  say('face-2', 'She appears happy.')
  expect(shown()).toEqual(['face-2', 'She appears happy.'])
})

it('holds on to one face while all are read in turn, and records them all', () => {
  const blank = fakeSession().store.get().settings
  const settings = { ...blank, faces: { ...blank.faces, who: 'all' }, spoken: 'answers' } as const
  const { store, begin, say, end, shown } = setUp({ settings })
  for (const [track, text] of [
    ['face-1', 'He appears sad.'],
    ['face-2', 'She appears happy.'],
  ] as const) {
    begin(track)
    say(track, text)
    end(track)
  }
  expect(shown()).toEqual(['face-1', 'He appears sad.'])
  expect(store.get().announcement).toContain('He appears sad.')
  expect(store.get().recording.map(({ track }) => track)).toEqual(['face-1', 'face-2'])
})

it('shows the face that a person chooses at once, with its own words and frames', () => {
  const blank = fakeSession().store.get().settings
  const { store, begin, say, end, choose, shown } = setUp({
    settings: { ...blank, faces: { ...blank.faces, who: 'all' } },
  })
  begin('face-1')
  say('face-1', 'He appears sad.')
  end('face-1')
  begin('face-2')
  say('face-2', 'She appears happy.')
  choose('face-2')
  expect(shown()).toEqual(['face-2', 'She appears happy.'])
  expect(store.get().frames.map(({ number }) => number)).toEqual([2, 3])
  expect(store.get().current?.tree.persons[0].emotions[0].label).toBe('happy')
})

it('streams no word of a face that is not on show', () => {
  const { take, begin, choose, shown } = setUp()
  begin('face-1')
  choose('face-1')
  begin('face-2')
  const token = { type: 'token', id: 'emotion', tokenId: 1, ms: 1 } as const
  take({ ...token, track: 'face-2', text: 'She' }, { ...token, track: 'face-1', text: 'He' })
  expect(shown()).toEqual(['face-1', 'He'])
})

it('closes the pictures of every face at the end', () => {
  const { board, begin, open } = setUp()
  begin('face-1')
  begin('face-2')
  expect(open()).toBe(4)
  board.settle()
  board.closeFrames()
  expect(open()).toBe(0)
})

it('keeps the words and the verdict of the answer before until the new one says something', () => {
  const { store, begin, say, end, take, shown } = setUp()
  begin('face-1')
  say('face-1', 'He appears sad.')
  end('face-1')
  const said = () => store.get().headlines['face-1']?.said?.emotions.map(({ label }) => label)
  const states = () => store.get().current?.answers.emotion
  begin('face-1')
  // Its question is being prefilled.
  expect(states()).toMatchObject({ state: 'thinking', text: 'He appears sad.' })
  expect([shown()[1], said()]).toEqual(['He appears sad.', ['sad']])
  const token = { type: 'token', track: 'face-1', id: 'emotion', tokenId: 1, ms: 1 } as const
  take({ ...token, text: 'She' })
  expect([shown()[1], said()]).toEqual(['She', ['sad']])
  const before = store.get().headlines
  take({ ...token, text: ' appears' })
  expect(store.get().headlines, 'no token changes a row').toBe(before)
  take({ ...token, text: ' happy' }, { ...token, text: '.' })
  expect(said()).toEqual(['happy'])
})

it('tells of every face that is read, and forgets none of those that are not on show', () => {
  const blank = fakeSession().store.get().settings
  const { store, begin, say, end, take } = setUp({
    settings: { ...blank, faces: { ...blank.faces, who: 'all' } },
  })
  begin('face-1')
  say('face-1', 'He appears sad.')
  end('face-1')
  begin('face-2')
  take({ type: 'probe', track: 'face-2', id: 'emotion', timeS: 1, probabilities: [1], figures: { tokens: 1, ms: 1 } })
  say('face-2', 'She looks on.')
  expect(store.get().headlines).toMatchObject({
    'face-1': { probed: [], said: { emotions: [{ label: 'sad' }], atS: 0.5 } },
    'face-2': { probed: [{ timeS: 1, probabilities: [1] }], said: { emotions: [] } },
  })
})

it('has no answer spoken where changes of the emotion are', () => {
  const { store, begin, say, end } = setUp()
  begin('face-1')
  say('face-1', 'He appears sad.')
  end('face-1')
  expect(store.get().announcement).toBe('')
})
