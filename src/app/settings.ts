import * as v from 'valibot'
import { reasoningPreset } from '../affect/stages.ts'
import type { Settings } from './session-state.ts'

/** What each setting may be; the page's controls and what was stored keep to it. */
export const bounds = {
  framesPerSecond: { min: 0.5, max: 8, step: 0.5 },
  windowFrames: { min: 4, max: 32, step: 2 },
  hopFrames: { min: 2, max: 32, step: 2 },
  maxTokens: { min: 256, max: 2048, step: 64 },
  temperature: { min: 0.1, max: 1.5, step: 0.05 },
  topP: { min: 0.05, max: 1, step: 0.05 },
} as const

/** Pixels of a frame at the model, largest first: VidEmo's own recipe, and less for slower devices. */
export const frameBudgets = [
  { id: 'recipe', title: 'As the model was trained (about 100 000 pixels)' },
  { id: 'half', title: 'Half of it: faster, less detail', minPixels: 40_000, maxPixels: 52_500 },
  { id: 'quarter', title: 'A quarter: fastest, little detail', minPixels: 20_000, maxPixels: 26_500 },
] as const

/** VidEmo's recipe (two frames a second, sixteen at most); greedy, answers of moderate length. */
export const defaultSettings: Settings = {
  reading: {
    framesPerSecond: 2,
    windowFrames: 16,
    hopFrames: 8,
    maxTokens: 256,
    sampling: { isOn: false, temperature: 0.7, topP: 0.9 },
  },
  preset: reasoningPreset.id,
  stagesOn: { attributes: true, expression: true, emotion: true },
  prompts: {},
  isMirrored: true,
  isHudShown: false,
}

function within(bound: { readonly min: number; readonly max: number }) {
  return v.pipe(v.number(), v.finite(), v.minValue(bound.min), v.maxValue(bound.max))
}

function evenWithin(bound: { readonly min: number; readonly max: number }) {
  return v.pipe(within(bound), v.multipleOf(2))
}

/** A field that is missing or wrong is the default's, and takes nothing else with it. */
function or<Schema extends v.GenericSchema>(schema: Schema, value: v.InferOutput<Schema>) {
  return v.optional(v.fallback(schema, value), () => value as v.InferInput<Schema>)
}

const pixels = v.pipe(v.number(), v.safeInteger(), v.minValue(784), v.maxValue(1_000_000))
const prompt = v.optional(v.fallback(v.optional(v.pipe(v.string(), v.maxLength(8000))), undefined))
const { reading, stagesOn } = defaultSettings

const samplingSchema = v.object({
  isOn: or(v.boolean(), false),
  temperature: or(within(bounds.temperature), reading.sampling.temperature),
  topP: or(within(bounds.topP), reading.sampling.topP),
})

const readingSchema = v.object({
  framesPerSecond: or(within(bounds.framesPerSecond), reading.framesPerSecond),
  frameBudget: v.optional(
    v.fallback(
      v.optional(
        v.pipe(
          v.object({ minPixels: pixels, maxPixels: pixels }),
          v.check(({ minPixels, maxPixels }) => minPixels <= maxPixels),
        ),
      ),
      undefined,
    ),
  ),
  windowFrames: or(evenWithin(bounds.windowFrames), reading.windowFrames),
  hopFrames: or(evenWithin(bounds.hopFrames), reading.hopFrames),
  maxTokens: or(v.pipe(within(bounds.maxTokens), v.safeInteger()), reading.maxTokens),
  sampling: or(samplingSchema, reading.sampling),
})

const schema = v.object({
  reading: or(readingSchema, reading),
  preset: or(v.pipe(v.string(), v.maxLength(100)), defaultSettings.preset),
  stagesOn: or(
    v.object({ attributes: or(v.boolean(), true), expression: or(v.boolean(), true), emotion: or(v.boolean(), true) }),
    stagesOn,
  ),
  prompts: or(v.object({ attributes: prompt, expression: prompt, emotion: prompt }), {}),
  isMirrored: or(v.boolean(), defaultSettings.isMirrored),
  isHudShown: or(v.boolean(), defaultSettings.isHudShown),
})

/** Settings out of anything: what cannot be used is the default's. Never throws. */
export function settingsFrom(value: unknown): Settings {
  const result = v.safeParse(schema, value)
  return result.success ? settled(result.output) : defaultSettings
}

/** Settings that go together: the hop fits the window, some stage is on, and nothing is kept that says nothing. */
export function settled(settings: Settings): Settings {
  const { frameBudget, ...rest } = settings.reading
  const isSomethingOn = Object.values(settings.stagesOn).some((isOn) => isOn)
  return {
    ...settings,
    reading: {
      ...rest,
      hopFrames: Math.min(rest.hopFrames, rest.windowFrames),
      ...(frameBudget ? { frameBudget } : {}),
    },
    stagesOn: isSomethingOn ? settings.stagesOn : stagesOn,
    prompts: Object.fromEntries(Object.entries(settings.prompts).filter(([, text]) => text?.trim())),
  }
}

const key = 'videmo-settings'
type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** What was remembered on this device; the defaults where that cannot be had. Never throws. */
export function loadSettings(shelf: () => Shelf = () => localStorage): Settings {
  try {
    return settingsFrom(JSON.parse(shelf().getItem(key) ?? '{}'))
  } catch {
    return defaultSettings
  }
}

/** Remembers them where the browser lets it. Never throws. */
export function saveSettings(settings: Settings, shelf: () => Shelf = () => localStorage): void {
  try {
    shelf().setItem(key, JSON.stringify(settings))
  } catch {
    // Private windows and full disks: the settings hold until the page is closed.
  }
}

const consentKey = 'videmo-camera-consent'

/** Whether this person has agreed to the camera before, on this device. Never throws. */
export function loadConsent(shelf: () => Shelf = () => localStorage): boolean {
  try {
    return shelf().getItem(consentKey) === 'given'
  } catch {
    return false
  }
}

/** Never throws. */
export function saveConsent(shelf: () => Shelf = () => localStorage): void {
  try {
    shelf().setItem(consentKey, 'given')
  } catch {
    // Asked again next time.
  }
}
