/** Runs in headless Chromium: fetches the job that the command line serves, computes it on WebGPU, sends back numbers. */

import { EngineError, toWire } from '../../src/base/errors.ts'
import { inspectDevice, requestDevice } from '../../src/device/device.ts'
import { browserRuntime } from '../../src/engine/backends/webgpu/browser-runtime.ts'
import { type BundleFiles, openBundle } from '../../src/engine/bundle.ts'
import { type ReplayRequest, replay } from './replay.ts'
import { encodeOutcome, type WireOutcome } from './wire.ts'

export interface ChromiumJob {
  readonly request: ReplayRequest
  readonly forbidCpuFallback: boolean
  readonly graphCapture: boolean
}

const files: BundleFiles = { read: async (path) => (await get(`bundle/${path}`)).blob() }

async function get(path: string): Promise<Response> {
  const response = await fetch(`/job/${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

async function outcome(): Promise<WireOutcome> {
  try {
    const { adapter, report } = await inspectDevice()
    if (!adapter || report.state !== 'usable') {
      throw new EngineError({
        code: 'no-adapter',
        message: 'This Chromium has no WebGPU adapter.',
        action: 'Use a Chromium with --use-webgpu-adapter=swiftshader, or a GPU.',
      })
    }
    const job: ChromiumJob = await (await get('request.json')).json()
    const pixels = new Float32Array(await (await get('pixels')).arrayBuffer())
    const { forbidCpuFallback, graphCapture } = job
    const runtime = await browserRuntime(await requestDevice(adapter), { forbidCpuFallback, graphCapture })
    const { vendor, architecture, description } = report.adapter
    const name = [vendor, architecture, description].filter(Boolean).join(' ')
    return encodeOutcome(name, await replay(runtime, await openBundle(files), pixels, job.request))
  } catch (error) {
    return { kind: 'error', error: toWire(error) }
  }
}

declare global {
  interface Window {
    outcome: Promise<WireOutcome>
  }
}
window.outcome = outcome()
