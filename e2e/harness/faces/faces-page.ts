/** Runs in headless Chromium: the face networks, on the processor and on WebGPU. */
import { toWire, type WireError } from '../../../src/base/errors.ts'
import { GpuUsage } from '../../../src/engine/backends/webgpu/gpu-usage.ts'
import { openFaceNetworks } from '../../../src/faces/networks/open-face-networks.ts'
import {
  type ReferenceOutputs,
  type ReferencePictures,
  runReference,
} from '../../../src/faces/testing/reference-run.ts'

export type Place = 'processor' | 'webgpu'

export interface FacesOutcome {
  /** What the adapter calls itself; of the processor, nothing. */
  readonly adapter: string
  /** Compute passes' dispatches on the GPU. */
  readonly dispatches: number
  readonly outputs: ReferenceOutputs
}

async function run(place: Place, pictures: ReferencePictures): Promise<FacesOutcome> {
  const adapter = place === 'webgpu' ? await navigator.gpu?.requestAdapter() : undefined
  if (adapter === null) throw new Error('There is no adapter.')
  const device = await adapter?.requestDevice()
  const usage = device && new GpuUsage(device)
  const appUrl = new URL('/', location.href).href
  const networks = await openFaceNetworks({ appUrl, ...(device ? { device } : {}) })
  const outputs = await runReference(networks, pictures)
  await networks.close()
  const { vendor, architecture } = adapter?.info ?? { vendor: '', architecture: '' }
  return { adapter: `${vendor} ${architecture}`.trim(), dispatches: usage?.figures().dispatches ?? 0, outputs }
}

declare global {
  interface Window {
    runFaces: (place: Place, pictures: ReferencePictures) => Promise<FacesOutcome | { error: WireError }>
  }
}

window.runFaces = (place, pictures) => run(place, pictures).catch((error) => ({ error: toWire(error) }))
Object.assign(window, { outcome: 'ready' })
