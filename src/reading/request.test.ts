import { expect, it } from 'vitest'
import { presets, reasoningPreset } from '../affect/stages.ts'
import { readingRequest, readingSettings } from './request.ts'

const trained = { video: { framesPerSecond: 4, minFrames: 2, maxFrames: 8, maxPixels: 50_176 } }
const file = { type: 'file', file: new Blob(['video']) } as const

it('takes from the bundle what nobody chose', () => {
  expect(readingSettings({ maxTokens: 256 }, trained)).toEqual({
    framesPerSecond: 4,
    windowFrames: 8,
    hopFrames: 4,
    maxTokens: 256,
  })
  const sampling = { temperature: 0.7, topP: 0.9, seed: 1 }
  const chosen = readingSettings({ maxTokens: 512, framesPerSecond: 1, windowFrames: 4, sampling }, trained)
  expect(chosen).toEqual({ framesPerSecond: 1, windowFrames: 4, hopFrames: 2, maxTokens: 512, sampling })
})

it('lets a stage say of itself whether its answer stands for a window', () => {
  const settings = readingSettings({ maxTokens: 256 }, trained)
  const { stages } = readingRequest({ source: file, stages: reasoningPreset.stages, settings }, {})
  expect(stages.map(({ id, isStanding }) => [id, isStanding ?? false])).toEqual([
    ['attributes', true],
    ['expression', false],
    ['emotion', false],
  ])
  expect(stages.map(({ prompt }) => prompt)).toEqual(reasoningPreset.stages.map(({ prompt }) => prompt))
  for (const preset of presets) {
    const standing = preset.stages.filter(({ isStanding }) => isStanding).map(({ id }) => id)
    expect(standing, preset.id).toEqual(preset.id === 'caption' ? [] : ['attributes'])
  }
})

it('asks closed questions only where they are wanted and were learnt', () => {
  const settings = readingSettings({ maxTokens: 256 }, trained)
  const wish = { source: file, stages: reasoningPreset.stages, settings }
  expect(readingRequest(wish, {}).probes).toBeUndefined()
  expect(readingRequest({ ...wish, probes: { isOn: false, orders: 'given' } }, {}).probes).toEqual([])
  const all = readingRequest({ ...wish, probes: { isOn: true, orders: 'both' } }, {}).probes ?? []
  expect(all.every(({ askings }) => askings.length === 2)).toBe(true)
  const calibration = {
    clips: { seed: 1, count: 1 },
    temperatures: {},
    accuracy: { unit: { given: 0.5, both: 0.5 }, emotion: { given: 0.9, both: 0.9 } },
  }
  const learnt = readingRequest({ ...wish, probes: { isOn: true, orders: 'both' } }, { calibration }).probes ?? []
  expect(learnt.length).toBeLessThan(all.length)
  expect(learnt.map(({ id }) => id)).toContain('emotion')
})
