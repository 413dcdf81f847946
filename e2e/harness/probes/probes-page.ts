/** Runs in headless Chromium: probes on WebGPU, and the slow way to the same numbers. */

import { toWire, type WireError } from '../../../src/base/errors.ts'
import { browserRuntime } from '../../../src/engine/backends/webgpu/browser-runtime.ts'
import { GpuUsage } from '../../../src/engine/backends/webgpu/gpu-usage.ts'
import { type BundleFiles, openBundle } from '../../../src/engine/bundle.ts'
import { Decoder } from '../../../src/engine/decoder.ts'
import { LiveWindow } from '../../../src/engine/live-window.ts'
import { askProbes, barePass, prepareProbe, probeSlots, scoreLabels } from '../../../src/engine/probes.ts'
import { forcedLogProbabilities, testFeatures, testGrid } from '../../../src/engine/testing/teacher-forcing.ts'
import type { ProbeFigures } from '../../../src/reading/events.ts'
import type { Probe } from '../../../src/reading/probes.ts'

export interface ProbesJob {
  readonly pairs: number
  readonly probes: readonly Probe[]
  /** Of the answers of the first probe's first asking; each up to its letter. */
  readonly begun: readonly string[]
  readonly labels: { readonly prompt: string; readonly labels: readonly string[] }
}

export interface ProbesResult {
  readonly adapter: string
  /** By probe, asking and option. */
  readonly byAsking: readonly (readonly (readonly number[])[])[]
  readonly readBackBytes: number
  readonly buffers: readonly [before: number, after: number]
  readonly probe: ProbeFigures
  readonly bare: ProbeFigures
  /** Of `begun`, from an empty cache. */
  readonly forced: readonly number[]
  readonly labels: readonly number[]
  readonly forcedLabels: readonly number[]
}

/** Where the test serves the bundle of the random reference checkpoint. */
const files: BundleFiles = {
  async read(path) {
    const response = await fetch(`/job/fixture/${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return response.blob()
  },
}

async function run({ pairs, probes, begun, labels }: ProbesJob): Promise<ProbesResult> {
  const adapter = await navigator.gpu?.requestAdapter()
  if (!adapter) throw new Error('no adapter')
  const device = await adapter.requestDevice()
  const gpuUsage = new GpuUsage(device)
  const runtime = await browserRuntime(device, { forbidCpuFallback: true })
  const bundle = await openBundle(files)
  const prepared = probes.map((probe) => prepareProbe(bundle, probe))
  const [first] = prepared
  const size = { pairs, tokensPerPair: 16 }
  const decoder = await Decoder.create(runtime, bundle, { capacity: probeSlots(bundle, size, prepared) + 8 })
  const window = new LiveWindow(runtime, bundle, decoder, testGrid)
  for (let pair = 0; pair < pairs; pair++) await window.append(testFeatures(runtime, bundle, pair))
  const read = async (asked: typeof prepared) => {
    const readings = []
    for await (const reading of askProbes(window, asked)) readings.push(reading)
    return readings
  }
  // Kernels compile, buffers are made.
  await read(prepared)
  const before = gpuUsage.figures()
  const readings = await read(prepared)
  const after = gpuUsage.figures()
  await barePass(window, first)
  const bare = await barePass(window, first)
  const [{ figures: probe }] = await read([{ ...first, askings: first.askings.slice(0, 1) }])
  const { logProbabilities } = await scoreLabels(window, labels.prompt, labels.labels)
  const { prompt } = probes[0].askings[0]
  const forced = await forcedLogProbabilities(runtime, bundle, { pairs, prompt, answers: begun })
  const forcedLabels = await forcedLogProbabilities(runtime, bundle, {
    pairs,
    prompt: labels.prompt,
    answers: labels.labels,
  })
  const { vendor, architecture } = device.adapterInfo
  window.dispose()
  await decoder.dispose()
  device.destroy()
  return {
    adapter: `${vendor} ${architecture}`,
    byAsking: readings.map(({ byAsking }) => byAsking),
    readBackBytes: after.readBackBytes - before.readBackBytes,
    buffers: [before.buffers, after.buffers],
    probe,
    bare,
    forced,
    labels: logProbabilities,
    forcedLabels,
  }
}

declare global {
  interface Window {
    runProbes: (job: ProbesJob) => Promise<ProbesResult | { readonly error: WireError }>
  }
}

window.runProbes = (job) => run(job).catch((error: unknown) => ({ error: toWire(error) }))
Object.assign(window, { outcome: 'ready' })
