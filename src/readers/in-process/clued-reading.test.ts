import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { measuredFaces } from '../../affect/measures.fixture.ts'
import { reasoningPreset, withPrompts } from '../../affect/stages.ts'
import { buildBundle } from '../../build/build.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { nodeCpuRuntime } from '../../engine/backends/cpu/node-runtime.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import type { FacesMessage, FacesRequest } from '../../reading/faces-request.ts'
import { createFold } from '../../reading/fold.ts'
import { judge } from '../../reading/judge.ts'
import { emptyReading, type FinishedUpdate, finishedBy } from '../../reading/reading.ts'
import { readingRequest, readingSettings } from '../../reading/request.ts'
import { InProcessReader } from './in-process-reader.ts'

const reader = new InProcessReader(await nodeCpuRuntime())
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videmo-clued-'))
  const files = new DirectoryFiles('fixtures/data/checkpoint')
  await buildBundle(files, await DirectorySink.open(join(folder, 'bundle')), { dtype: 'q4' })
  await files.close()
})
afterAll(async () => {
  reader.close()
  await rm(folder, { recursive: true, force: true })
})

const frames: readonly TimedFrame[] = [0, 0.5, 1, 1.5].map((timeS, index) => ({
  width: 64,
  height: 48,
  rgba: new Uint8ClampedArray(64 * 48 * 4).map((_, at) => (at % 4 === 3 ? 255 : (40 * index + 7 * at) % 256)),
  timeS,
}))

/** A face that smiles from 0.8 s on. */
function smiling(): FacesRequest {
  const faces = measuredFaces(1.6, (timeS) => ({ units: { AU12: timeS >= 0.8 ? 0.9 : 0 } }))
  async function* messages(): AsyncGenerator<FacesMessage> {
    for (const measured of faces) {
      const seen = [{ track: 'face-1' as const, measured }]
      yield { type: 'moment', moment: { timeS: measured.timeS, width: 640, height: 480, faces: seen } }
    }
    yield { type: 'end' }
  }
  return { view: 'picture', who: 'chosen', feed: { type: 'messages', messages: messages() } }
}

async function read(
  preset: Pick<typeof reasoningPreset, 'stages'>,
  more: { readonly faces?: FacesRequest; readonly withClues?: boolean },
): Promise<{ events: ReadingProgress[]; finished: FinishedUpdate[] }> {
  const { manifest } = await reader.load({ name: 'fixture', files: new BundleDirectory(join(folder, 'bundle')) })
  const settings = readingSettings({ maxTokens: 6, windowFrames: 4, hopFrames: 2 }, manifest)
  const { stages } = preset
  const events: ReadingProgress[] = []
  const finished: FinishedUpdate[] = []
  const fold = createFold(stages, () => judge)
  let reading = emptyReading
  const asked = readingRequest({ source: { type: 'frames', frames }, stages, settings, ...more }, manifest)
  for await (const event of reader.read(asked)) {
    const before = reading
    reading = fold.take(before, event)
    events.push(event)
    finished.push(...finishedBy(before, reading))
  }
  return { events, finished }
}

it('asks the emotion with what was measured, tells the words, and answers as to those words', async () => {
  const { events, finished } = await read(reasoningPreset, { faces: smiling(), withClues: true })
  const prompts = events.flatMap((event) => (event.type === 'stage' ? [[event.id, event.prompt]] : []))
  const clued = finished[0].answers.emotion?.prompt ?? ''
  expect(clued).toMatch(/^Measured: lip corner puller \(AU12\) strong from 0\.8 s to 1\.5 s; no brow movement\. Which/)
  expect(prompts).toEqual([
    ['attributes', undefined],
    ['expression', undefined],
    ['emotion', clued],
  ])
  expect(finished[0].measured?.units.AU12.peak).toBe(0.9)
  const spoken = await read(withPrompts(reasoningPreset, { emotion: clued }), {})
  expect(finished[0].answers.emotion?.text).toBe(spoken.finished[0].answers.emotion?.text)
  expect(spoken.finished[0].answers.emotion).not.toHaveProperty('prompt')
})

it('asks in the words of the request where clues are off', async () => {
  const { events, finished } = await read(reasoningPreset, { faces: smiling() })
  expect(events.some((event) => event.type === 'measured')).toBe(true)
  expect(events.some((event) => event.type === 'stage' && event.prompt !== undefined)).toBe(false)
  expect(finished[0].answers.emotion).not.toHaveProperty('prompt')
})
