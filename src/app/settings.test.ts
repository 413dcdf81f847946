import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

function shelf() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    items,
  }
}

function expectUsable({ reading, stagesOn, prompts }: Settings) {
  for (const name of ['framesPerSecond', 'windowFrames', 'hopFrames', 'maxTokens'] as const) {
    expect(reading[name]).toBeGreaterThanOrEqual(bounds[name].min)
    expect(reading[name]).toBeLessThanOrEqual(bounds[name].max)
  }
  expect(reading.windowFrames % 2).toBe(0)
  expect(reading.hopFrames % 2).toBe(0)
  expect(reading.hopFrames).toBeLessThanOrEqual(reading.windowFrames)
  expect(Object.values(stagesOn)).toContain(true)
  for (const prompt of Object.values(prompts)) expect(prompt.trim()).not.toBe('')
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

describe('what is remembered', () => {
  it('comes back', () => {
    const items = shelf()
    const settings = { ...defaultSettings, isMirrored: false, prompts: { emotion: 'Which?' } }
    saveSettings(settings, () => items)
    expect(loadSettings(() => items)).toEqual(settings)
  })

  it('is the default where there is none, junk, or no storage at all', () => {
    expect(loadSettings(shelf)).toEqual(defaultSettings)
    const junk = { getItem: () => '{"reading":', setItem: () => undefined }
    expect(loadSettings(() => junk)).toEqual(defaultSettings)
    const refused = () => {
      throw new Error('SecurityError')
    }
    expect(loadSettings(refused)).toEqual(defaultSettings)
    expect(() => saveSettings(defaultSettings, refused)).not.toThrow()
  })

  it('holds the consent', () => {
    const items = shelf()
    expect(loadConsent(() => items)).toBe(false)
    saveConsent(() => items)
    expect(loadConsent(() => items)).toBe(true)
  })
})
