import { expect, it } from 'vitest'
import { reasoningPreset } from '../affect/stages.ts'
import type { UpdateFigures } from '../reading/events.ts'
import { parseRecording, type ReadingOrigin } from '../reading/recording.ts'
import { ReadingBoard } from './reading-board.ts'
import { recordingOf } from './recording-download.ts'
import { runText } from './run-text.ts'
import { fakeSession } from './testing/fake-session.ts'

const figures: UpdateFigures = {
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

function origin(hopFrames: number): ReadingOrigin {
  return {
    source: { kind: 'file', name: 'x' },
    model: { name: 'tiny', source: 'https://example.org/tiny/', dtype: 'q4' },
    settings: {
      preset: reasoningPreset.id,
      stages: [],
      framesPerSecond: 2,
      windowFrames: 2 * hopFrames,
      hopFrames,
      maxTokens: 1,
    },
  }
}

it.each([4, 2])('goes on behind the windows that are complete, hops of %d frames', (hopFrames) => {
  const { store, flows } = fakeSession()
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: origin(hopFrames),
    opened: 1,
    hasTranscript: false,
    fromS: 10,
    deviceFigures: async () => undefined,
  })
  // Frame i of a file stands in the middle of its half second.
  const frames = (from: number) => [0, 1, 2, 3].map((i) => ({ number: from + i, timeS: 10.25 + (from + i) / 2 }))
  const seen = [board.resumeS]
  for (const window of [0, 1]) {
    board.take({ type: 'update', track: 'picture', update: window, window, frames: frames(window * hopFrames) })
    seen.push(board.resumeS)
    board.take({ type: 'updated', track: 'picture', update: window, figures })
    seen.push(board.resumeS)
  }
  const hopS = hopFrames / 2
  expect(seen).toEqual([10, 10, 10 + hopS, 10 + hopS, 10 + 2 * hopS])
})

it('records the frames that an update was about, though the window moves on before it ends', () => {
  const { store, flows } = fakeSession()
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: origin(2),
    opened: 1,
    hasTranscript: false,
    fromS: 0,
    deviceFigures: async () => undefined,
  })
  let closed = 0
  const frame = (number: number) => {
    const image = { close: () => closed++ } as unknown as ImageBitmap
    board.take({
      type: 'frame',
      track: 'picture',
      number,
      timeS: number / 2,
      image,
      thumbnail: new Blob([String(number)]),
    })
  }
  const pair = {
    type: 'pair',
    track: 'picture',
    window: 0,
    pairsPerWindow: 1,
    visionMs: 1,
    prefillMs: 1,
    prefillTokens: 1,
  } as const
  const notes = [0, 1].map((number) => ({ number, timeS: number / 2 }))
  for (const { number } of notes) frame(number)
  board.take({ ...pair, pairsInWindow: 1 })
  board.take({ type: 'update', track: 'picture', update: 0, window: 0, frames: notes })
  for (const number of [2, 3]) frame(number)
  board.take({ ...pair, pairsInWindow: 1 })
  board.take({ type: 'updated', track: 'picture', update: 0, figures })
  const { recording, frames } = store.get()
  expect(closed).toBe(2)
  expect(frames.map(({ number }) => number)).toEqual([2, 3])
  expect(recording[0].frames.map(({ timeS }) => timeS)).toEqual([0, 0.5])
})

it('names model, questions and rate of each reading in the file, and not those of the last one', async () => {
  const { store, flows } = fakeSession()
  const [first, second] = [origin(2), origin(4)]
  const other: ReadingOrigin = {
    source: { kind: 'camera', name: 'Front' },
    model: { name: 'other', source: 'https://example.org/other/', dtype: 'q4f16' },
    settings: { ...second.settings, framesPerSecond: 4, stages: [{ id: 'emotion', prompt: 'Which emotion?' }] },
  }
  for (const origin of [first, other]) {
    const board = new ReadingBoard(store, flows, {
      stages: reasoningPreset.stages,
      origin,
      opened: 1,
      hasTranscript: false,
      fromS: 0,
      deviceFigures: async () => undefined,
    })
    board.take({ type: 'update', track: 'picture', update: 0, window: 0, frames: [] })
    board.take({ type: 'updated', track: 'picture', update: 0, figures })
  }
  const { readings } = parseRecording(JSON.stringify(await recordingOf(store.get().recording)))
  expect(readings.map(({ source, model, settings }) => ({ source, model, settings }))).toEqual([first, other])
})

it('never shows more frames than the window holds, nor one without its partner', () => {
  const { store, flows } = fakeSession()
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: origin(2),
    opened: 1,
    hasTranscript: false,
    fromS: 0,
    deviceFigures: async () => undefined,
  })
  let open = 0
  const shown: number[] = []
  store.subscribe(() => shown.push(store.get().frames.length))
  const frame = (number: number) => {
    open++
    const image = { close: () => open-- } as unknown as ImageBitmap
    board.take({ type: 'frame', track: 'picture', number, timeS: number / 2, image, thumbnail: new Blob() })
  }
  for (let pair = 0; pair < 6; pair++) {
    frame(2 * pair)
    frame(2 * pair + 1)
    const pairsInWindow = Math.min(4, pair + 1)
    board.take({
      type: 'pair',
      track: 'picture',
      window: 0,
      pairsInWindow,
      pairsPerWindow: 4,
      visionMs: 1,
      prefillMs: 1,
      prefillTokens: 1,
    })
  }
  expect(Math.max(...shown)).toBe(8)
  expect(shown.every((count) => count % 2 === 0)).toBe(true)
  // One came whose partner never did: it is closed with the reading.
  frame(12)
  expect(open).toBe(9)
  board.settle()
  expect(open).toBe(8)
})

it('says when there is no picture, and does not claim to read meanwhile', () => {
  const { store, flows } = fakeSession({ run: { state: 'running' } })
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: origin(2),
    opened: 1,
    hasTranscript: false,
    fromS: 0,
    deviceFigures: async () => undefined,
  })
  board.take({ type: 'picture', picture: 'silent' })
  board.take({ type: 'lag', lagS: 3, passedOver: 4 })
  const { picture, run } = store.get()
  expect(picture).toBe('silent')
  expect(runText(run, picture)).toEqual({ text: 'No picture', form: 'waiting' })
  board.take({ type: 'picture', picture: 'there' })
  expect(runText(store.get().run, store.get().picture).text).toBe('Reading')
})

it('keeps what closed questions gave, and their mean time', () => {
  const { store, flows } = fakeSession()
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    origin: origin(2),
    opened: 1,
    hasTranscript: false,
    fromS: 0,
    deviceFigures: async () => undefined,
  })
  for (const [timeS, ms] of [
    [1, 20],
    [2, 40],
  ]) {
    board.take({
      type: 'probe',
      track: 'picture',
      id: 'AU1',
      timeS,
      probabilities: [0.25, 0.75],
      figures: { tokens: 9, ms },
    })
  }
  expect(store.get().probes).toEqual({
    AU1: [1, 2].map((timeS) => ({ timeS, probabilities: [0.25, 0.75] })),
  })
  board.take({ type: 'update', track: 'picture', update: 0, window: 0, frames: [] })
  board.take({ type: 'updated', track: 'picture', update: 0, figures })
  expect(store.get().figures.probeMs).toBe(30)
})
