import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveProbes } from '../../src/affect/probes/probe-set.ts'
import { buildBundle } from '../../src/build/build.ts'
import { sampleClip } from '../../src/demo-face/sample-clip.ts'
import { framesOf, truthOf } from '../../src/demo-face/truth.ts'
import { parseManifest } from '../../src/manifest/manifest.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import { calibrate, writeCalibration } from './calibrate.ts'
import { averaged, calibrationFigures, inGivenOrder, orderBias } from './calibration-figures.ts'
import { trueOption } from './probe-truth.ts'
import { reliabilityDiagram } from './reliability-diagram.ts'

const folder = mkdtempSync(join(tmpdir(), 'videmo-calibrate-'))
const bundle = join(folder, 'bundle')

beforeAll(async () => {
  const files = new DirectoryFiles('fixtures/data/checkpoint')
  await buildBundle(files, await DirectorySink.open(bundle), { dtype: 'q8' })
  await files.close()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log = (probabilities: readonly number[]) => probabilities.map(Math.log)

describe('trueOption', () => {
  it('is an option of every live probe, and says what was drawn', () => {
    for (let seed = 0; seed < 20; seed++) {
      const clip = sampleClip(seed)
      const truth = truthOf(clip.looks, framesOf(clip, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]), clip.motion.type)
      if (!truth) continue
      for (const question of liveProbes) {
        const option = question.options[trueOption(question, truth)]
        if (question.about === 'emotion') expect(option).toBe(truth.emotion)
        else if (question.about === 'sentiment') expect(option).toBe(truth.sentiment)
        else {
          const all: readonly string[] = [...truth.units, ...truth.appearances, ...truth.actions]
          expect(option).toBe(all.includes(question.id) ? 'yes' : 'no')
        }
      }
    }
  })
})

describe('orderBias', () => {
  it('is nothing where only options count, and all where only letters do', () => {
    const options = log([0.7, 0.2, 0.1])
    expect(orderBias([{ orders: [options, options], truth: 0, clip: 0 }])).toEqual({
      distance: 0,
      changed: 0,
      firstOverLast: 0,
    })
    // Always (A): in the reversed order that is the last option.
    const letters = [
      [0.98, 0.01, 0.01],
      [0.01, 0.01, 0.98],
    ].map(log)
    const bias = orderBias([{ orders: [letters[0], letters[1]], truth: 0, clip: 0 }])
    expect(bias.distance).toBeCloseTo(0.97)
    expect(bias.changed).toBe(1)
    expect(bias.firstOverLast).toBeCloseTo(0.97)
  })

  it('is gone from the average of yes and no', () => {
    const liking = fc.double({ min: -4, max: 4, noNaN: true })
    fc.assert(
      fc.property(liking, liking, (letter, option) => {
        const normalized = (values: number[]) =>
          values.map((value) => value - Math.log(values.reduce((sum, each) => sum + Math.exp(each), 0)))
        const orders = [normalized([option + letter, 0]), normalized([option, letter])] as const
        const { logProbabilities } = averaged({ orders, truth: 0, clip: 0 })
        expect(logProbabilities[0] - logProbabilities[1]).toBeCloseTo(option, 9)
      }),
    )
  })
})

describe('calibrationFigures', () => {
  it('judges each half by the other half’s temperature', () => {
    // Even clips are sure and right, odd ones sure and wrong.
    const samples = Array.from({ length: 40 }, (_, clip) => ({
      logProbabilities: log([0.9, 0.1]),
      truth: clip % 2,
      clip,
    }))
    const { accuracy, before, after, temperature } = calibrationFigures(samples)
    expect(accuracy).toBe(0.5)
    expect(before.ece).toBeCloseTo(0.4)
    // Fitted on the whole, there is nothing to be sure of; fitted on the wrong half, both halves are worse off.
    expect(temperature).toBeGreaterThan(10)
    expect(after.nll).toBeGreaterThan(before.nll)
  })
})

describe('calibrate', () => {
  it('asks every live probe in both orders, and writes what it fits into the manifest', async () => {
    const report = await calibrate({ seed: 5, count: 4, bundle, jobs: 1 })
    expect(report).toMatchObject({
      seed: 5,
      count: 4,
      passes: { given: liveProbes.length, both: 2 * liveProbes.length },
    })
    expect(report.kinds.unit.answers).toBe(48)
    expect(report.kinds.emotion.answers).toBe(4)
    for (const { given, both } of Object.values(report.kinds)) {
      for (const { accuracy, before, temperature } of [given, both]) {
        expect(accuracy).toBeGreaterThanOrEqual(0)
        expect(before.bins.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0)
        expect(temperature).toBeGreaterThan(0)
      }
    }
    expect(report.probeMs).toBeGreaterThan(0)
    expect(report.bareMs).toBeGreaterThan(0)
    await writeCalibration(report)
    const { calibration } = parseManifest(readFileSync(join(bundle, 'manifest.json'), 'utf8'))
    expect(calibration?.clips).toEqual({ seed: 5, count: 4 })
    for (const [kind, { given }] of Object.entries(report.kinds)) {
      expect(calibration?.temperatures[kind].given).toBeCloseTo(given.temperature, 2)
    }
    const diagram = reliabilityDiagram({ ...report, bundle: 'a<b&c' })
    expect(diagram.match(/<g /g)).toHaveLength(10)
    expect(diagram).toContain('a&lt;b&amp;c')
  })
})

describe('averaged', () => {
  it('is the given order where both agree', () => {
    const asked = { orders: [log([0.6, 0.4]), log([0.6, 0.4])], truth: 1, clip: 3 } as const
    expect(averaged(asked)).toEqual(inGivenOrder(asked))
  })
})
