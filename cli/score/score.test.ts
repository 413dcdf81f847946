import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reasoningPreset } from '../../src/affect/stages.ts'
import { buildBundle } from '../../src/build/build.ts'
import { proseOf } from '../../src/demo-face/answers.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import { ClipReader } from './clip-reader.ts'
import { type Fault, faults } from './faults.ts'
import { parseGivenAnswers } from './given-answers.ts'
import { score } from './score.ts'
import { FrameSource, scoredClip } from './score-frames.ts'

const folder = mkdtempSync(join(tmpdir(), 'videmo-score-'))
const bundle = join(folder, 'bundle')

beforeAll(async () => {
  const files = new DirectoryFiles('fixtures/data/checkpoint')
  await buildBundle(files, await DirectorySink.open(bundle), { dtype: 'fp32' })
  await files.close()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = { seed: 77, count: 20, bundle, preset: 'reasoning', fault: 'none', maxTokens: 160, jobs: 1 } as const

/** The true answers, as another engine might give them. */
function answersFile(change: (answers: ReturnType<typeof proseOf>, clip: number) => object = (same) => same): string {
  const lines = Array.from({ length: options.count }, (_, clip) => {
    const answers = proseOf(scoredClip(options.seed, clip, {}).truth)
    return JSON.stringify({ clip, answers: change(answers, clip), shuffled: { expression: 'The face is at rest.' } })
  })
  return `${lines.join('\n')}\n`
}

describe('score', () => {
  it('gives 1 for true answers of another engine', async () => {
    const report = await score({ ...options, given: parseGivenAnswers('answers', answersFile()) })
    expect(report).toMatchObject({
      seed: 77,
      count: 20,
      attributes: { microF1: 1 },
      actionUnits: { microF1: 1 },
      motion: { accuracy: 1, shuffledAccuracy: 0 },
      emotion: { accuracy: 1 },
      tree: { similarity: 1, exact: 1 },
      cut: null,
    })
  })

  it('falls by what is left out', async () => {
    const file = answersFile((answers, clip) => (clip < 5 ? { ...answers, emotion: '', attributes: '' } : answers))
    const report = await score({ ...options, given: parseGivenAnswers('answers', file) })
    expect(report.emotion.accuracy).toBe(0.75)
    expect(report.attributes.precision).toBe(1)
    expect(report.attributes.recall).toBeLessThan(0.85)
  })

  it('reads a bundle, the same on one thread and on two', async () => {
    const few = { ...options, count: 2, maxTokens: 6 }
    const report = await score(few)
    expect(report.attributes.microF1).toBeLessThan(0.2)
    // Random weights do not end their answers.
    expect(report.cut).toBe(1)
    expect(await score({ ...few, jobs: 2 })).toEqual(report)
  })

  it('fails as the bundle does', async () => {
    await expect(score({ ...options, bundle: folder })).rejects.toMatchObject({ code: 'missing-file' })
  })
})

describe('ClipReader', () => {
  it('answers otherwise with every fault', async () => {
    const opened = await openBundle(new BundleDirectory(bundle))
    const { frames } = new FrameSource(77, {}).clip(1)
    const answers = new Map<Fault, readonly number[] | undefined>()
    for (const fault of faults) {
      const { stages } = reasoningPreset
      const reader = await ClipReader.open(await nodeCpuRuntime(), opened, { stages, maxTokens: 12, fault })
      answers.set(fault, (await reader.read(frames, 'attributes')).attributes?.ids)
      await reader.close()
    }
    const right = answers.get('none')
    expect(right?.length).toBeGreaterThan(3)
    for (const fault of ['positions', 'patches', 'resize'] as const)
      expect(answers.get(fault), fault).not.toEqual(right)
  })

  it('knows its own tokens for the best', async () => {
    const { stages } = reasoningPreset
    const opened = await openBundle(new BundleDirectory(bundle))
    const reader = await ClipReader.open(await nodeCpuRuntime(), opened, { stages, maxTokens: 5 })
    const { frames } = new FrameSource(77, {}).clip(1)
    const said = await reader.read(frames, 'expression')
    expect(await reader.shortfall(frames, said, 'expression', 3)).toBeCloseTo(0, 4)
    const ids = said.expression?.ids.map((id, step) => (step === 3 ? id + 1 : id)) ?? []
    const other = { ...said, expression: { ids, text: '', isCut: true } }
    expect(await reader.shortfall(frames, other, 'expression', 3)).toBeGreaterThan(0.001)
    await reader.close()
  })
})

describe('parseGivenAnswers', () => {
  it.each([
    ['{"clip": 0}', 'line 1: answers'],
    ['\n{"clip": -1, "answers": {}}', 'line 2: clip'],
    ['{"clip": 0, "answers": {"emotion": 3}}', 'line 1: answers.emotion'],
    ['nonsense', 'line 1'],
  ])('names what is wrong in %j', (content, said) => {
    expect(() => parseGivenAnswers('file', content)).toThrow(said)
  })

  it('says which clip has no answers', () => {
    const given = parseGivenAnswers('file', '{"clip": 3, "answers": {}}')
    expect(given(3).answers).toEqual({ attributes: '', expression: '', emotion: '' })
    expect(() => given(4)).toThrow('file has no answers for clip 4.')
  })
})
