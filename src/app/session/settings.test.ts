import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionOrders } from '../../affect/probes/probe-set.ts'
import type { FrameSettings } from '../../reading/frames.ts'
import { framesFor, trainedFrames } from '../../reading/frames.ts'
import type { Settings } from './session-state.ts'
import {
  bounds,
  defaultSettings,
  loadConsent,
  loadSettings,
  saveConsent,
  saveSettings,
  settingsFrom,
} from './settings.ts'

function storage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    items,
  }
}

function expectFrames(frames: FrameSettings) {
  for (const name of ['framesPerSecond', 'windowFrames', 'hopFrames'] as const) {
    expect(frames[name]).toBeGreaterThanOrEqual(bounds[name].min)
    expect(frames[name]).toBeLessThanOrEqual(bounds[name].max)
  }
  expect(frames.windowFrames % 2).toBe(0)
  expect(frames.hopFrames % 2).toBe(0)
  expect(frames.hopFrames).toBeLessThanOrEqual(frames.windowFrames)
}

function expectUsable({ reading, stagesOn, prompts, probes }: Settings) {
  expect(optionOrders).toContain(probes.orders)
  expect([typeof probes.isOn, typeof probes.isSmoothed]).toEqual(['boolean', 'boolean'])
  expectFrames(framesFor(reading, undefined))
  expect(reading.maxTokens).toBeGreaterThanOrEqual(bounds.maxTokens.min)
  expect(reading.maxTokens).toBeLessThanOrEqual(bounds.maxTokens.max)
  const { windowFrames = bounds.windowFrames.max, hopFrames = bounds.hopFrames.min } = reading
  expect(hopFrames).toBeLessThanOrEqual(windowFrames)
  expect(Object.values(stagesOn)).toContain(true)
  for (const prompt of Object.values(prompts)) expect(prompt?.trim()).not.toBe('')
}

const nearlySettings = fc.record(
  {
    reading: fc.oneof(
      fc.anything(),
      fc.record(
        {
          framesPerSecond: fc.oneof(fc.double(), fc.anything()),
          windowFrames: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.anything()),
          hopFrames: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.anything()),
          maxTokens: fc.oneof(fc.integer(), fc.anything()),
          frameBudget: fc.oneof(fc.record({ minPixels: fc.nat(), maxPixels: fc.nat() }), fc.anything()),
          sampling: fc.oneof(fc.record({ isOn: fc.boolean(), temperature: fc.double() }), fc.anything()),
        },
        { requiredKeys: [] },
      ),
    ),
    stagesOn: fc.oneof(
      fc.record({ attributes: fc.boolean(), expression: fc.boolean(), emotion: fc.boolean() }),
      fc.anything(),
    ),
    prompts: fc.oneof(fc.record({ emotion: fc.string() }), fc.anything()),
    preset: fc.anything(),
    probes: fc.oneof(fc.record({ isOn: fc.boolean(), orders: fc.constantFrom('both', 'none') }), fc.anything()),
    isMirrored: fc.anything(),
  },
  { requiredKeys: [] },
)

describe('settingsFrom', () => {
  it('makes usable settings out of anything, and leaves those alone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearlySettings), (value) => {
        const settings = settingsFrom(value)
        expectUsable(settings)
        expect(settingsFrom(settings)).toEqual(settings)
        expect(settingsFrom(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
      }),
    )
  })

  it('keeps what is right beside what is wrong', () => {
    const settings = settingsFrom({
      reading: { framesPerSecond: 4, maxTokens: 1e9, sampling: { isOn: true, temperature: 'hot' } },
      stagesOn: { attributes: false, emotion: 'yes' },
      prompts: { emotion: 'Which emotion?', expression: 3 },
    })
    expect(settings.reading).toEqual({
      ...defaultSettings.reading,
      framesPerSecond: 4,
      sampling: { ...defaultSettings.reading.sampling, isOn: true },
    })
    expect(settings.stagesOn).toEqual({ attributes: false, expression: true, emotion: true })
    expect(settings.prompts).toEqual({ emotion: 'Which emotion?' })
  })

  it('never turns every stage off', () => {
    expect(settingsFrom({ stagesOn: { attributes: false, expression: false, emotion: false } }).stagesOn).toEqual(
      defaultSettings.stagesOn,
    )
  })

  it('shortens a hop that is longer than the window', () => {
    expect(settingsFrom({ reading: { windowFrames: 6, hopFrames: 12 } }).reading.hopFrames).toBe(6)
  })
})

