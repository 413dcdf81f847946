/** Runs in headless Chromium: the reader of foreign models reads one pair of frames on WebGPU. */

import { reasoningPreset } from '../../src/affect/stages.ts'
import type { TimedFrame } from '../../src/capture/painter.ts'
import { browserBackend } from '../../src/readers/transformers/browser-backend.ts'
import { TransformersReader } from '../../src/readers/transformers/transformers-reader.ts'
import { readingRequest, readingSettings } from '../../src/reading/request.ts'

export interface ForeignJob {
  readonly width: number
  readonly height: number
  readonly maxTokens: number
}

export interface ForeignOutcome {
  readonly provider: string
  readonly types: readonly string[]
  readonly answerIds: readonly (readonly number[])[]
}

async function run(): Promise<ForeignOutcome> {
  const { width, height, maxTokens }: ForeignJob = await (await fetch('/job/request.json')).json()
  const rgba = new Uint8ClampedArray(await (await fetch('/job/image')).arrayBuffer())
  const frames: TimedFrame[] = [0, 0.5].map((timeS) => ({ width, height, rgba, timeS }))
  const reader = new TransformersReader(() => browserBackend({ preferAdapter: true }))
  const { manifest, provider } = await reader.load({ folder: new URL('/job/model/', location.href).href })
  const settings = readingSettings({ maxTokens, windowFrames: 2, hopFrames: 2 }, manifest)
  const { stages } = reasoningPreset
  const types: string[] = []
  const answerIds: (readonly number[])[] = []
  for await (const event of reader.read(
    readingRequest({ source: { type: 'frames', frames }, stages, settings }, manifest),
  )) {
    types.push(event.type)
    if (event.type === 'answer') answerIds.push(event.ids)
  }
  return { provider, types, answerIds }
}

declare global {
  interface Window {
    foreign: Promise<ForeignOutcome>
  }
}
window.foreign = run()
Object.assign(window, { outcome: window.foreign })
