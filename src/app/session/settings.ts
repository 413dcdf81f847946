import * as v from 'valibot'
import { optionOrders } from '../../affect/probes/probe-set.ts'
import { reasoningPreset, type StageId, stageIds } from '../../affect/stages.ts'
import { views } from '../../affect/view.ts'
import { frameBounds } from '../../reading/frames.ts'
import type { Settings } from './session-state.ts'

/** What each setting may be; the page's controls and what was stored keep to it. */
export const bounds = {
  ...frameBounds,
  maxTokens: { min: 256, max: 2048, step: 64 },
  temperature: { min: 0.1, max: 1.5, step: 0.05 },
  topP: { min: 0.05, max: 1, step: 0.05 },
} as const

/** Fewer pixels of a frame at the model than VidEmo was trained on, for slower devices. */
export const frameBudgets = [
  { id: 'half', minPixels: 40_000, maxPixels: 52_500 },
  { id: 'quarter', minPixels: 20_000, maxPixels: 26_500 },
] as const

/** Frames as the model was trained on them; greedy, answers of moderate length. */
export const defaultSettings: Settings = {
  reading: {
    maxTokens: 256,
    sampling: { isOn: false, temperature: 0.7, topP: 0.9 },
  },
  preset: reasoningPreset.id,
  stagesOn: Object.fromEntries(stageIds.map((id) => [id, true])) as Record<StageId, boolean>,
  prompts: {},
  probes: { isOn: true, orders: 'given', isSmoothed: true },
  faces: {
    isOn: true,
    view: 'automatic',
    who: 'chosen',
    withClues: false,
    areOutlinesShown: true,
    isMeshShown: false,
    isTwinShown: true,
    areSmallSought: false,
  },
  isMirrored: true,
  isHudShown: false,
  areKeysOn: true,
  spoken: 'changes',
}

function within(bound: { readonly min: number; readonly max: number }) {
  return v.pipe(v.number(), v.finite(), v.minValue(bound.min), v.maxValue(bound.max))
}

function evenWithin(bound: { readonly min: number; readonly max: number }) {
  return v.pipe(within(bound), v.multipleOf(2))
}

/** A field that is missing or wrong is undefined, and does not invalidate the others. */
function orUndefined<Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(v.fallback(v.optional(schema), undefined))
}

/** A field that is missing or wrong takes its default, and does not invalidate the others. */
function or<Schema extends v.GenericSchema>(schema: Schema, value: v.InferOutput<Schema>) {
  return v.optional(v.fallback(schema, value), () => value as v.InferInput<Schema>)
}

const pixels = v.pipe(v.number(), v.safeInteger(), v.minValue(784), v.maxValue(1_000_000))
const prompt = orUndefined(v.pipe(v.string(), v.maxLength(8000)))
const { reading, stagesOn, probes, faces } = defaultSettings

const samplingSchema = v.object({
  isOn: or(v.boolean(), false),
  temperature: or(within(bounds.temperature), reading.sampling.temperature),
  topP: or(within(bounds.topP), reading.sampling.topP),
})

const readingSchema = v.object({
  framesPerSecond: orUndefined(within(bounds.framesPerSecond)),
  frameBudget: orUndefined(
    v.pipe(
      v.object({ minPixels: pixels, maxPixels: pixels }),
      v.check(({ minPixels, maxPixels }) => minPixels <= maxPixels),
    ),
  ),
  windowFrames: orUndefined(evenWithin(bounds.windowFrames)),
  hopFrames: orUndefined(evenWithin(bounds.hopFrames)),
  maxTokens: or(v.pipe(within(bounds.maxTokens), v.safeInteger()), reading.maxTokens),
  sampling: or(samplingSchema, reading.sampling),
})