/** The embedded model's manifest, as far as it says how clips were in training. */
const small = { video: { framesPerSecond: 2, minFrames: 2, maxFrames: 8, maxPixels: 12_800 } }

describe('framesFor', () => {
  it.each([
    ['VidEmo’s recipe where no bundle says', undefined, {}, { framesPerSecond: 2, windowFrames: 16, hopFrames: 8 }],
    ['the same for a bundle that does not say', {}, {}, { framesPerSecond: 2, windowFrames: 16, hopFrames: 8 }],
    ['the bundle’s own', small, {}, { framesPerSecond: 2, windowFrames: 8, hopFrames: 4 }],
    ['the person’s choice', small, { windowFrames: 12 }, { framesPerSecond: 2, windowFrames: 12, hopFrames: 6 }],
    [
      'a hop within the bundle’s window',
      small,
      { framesPerSecond: 4, hopFrames: 16 },
      { framesPerSecond: 4, windowFrames: 8, hopFrames: 8 },
    ],
  ])('takes %s', (_, bundle, chosen, expected) => {
    expect(framesFor(chosen, bundle)).toEqual(expected)
  })

  it('takes fewer pixels than the model was trained on, and never more', () => {
    const frameBudget = { minPixels: 40_000, maxPixels: 52_500 }
    expect(framesFor({ frameBudget }, undefined).frameBudget).toEqual(frameBudget)
    expect(framesFor({ frameBudget }, small)).not.toHaveProperty('frameBudget')
  })

  it('gives what a reading can be made with, whatever a bundle says', () => {
    const video = fc.record({
      framesPerSecond: fc.double({ min: 1e-9, noNaN: true, noDefaultInfinity: true }),
      minFrames: fc.nat(),
      maxFrames: fc.integer({ min: 1 }),
      maxPixels: fc.integer({ min: 1 }),
    })
    fc.assert(
      fc.property(nearlySettings, video, (value, video) => {
        expectFrames(framesFor(settingsFrom(value).reading, { video }))
        expectFrames({ ...trainedFrames({ video }), hopFrames: 2 })
      }),
    )
  })
})

describe('what is remembered', () => {
  it('comes back', () => {
    const items = storage()
    const settings = { ...defaultSettings, isMirrored: false, prompts: { emotion: 'Which?' } }
    saveSettings(settings, () => items)
    expect(loadSettings(() => items)).toEqual(settings)
  })

  it('is only what was chosen', () => {
    const items = storage()
    saveSettings({ ...defaultSettings, reading: { ...defaultSettings.reading, windowFrames: 16 } }, () => items)
    expect(JSON.parse(items.items.get('videmo-settings') ?? '').reading).not.toHaveProperty('framesPerSecond')
    expect(loadSettings(() => items).reading.windowFrames).toBe(16)
  })

  it('forgets the defaults that earlier versions remembered with it', () => {
    const reading = { ...defaultSettings.reading, framesPerSecond: 4, windowFrames: 16, hopFrames: 8 }
    const items = { ...storage(), getItem: () => JSON.stringify({ ...defaultSettings, reading, isMirrored: false }) }
    expect(loadSettings(() => items)).toEqual({
      ...defaultSettings,
      reading: { ...defaultSettings.reading, framesPerSecond: 4 },
      isMirrored: false,
    })
  })

  it('is the default where there is none, junk, or no storage at all', () => {
    expect(loadSettings(storage)).toEqual(defaultSettings)
    for (const text of ['{"reading":', 'null', '7', '{"version":2,"reading":null}', '{"reading":[]}']) {
      const junk = { getItem: () => text, setItem: () => undefined }
      expect(loadSettings(() => junk)).toEqual(defaultSettings)
    }
    const refused = () => {
      throw new Error('SecurityError')
    }
    expect(loadSettings(refused)).toEqual(defaultSettings)
    expect(() => saveSettings(defaultSettings, refused)).not.toThrow()
  })

  it('holds the consent', () => {
    const items = storage()
    expect(loadConsent(() => items)).toBe(false)
    saveConsent(() => items)
    expect(loadConsent(() => items)).toBe(true)
  })
})
