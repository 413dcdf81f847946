import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { ownSet } from '../../../cli/parity/cases.ts'
import { reasoningPreset, type Stage } from '../../affect/stages.ts'
import { CheckpointError, EngineError } from '../../base/errors.ts'
import { buildBundle } from '../../build/build.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { nodeCpuRuntime } from '../../engine/backends/cpu/node-runtime.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import { createFold } from '../../reading/fold.ts'
import type { Reader, ReaderModel } from '../../reading/reader.ts'
import { emptyReading, type FinishedUpdate, finishedBy, type Reading } from '../../reading/reading.ts'
import { type ReadingRequest, readingRequest, readingSettings } from '../../reading/request.ts'
import { InProcessReader } from '../in-process/in-process-reader.ts'
import { nodeBackend } from './backend.ts'
import type { TransformersStep } from './protocol.ts'
import { TransformersReader } from './transformers-reader.ts'

const { stages } = reasoningPreset
const folder = await mkdtemp(join(tmpdir(), 'videmo-transformers-'))
const layouts = { own: join(folder, 'bundle'), stock: join(folder, 'stock') }
const engine = new InProcessReader(await nodeCpuRuntime())
const reader = new TransformersReader(nodeBackend)
let model: ReaderModel

beforeAll(async () => {
  for (const [out, layout] of [
    [layouts.own, 'bundle'],
    [layouts.stock, 'transformers.js'],
  ] as const) {
    const files = new DirectoryFiles(ownSet().checkpoint)
    await buildBundle(files, await DirectorySink.open(out), { dtype: 'fp32', layout })
    await files.close()
  }
  await engine.load({ name: 'own', files: new BundleDirectory(layouts.own) })
  model = await reader.load({ folder: layouts.stock })
})
afterAll(async () => {
  engine.close()
  reader.close()
  await rm(folder, { recursive: true, force: true })
})

/** Frames 0.5 s apart, of a size that neither processor changes: 140 x 112 px are whole patches and within both bounds. */
function frames(count: number): TimedFrame[] {
  return Array.from({ length: count }, (_, index) => {
    const rgba = new Uint8ClampedArray(140 * 112 * 4).map((_, at) =>
      at % 4 === 3 ? 255 : (61 * index + (at >> 6) * 5 + 7 * (at % 4)) % 256,
    )
    return { width: 140, height: 112, rgba, timeS: index / 2 }
  })
}

interface Asked {
  readonly windowFrames: number
  readonly maxTokens?: number
  readonly asked?: readonly Stage[]
}

function request(
  shown: readonly TimedFrame[],
  { windowFrames, maxTokens = 12, asked = stages }: Asked,
): ReadingRequest {
  const settings = readingSettings({ maxTokens, windowFrames, hopFrames: 2 }, model.manifest)
  return readingRequest({ source: { type: 'frames', frames: shown }, stages: asked, settings }, model.manifest)
}

interface Heard {
  readonly events: readonly ReadingProgress[]
  readonly finished: readonly FinishedUpdate[]
  readonly reading: Reading
}

async function read(
  from: Pick<Reader<never>, 'read'>,
  asked: ReadingRequest,
  onEvent: (event: ReadingProgress) => unknown = () => undefined,
): Promise<Heard> {
  const events: ReadingProgress[] = []
  const finished: FinishedUpdate[] = []
  const fold = createFold(stages)
  let reading = emptyReading
  for await (const event of from.read(asked)) {
    const before = reading
    reading = fold.take(before, event)
    events.push(event)
    finished.push(...finishedBy(before, reading))
    await onEvent(event)
  }
  return { events, finished, reading }
}

const answersOf = ({ events }: Heard) => events.flatMap((event) => (event.type === 'answer' ? [event] : []))

describe('token for token what the engine says', () => {
  // One pair of frames: transformers.js counts a video's time by 1 a pair and the engine by this model's own 2, so that
  // windows of more pairs have other positions.
  it('of a first question', async () => {
    const asked = request(frames(2), { windowFrames: 2 })
    const [stock, own] = [await read(reader, asked), await read(engine, asked)]
    const [theirs, ours] = [answersOf(stock)[0], answersOf(own)[0]]
    expect(theirs.ids).toHaveLength(12)
    expect(theirs).toMatchObject({ id: 'attributes', ids: ours.ids, text: ours.text, finish: ours.finish })
    // The whole prompt, of which the engine reads a part with the pair and the rest with the question.
    const pair = own.events.find((event) => event.type === 'pair')
    expect(theirs.figures.promptTokens).toBe((pair?.prefillTokens ?? 0) + ours.figures.promptTokens)
    expect(stock.reading.phase).toEqual({ phase: 'over', reason: 'ended' })
  })

  // An answer goes back into the conversation as text and not as its ids: the random checkpoint's longer answers are
  // often no valid UTF-8, and come back as other tokens.
  it('of later questions, where the answers before them come back as the same tokens', async () => {
    const asked = request(frames(2), { windowFrames: 2, maxTokens: 1 })
    const [stock, own] = [await read(reader, asked), await read(engine, asked)]
    expect(answersOf(stock).map(({ id, ids }) => [id, ids])).toEqual(answersOf(own).map(({ id, ids }) => [id, ids]))
    expect(answersOf(stock)).toHaveLength(3)
  })
})

