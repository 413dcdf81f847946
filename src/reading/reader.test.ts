import { expect, it } from 'vitest'
import { reasoningPreset } from '../affect/stages.ts'
import type { ReadingProgress, UpdateFigures } from './events.ts'
import { createFold } from './fold.ts'
import type { Reader, ReaderModel } from './reader.ts'
import { emptyReading, trackOf } from './reading.ts'
import { type ReadingRequest, readingRequest, readingSettings } from './request.ts'

const figures = { updateMs: 1 } as UpdateFigures

/** What a new reader takes: these members, and nothing of a GPU. */
class Parrot implements Reader<string> {
  private said = ''
  async load(said: string): Promise<ReaderModel> {
    this.said = said
    return { name: 'parrot', source: { name: 'parrot' }, manifest: { dtype: 'fp32' }, notices: [] }
  }
  async *read({ stages }: ReadingRequest): AsyncGenerator<ReadingProgress> {
    const [track, update, text] = ['picture', 0, this.said] as const
    const answer = { prefillMs: 1, decodeMs: 1, promptTokens: 1, answerTokens: 1, passes: 1, drafted: 0, accepted: 0 }
    yield { type: 'update', track, update, window: 0, frames: [] }
    for (const { id } of stages) {
      yield { type: 'answer', track, id, text, ids: [], finish: 'end-of-text', figures: answer }
    }
    yield { type: 'updated', track, update, figures }
    yield { type: 'over', reason: 'ended' }
  }
  async cancelLoad() {}
  async stop() {}
  async pause() {}
  async figures() {
    return undefined
  }
  close() {}
}

it('is all that a reading needs: whoever implements it is read like the engine', async () => {
  const { stages } = reasoningPreset
  const reader = new Parrot()
  const { manifest } = await reader.load('The person appears happy and smiles.')
  const settings = readingSettings({ maxTokens: 8 }, manifest)
  const source = { type: 'frames', frames: [] } as const
  const fold = createFold(stages)
  let reading = emptyReading
  for await (const event of reader.read(readingRequest({ source, stages, settings }, manifest))) {
    reading = fold.take(reading, event)
  }
  const { finished } = trackOf(reading, 'picture')
  expect(finished?.tree.persons[0].emotions.map(({ label }) => label)).toEqual(['happy'])
  expect(reading.phase).toEqual({ phase: 'over', reason: 'ended' })
})