const schema = v.object({
  reading: or(readingSchema, reading),
  preset: or(v.pipe(v.string(), v.maxLength(100)), defaultSettings.preset),
  stagesOn: or(v.object(v.entriesFromList(stageIds, or(v.boolean(), true))), stagesOn),
  prompts: or(v.object(v.entriesFromList(stageIds, prompt)), {}),
  probes: or(
    v.object({
      isOn: or(v.boolean(), probes.isOn),
      orders: or(v.picklist(optionOrders), probes.orders),
      isSmoothed: or(v.boolean(), probes.isSmoothed),
    }),
    probes,
  ),
  faces: or(
    v.object({
      isOn: or(v.boolean(), faces.isOn),
      view: or(v.picklist([...views, 'automatic']), faces.view),
      who: or(v.picklist(['chosen', 'all']), faces.who),
      withClues: or(v.boolean(), faces.withClues),
      areOutlinesShown: or(v.boolean(), faces.areOutlinesShown),
      isMeshShown: or(v.boolean(), faces.isMeshShown),
      isTwinShown: or(v.boolean(), faces.isTwinShown),
      areSmallSought: or(v.boolean(), faces.areSmallSought),
    }),
    faces,
  ),
  isMirrored: or(v.boolean(), defaultSettings.isMirrored),
  isHudShown: or(v.boolean(), defaultSettings.isHudShown),
  areKeysOn: or(v.boolean(), defaultSettings.areKeysOn),
  spoken: or(v.picklist(['changes', 'answers']), defaultSettings.spoken),
})

/** Settings from any value: fields that cannot be used take their defaults. Never throws. */
export function settingsFrom(value: unknown): Settings {
  const result = v.safeParse(schema, value)
  return result.success ? settled(result.output) : defaultSettings
}

/** Makes settings consistent: the hop fits the window, some stage is on, and empty fields are left out. */
export function settled(settings: Settings): Settings {
  const { windowFrames, hopFrames } = settings.reading
  const isTooFar = windowFrames !== undefined && hopFrames !== undefined && hopFrames > windowFrames
  const reading = { ...settings.reading, ...(isTooFar ? { hopFrames: windowFrames } : {}) }
  const isSomethingOn = Object.values(settings.stagesOn).some((isOn) => isOn)
  return {
    ...settings,
    reading: Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined)) as typeof reading,
    stagesOn: isSomethingOn ? settings.stagesOn : stagesOn,
    prompts: Object.fromEntries(Object.entries(settings.prompts).filter(([, text]) => text?.trim())),
  }
}

const key = 'videmo-settings'
/** Version of what is stored; since version 2 only the settings that a person has changed. */
const version = 2
type TextStorage = Pick<Storage, 'getItem' | 'setItem'>

/** Version 1 stored the defaults as well, which were VidEmo's and are wrong for other models: they are dropped. */
function migrated(stored: unknown): unknown {
  const { version: storedVersion, reading } = (stored ?? {}) as { version?: unknown; reading?: unknown }
  if (storedVersion === version || typeof reading !== 'object' || reading === null) return stored
  const defaults: Readonly<Record<string, unknown>> = { framesPerSecond: 2, windowFrames: 16, hopFrames: 8 }
  const chosen = Object.entries(reading).filter(([name, value]) => value !== defaults[name])
  return { ...(stored as object), reading: Object.fromEntries(chosen) }
}

/** The settings that are stored on this device; the defaults where there are none. Never throws. */
export function loadSettings(storage: () => TextStorage = () => localStorage): Settings {
  try {
    return settingsFrom(migrated(JSON.parse(storage().getItem(key) ?? '{}')))
  } catch {
    return defaultSettings
  }
}

/** Stores the settings where the browser allows it. Never throws. */
export function saveSettings(settings: Settings, storage: () => TextStorage = () => localStorage): void {
  try {
    storage().setItem(key, JSON.stringify({ version, ...settings }))
  } catch {
    // In private windows and on full disks the settings last until the page is closed.
  }
}

const consentKey = 'videmo-camera-consent'

/** Whether this person has agreed to the camera before, on this device. Never throws. */
export function loadConsent(storage: () => TextStorage = () => localStorage): boolean {
  try {
    return storage().getItem(consentKey) === 'given'
  } catch {
    return false
  }
}

/** Never throws. */
export function saveConsent(storage: () => TextStorage = () => localStorage): void {
  try {
    storage().setItem(consentKey, 'given')
  } catch {
    // Without storage the person is asked again at the next visit.
  }
}
