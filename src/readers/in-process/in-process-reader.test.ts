import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { CpuReader } from '../../../e2e/cpu-reading.ts'
import { reasoningPreset, stageIds } from '../../affect/stages.ts'
import { VidemoError } from '../../base/errors.ts'
import { buildBundle } from '../../build/build.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { nodeCpuRuntime } from '../../engine/backends/cpu/node-runtime.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import { createFold } from '../../reading/fold.ts'
import { emptyReading, type FinishedUpdate, finishedBy } from '../../reading/reading.ts'
import { type ReadingRequest, readingRequest, readingSettings } from '../../reading/request.ts'
import { InProcessReader } from './in-process-reader.ts'

const { stages } = reasoningPreset
const maxTokens = 6
const reader = new InProcessReader(await nodeCpuRuntime())
const load = () => reader.load({ name: 'fixture', files: new BundleDirectory(join(folder, 'bundle')) })
let folder: string
let cpu: CpuReader | undefined

/** Frames 0.5 s apart, each of one colour of its own. */
function frames(count: number): TimedFrame[] {
  return Array.from({ length: count }, (_, index) => {
    const rgba = new Uint8ClampedArray(64 * 48 * 4).map((_, at) => (at % 4 === 3 ? 255 : (40 * index + 7 * at) % 256))
    return { width: 64, height: 48, rgba, timeS: index / 2 }
  })
}

async function request(shown: readonly TimedFrame[]): Promise<ReadingRequest> {
  const { manifest } = await load()
  const settings = readingSettings({ maxTokens, windowFrames: 4, hopFrames: 2 }, manifest)
  return readingRequest({ source: { type: 'frames', frames: shown }, stages, settings }, manifest)
}

async function read(asked: ReadingRequest): Promise<{ events: ReadingProgress[]; finished: FinishedUpdate[] }> {
  const events: ReadingProgress[] = []
  const finished: FinishedUpdate[] = []
  const fold = createFold(stages)
  let reading = emptyReading
  for await (const event of reader.read(asked)) {
    const before = reading
    reading = fold.take(before, event)
    events.push(event)
    finished.push(...finishedBy(before, reading))
  }
  return { events, finished }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videmo-in-process-'))
  const files = new DirectoryFiles('fixtures/data/checkpoint')
  await buildBundle(files, await DirectorySink.open(join(folder, 'bundle')), { dtype: 'q4' })
  await files.close()
  cpu = await CpuReader.open(undefined, join(folder, 'bundle'))
})
afterAll(async () => {
  reader.close()
  await cpu?.close()
  await rm(folder, { recursive: true, force: true })
})

it('reads frames window by window, and says token for token what the engine says of each window alone', async () => {
  const shown = frames(7)
  const { events, finished } = await read(await request(shown))
  expect(finished.map(({ frames }) => frames.map(({ timeS }) => timeS))).toEqual([
    [0, 0.5, 1, 1.5],
    [1, 1.5, 2, 2.5],
    // The last frame is its own second.
    [2, 2.5, 3, 3],
  ])
  expect(events.at(-1)).toEqual({ type: 'over', reason: 'ended' })
  const answers = events.flatMap((event) => (event.type === 'answer' ? [event] : []))
  const windows = [shown.slice(0, 4), shown.slice(2, 6), [shown[4], shown[5], shown[6], shown[6]]]
  for (const [index, window] of windows.entries()) {
    const alone = await cpu?.answers(window, maxTokens)
    for (const id of stageIds) {
      const said = answers.filter((answer) => answer.id === id)[index]
      expect(said.ids, `${id} of window ${index}`).toEqual(alone?.[id])
    }
  }
})

it('ends within a token when it is stopped, and reads again', async () => {
  const asked = await request(frames(4))
  const seen: ReadingProgress[] = []
  for await (const event of reader.read(asked)) {
    seen.push(event)
    if (event.type === 'token') await reader.stop()
  }
  expect(seen.filter(({ type }) => type === 'token').length).toBeLessThanOrEqual(2)
  expect(seen.at(-1)).toEqual({ type: 'over', reason: 'stopped' })
  expect((await read(asked)).finished).toHaveLength(1)
})

it('reads nothing without a model, and says so', async () => {
  const empty = new InProcessReader(await nodeCpuRuntime())
  const asked = await request([])
  const error = await empty
    .read(asked)
    .next()
    .catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(VidemoError)
  expect(error).toMatchObject({ code: 'no-model' })
})
