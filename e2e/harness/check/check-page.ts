/** Runs in headless Chromium: the parts of the engine that a test of the self-check calls from outside. */

import { type ReplayRequest, replay } from '../../../cli/parity/replay.ts'
import { EngineError, toWire, type WireError } from '../../../src/base/errors.ts'
import { requestDevice } from '../../../src/device/device.ts'
import { wasmRuntime } from '../../../src/engine/backends/cpu/wasm-runtime.ts'
import type { Runtime } from '../../../src/engine/backends/runtime.ts'
import { browserRuntime } from '../../../src/engine/backends/webgpu/browser-runtime.ts'
import { type DeviceFigures, GpuUsage } from '../../../src/engine/backends/webgpu/gpu-usage.ts'
import { type BundleFiles, openBundle } from '../../../src/engine/bundle.ts'
import type { CheckReport } from '../../../src/engine/checks/check-verdict.ts'
import { checkDevice, checkFolders } from '../../../src/engine/checks/kernel-check.ts'
import { checkBundle, checkKernels } from '../../../src/engine/checks/self-check.ts'
import { canRecordSteps } from '../../../src/engine/checks/step-recording.ts'
import { Decoder } from '../../../src/engine/decoder.ts'
import { type DecodingWork, decodingWork } from '../../../src/engine/testing/decoding-work.ts'
import { countWork } from '../../../src/engine/testing/device-work.ts'
import { VisionEncoder } from '../../../src/engine/vision-encoder.ts'

export type Told<T> = { readonly value: T; readonly ms: number } | { readonly error: WireError }

export interface KernelsResult {
  readonly adapter: string
  readonly report: CheckReport
  readonly figures: DeviceFigures
}

/** Where the test serves the bundle of the random reference checkpoint. */
const fixture = 'job/fixture/'

const filesAt = (folder: string): BundleFiles => ({
  async read(path) {
    const response = await fetch(`/${folder}${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return response.blob()
  },
})

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter()
  if (adapter) return adapter
  throw new EngineError({ code: 'no-adapter', message: 'No adapter.', action: 'Use a Chromium that has one.' })
}

async function onModel<T>(
  runtime: Runtime,
  folder: string,
  use: (bundle: Awaited<ReturnType<typeof openBundle>>, model: { vision: VisionEncoder; decoder: Decoder }) => T,
): Promise<Awaited<T>> {
  const bundle = await openBundle(filesAt(folder))
  const vision = await VisionEncoder.create(runtime, bundle)
  const decoder = await Decoder.create(runtime, bundle, { capacity: 1 })
  try {
    return await use(bundle, { vision, decoder })
  } finally {
    await decoder.dispose()
    await vision.dispose()
  }
}

const calls = {
  async device(forceSubgroups: boolean): Promise<KernelsResult> {
    const usages: GpuUsage[] = []
    const { device, report } = await checkDevice({
      requestAdapter,
      compute: 'f32',
      fetchCheck: async (compute) => filesAt(checkFolders[compute]),
      createRuntime: (device) => {
        usages.push(new GpuUsage(device))
        return browserRuntime(device, { forbidCpuFallback: true })
      },
      forceSubgroups,
    })
    const { vendor, architecture } = device.adapterInfo
    device.destroy()
    return { adapter: `${vendor} ${architecture}`, report, figures: usages[usages.length - 1].figures() }
  },

  async bundle(provider: 'webgpu' | 'wasm'): Promise<CheckReport> {
    const runtime =
      provider === 'wasm' ? await wasmRuntime() : await browserRuntime(await (await requestAdapter()).requestDevice())
    return onModel(runtime, fixture, (bundle, model) => checkBundle(runtime, bundle, model))
  },

  async wasmKernels(compute: 'f32' | 'f16'): Promise<CheckReport> {
    const bundle = await openBundle(filesAt(checkFolders[compute]))
    return checkKernels(await wasmRuntime(), bundle)
  },

  async hasAdapter(): Promise<boolean> {
    return Boolean(await navigator.gpu?.requestAdapter())
  },

  async wasmReplay(request: ReplayRequest, pixels: readonly number[]): Promise<readonly (readonly number[])[]> {
    const bundle = await openBundle(filesAt(fixture))
    const { answers } = await replay(await wasmRuntime(), bundle, Float32Array.from(pixels), request)
    return answers.map(({ tokens }) => tokens)
  },

  /** Steps of decoding, encoded each time and played again. */
  async decoding(): Promise<{
    readonly adapter: string
    readonly plain: DecodingWork
    readonly recorded: DecodingWork
  }> {
    const device = await requestDevice(await requestAdapter())
    const counters = { work: countWork(device), gpuUsage: new GpuUsage(device) }
    // As on a GPU, not as this adapter would be given them.
    const runtime = { ...(await browserRuntime(device)), minRows: 1 }
    const bundle = await openBundle(filesAt(fixture))
    const plain = await decodingWork(runtime, bundle, counters)
    const graphCapture = await canRecordSteps(runtime, bundle)
    const recorded = await decodingWork({ ...runtime, graphCapture }, bundle, counters)
    const { vendor, architecture } = device.adapterInfo
    device.destroy()
    return { adapter: `${vendor} ${architecture}`, plain, recorded }
  },

  /** A real device's buffers: two made, one of them destroyed twice, one read. */
  async gpuUsage(): Promise<readonly DeviceFigures[]> {
    const device = await (await requestAdapter()).requestDevice()
    const gpuUsage = new GpuUsage(device)
    const seen = [gpuUsage.figures()]
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const first = device.createBuffer({ size: 1024, usage })
    const second = device.createBuffer({ size: 64, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    seen.push(gpuUsage.figures())
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(first, 0, second, 0, 64)
    device.queue.submit([encoder.finish()])
    await second.mapAsync(GPUMapMode.READ)
    const wasMapped = second.getMappedRange().byteLength === 64
    second.destroy()
    second.destroy()
    seen.push(gpuUsage.figures())
    first.destroy()
    seen.push(gpuUsage.figures())
    device.destroy()
    if (!wasMapped) throw new Error('counting changed what is mapped')
    return seen
  },
}

export type CheckCalls = typeof calls

async function call<K extends keyof CheckCalls>(name: K, args: Parameters<CheckCalls[K]>): Promise<Told<unknown>> {
  const started = performance.now()
  try {
    const run = calls[name] as (...args: readonly unknown[]) => Promise<unknown>
    return { value: await run(...args), ms: performance.now() - started }
  } catch (error) {
    return { error: toWire(error) }
  }
}

declare global {
  interface Window {
    checkCall: typeof call
  }
}
window.checkCall = call
Object.assign(window, { outcome: 'ready' })
