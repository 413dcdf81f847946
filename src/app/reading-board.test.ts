import { expect, it } from 'vitest'
import type { UpdateFigures } from '../../workers/engine-api.ts'
import { reasoningPreset } from '../affect/stages.ts'
import { ReadingBoard } from './reading-board.ts'
import { fakeSession } from './testing/fake-session.ts'

const figures: UpdateFigures = {
  updateMs: 1,
  visionPairs: 1,
  visionMs: 1,
  prefillTokens: 1,
  prefillMs: 1,
  answerTokens: 1,
  decodeMs: 1,
  firstTokenMs: 1,
}

it.each([4, 2])('goes on behind the windows that are complete, hops of %d frames', (hopFrames) => {
  const { store, flows } = fakeSession()
  const board = new ReadingBoard(store, flows, {
    stages: reasoningPreset.stages,
    source: 'x',
    hasTranscript: false,
    fromS: 10,
    settings: { framesPerSecond: 2, hopFrames },
    deviceFigures: async () => undefined,
  })
  // Frame i of a file stands in the middle of its half second.
  const frames = (from: number) => [0, 1, 2, 3].map((i) => ({ number: from + i, timeS: 10.25 + (from + i) / 2 }))
  const seen = [board.resumeS]
  for (const window of [0, 1]) {
    board.take({ type: 'update', update: window, window, frames: frames(window * hopFrames) })
    seen.push(board.resumeS)
    board.take({ type: 'updated', update: window, figures })
    seen.push(board.resumeS)
  }
  const hopS = hopFrames / 2
  expect(seen).toEqual([10, 10, 10 + hopS, 10 + hopS, 10 + 2 * hopS])
})
