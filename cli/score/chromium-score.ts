/** Runs in headless Chromium: reads the clips that the command line serves on WebGPU, and sends back the answers. */

import { findPreset } from '../../src/affect/stages.ts'
import { EngineError, toWire, type WireError } from '../../src/base/errors.ts'
import { inspectDevice, requestDevice } from '../../src/device/device.ts'
import { browserRuntime } from '../../src/engine/backends/webgpu/browser-runtime.ts'
import { type BundleFiles, openBundle } from '../../src/engine/bundle.ts'
import { ClipReader, type StageAnswers } from './clip-reader.ts'

export interface BrowserJob {
  readonly preset: string
  readonly maxTokens: number
  readonly count: number
  readonly frames: number
  /** Side of a frame. */
  readonly px: number
}

export type BrowserOutcome =
  | { readonly type: 'read'; readonly adapter: string; readonly clips: readonly StageAnswers[] }
  | { readonly type: 'failed'; readonly error: WireError }

declare global {
  interface Window {
    readClips: () => Promise<BrowserOutcome>
    /** Of the command line. */
    toldClip(done: number): Promise<void>
  }
}

const files: BundleFiles = { read: async (path) => (await get(`bundle/${path}`)).blob() }

async function get(path: string): Promise<Response> {
  const response = await fetch(`/job/${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

async function readClips(): Promise<BrowserOutcome> {
  try {
    const { adapter, report } = await inspectDevice()
    if (!adapter || report.state !== 'usable') {
      throw new EngineError({
        code: 'no-adapter',
        message: 'This Chromium has no WebGPU adapter.',
        action: 'Use a Chromium with --use-webgpu-adapter=swiftshader, or a GPU.',
      })
    }
    const job: BrowserJob = await (await get('job.json')).json()
    const pixels = new Uint8ClampedArray(await (await get('frames')).arrayBuffer())
    const runtime = await browserRuntime(await requestDevice(adapter))
    const reader = await ClipReader.open(runtime, await openBundle(files), {
      stages: findPreset(job.preset).stages,
      maxTokens: job.maxTokens,
    })
    const size = job.px * job.px * 4
    const clips: StageAnswers[] = []
    for (let clip = 0; clip < job.count; clip++) {
      const frames = Array.from({ length: job.frames }, (_, frame) => {
        const start = (clip * job.frames + frame) * size
        return { width: job.px, height: job.px, rgba: pixels.subarray(start, start + size) }
      })
      clips.push(await reader.read(frames))
      await window.toldClip(clip + 1)
    }
    await reader.close()
    const { vendor, architecture, description } = report.adapter
    return { type: 'read', adapter: [vendor, architecture, description].filter(Boolean).join(' '), clips }
  } catch (error) {
    return { type: 'failed', error: toWire(error) }
  }
}

window.readClips = readClips
Object.assign(window, { outcome: true })