it('reads window by window, and asks a standing question once in each', async () => {
  const standing = stages.map((stage) => ({ ...stage, isStanding: stage.id === 'attributes' }))
  const asked = request(frames(7), { windowFrames: 4, maxTokens: 2, asked: standing })
  const { events, finished } = await read(reader, asked)
  expect(finished.map(({ frames }) => frames.map(({ timeS }) => timeS))).toEqual([
    [0, 0.5, 1, 1.5],
    [1, 1.5, 2, 2.5],
    // The last frame is its own second.
    [2, 2.5, 3, 3],
  ])
  expect(finished.map(({ window }) => window)).toEqual([0, 1, 2])
  for (const { answers, figures } of finished) {
    expect(Object.keys(answers)).toEqual(['attributes', 'expression', 'emotion'])
    expect(figures).toMatchObject({ visionPairs: 0, visionMs: 0, drafted: 0, passes: figures.answerTokens })
    expect(figures.prefillMs + figures.decodeMs).toBeLessThanOrEqual(figures.updateMs)
  }
  expect(new Set(events.flatMap((event) => ('track' in event ? [event.track] : [])))).toEqual(new Set(['picture']))
})

describe('when it is stopped or held', () => {
  it('ends within a token, and reads again', async () => {
    const asked = request(frames(2), { windowFrames: 2 })
    const { events, finished } = await read(reader, asked, (event) => event.type === 'token' && reader.stop())
    expect(events.filter(({ type }) => type === 'token').length).toBeLessThanOrEqual(2)
    expect(events.at(-1)).toEqual({ type: 'over', reason: 'stopped' })
    expect(finished).toEqual([])
    expect((await read(reader, asked)).finished).toHaveLength(1)
  })

  it('says nothing while it is held, and goes on', async () => {
    const asked = request(frames(2), { windowFrames: 2, maxTokens: 4 })
    let [isHeld, wasHeld] = [false, false]
    const whileHeld: string[] = []
    const { events } = await read(reader, asked, async ({ type }) => {
      if (isHeld) whileHeld.push(type)
      if (wasHeld || type !== 'token') return
      await reader.pause(true)
      isHeld = true
      wasHeld = true
      // Half a second is a hundred tokens of this model.
      setTimeout(() => {
        isHeld = false
        void reader.pause(false)
      }, 500)
    })
    // The pass under way ends first.
    expect(whileHeld.filter((type) => type === 'token').length).toBeLessThanOrEqual(1)
    expect(events.at(-1)).toEqual({ type: 'over', reason: 'ended' })
  })
})

describe('a folder that cannot be read with', () => {
  /** A copy of the model with one of its files replaced, or without it. */
  async function changed(name: string, path: string, content?: string): Promise<string> {
    const copy = join(folder, name)
    await cp(layouts.stock, copy, { recursive: true })
    if (content === undefined) await rm(join(copy, path), { recursive: true })
    else await writeFile(join(copy, path), content)
    return copy
  }

  it.each<[string, () => Promise<string>, string, RegExp]>([
    ['is a bundle', async () => layouts.own, 'not-transformers-js', /config\.json/],
    ['is not there', async () => join(folder, 'nowhere'), 'not-transformers-js', /config\.json/],
    ['has no graphs', () => changed('bare', 'onnx'), 'not-transformers-js', /no complete set of graphs/],
    [
      'lacks a data file, for which transformers.js would wait for ever',
      () => changed('halved', 'onnx/decoder_model_merged.onnx_data'),
      'not-transformers-js',
      /no complete set of graphs/,
    ],
    [
      'has a page in place of its config',
      () => changed('page', 'config.json', '<!doctype html>'),
      'not-transformers-js',
      /config\.json/,
    ],
    [
      'is of another kind of model',
      () => changed('text', 'config.json', JSON.stringify({ model_type: 'llama' })),
      'unsupported-model',
      /llama/,
    ],
  ])('%s', async (_what, at, code, words) => {
    const other = new TransformersReader(nodeBackend)
    const error = await other.load({ folder: await at() }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(words), action: expect.stringMatching(/\w/) })
    const unread = await read(other, request(frames(2), { windowFrames: 2 })).catch((cause: unknown) => cause)
    expect(unread).toBeInstanceOf(EngineError)
    expect(unread).toMatchObject({ code: 'no-model' })
  })

  it('leaves the model before in use, and asks before it fetches', async () => {
    const steps: TransformersStep[] = []
    const declined = await reader
      .load(
        { folder: layouts.stock },
        (step) => steps.push(step),
        async () => false,
      )
      .catch((cause: unknown) => cause)
    expect(declined).toMatchObject({ name: 'AbortError' })
    expect(steps).toEqual([{ type: 'found', name: 'stock', dtype: 'fp32', bytes: expect.any(Number) }])
    expect((await read(reader, request(frames(2), { windowFrames: 2, maxTokens: 1 }))).finished).toHaveLength(1)
  })
})
