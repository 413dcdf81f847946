/** Runs in headless Chromium: reads a video through the app's own worker, and tells the command line of each window. */

import { findPreset } from '../../src/affect/stages.ts'
import { isPlaceholder, readsDrawnFaces } from '../../src/app/model-kind.ts'
import { CaptureError, EngineError, toWire } from '../../src/base/errors.ts'
import { openClip } from '../../src/capture/open-clip.ts'
import { EngineClient } from '../../src/readers/worker/client.ts'
import type { BundleSource, DeviceReport } from '../../src/readers/worker/protocol.ts'
import { createFold } from '../../src/reading/fold.ts'
import { judge } from '../../src/reading/judge.ts'
import { modelOrigin, settingsOrigin } from '../../src/reading/origin.ts'
import { emptyReading, finishedBy } from '../../src/reading/reading.ts'
import { readingRequest, readingSettings } from '../../src/reading/request.ts'
import type { AnalyzeJob, AnalyzeOutcome, Told } from './analyze-job.ts'
import { FollowedVideo } from './followed-video.ts'
import { loadStatus, measuringStatus, readingStatus } from './status-text.ts'
import { windowRecord } from './window-record.ts'

declare global {
  interface Window {
    /** Of the command line. */
    tell(told: Told): Promise<void>
    analyze(job: AnalyzeJob): Promise<AnalyzeOutcome>
  }
}

const appUrl = new URL('/', location.href).href

async function analyze(job: AnalyzeJob): Promise<AnalyzeOutcome> {
  let client: EngineClient | undefined
  try {
    const [video] = filesIn('video')
    if (!video) throw new Error('There is no video.')
    // A file that cannot be read is told before a large bundle is loaded for it.
    const clip = await openClip(video)
    clip.close()
    requireWithin(job.fromS, clip.facts.durationS)
    if (job.isMeasuredOnly) {
      await measureVideo(video, job)
      return { type: 'done' }
    }
    client = new EngineClient({ appUrl, preferAdapter: job.adapter === 'software' })
    const device = await client.inspectDevice()
    if (job.adapter === 'hardware') requireHardware(device)
    try {
      await readVideo(client, video, device, job)
    } catch (error) {
      const isRefused =
        device.state === 'unusable' && error instanceof EngineError && error.code === device.problem.kind
      if (isRefused && job.adapter === 'auto') return { type: 'no-adapter' }
      throw error
    }
    return { type: 'done' }
  } catch (error) {
    return { type: 'failed', error: toWire(error) }
  } finally {
    client?.close()
  }
}

async function measureVideo(video: File, job: AnalyzeJob): Promise<void> {
  const followed = new FollowedVideo(appUrl, job, window.tell)
  try {
    await window.tell({ type: 'status', text: 'Loading the face networks' })
    await followed.load()
    const records = await followed.measure(video, (doneS, totalS) => {
      void window.tell({ type: 'status', text: measuringStatus(doneS, totalS) })
    })
    for (const record of records) await window.tell({ type: 'track', record })
    if (records.length === 0) await window.tell({ type: 'notice', text: 'No face was found.' })
  } finally {
    followed.close()
  }
}

async function readVideo(client: EngineClient, video: File, device: DeviceReport, job: AnalyzeJob): Promise<void> {
  const bundle = await client.load({ source: sourceOf(job) }, (progress) => {
    const text = loadStatus(progress)
    if (text) void window.tell({ type: 'status', text })
  })
  const { provider, manifest, check } = bundle
  const model = { ...modelOrigin(bundle), ...(job.bundle.type === 'embedded' ? { source: 'embedded' } : {}) }
  const isOnGpu = provider === 'webgpu' && device.state === 'usable'
  const notices = [
    ...(device.state === 'usable' ? device.notices.map(({ message }) => message) : []),
    ...(provider === 'wasm' && bundle.notices.length === 0 ? ['Computing on the processor.'] : []),
    ...bundle.notices,
    ...(isPlaceholder(manifest) ? [`${model.name} has random weights: its words mean nothing.`] : []),
    ...(readsDrawnFaces(manifest)
      ? [`${model.name} reads drawn faces; do not rely on what it says of real ones.`]
      : []),
  ]
  for (const text of notices) await window.tell({ type: 'notice', text })

  const { stages } = findPreset(job.preset)
  const { fromS } = job
  const settings = readingSettings(job.settings, manifest)
  const facts = { ...model, provider, ...(isOnGpu ? { adapter: device.adapter.name } : {}), check: check.verdict }
  const origin = settingsOrigin(job.preset, stages, settings)
  const fold = createFold(stages, () => judge)
  let reading = emptyReading
  const request = readingRequest({ source: { type: 'file', file: video, fromS }, stages, settings }, manifest)
  for await (const event of client.read(request)) {
    if (event.type === 'frame') event.image?.close()
    if (event.type === 'notice') await window.tell({ type: 'notice', text: event.message })
    const before = reading
    reading = fold.take(before, event)
    for (const update of finishedBy(before, reading)) {
      const record = windowRecord(update, { ...facts, dtype: manifest.dtype }, origin)
      await window.tell({ type: 'window', record })
    }
    const text = readingStatus(event)
    if (text) await window.tell({ type: 'status', text })
  }
}

function sourceOf({ bundle }: AnalyzeJob): BundleSource {
  switch (bundle.type) {
    case 'embedded':
      return { type: 'url', url: new URL('models/videmo-tiny/', appUrl).href }
    case 'url':
      return bundle
    case 'folder': {
      const files = filesIn('bundle').map((file) => ({ path: file.webkitRelativePath, blob: file }))
      const [name = 'bundle'] = files[0]?.path.split('/') ?? []
      return { type: 'files', name, files }
    }
  }
}

function filesIn(id: string): File[] {
  const input = document.getElementById(id)
  return input instanceof HTMLInputElement ? [...(input.files ?? [])] : []
}

/** Throws CaptureError `starts-behind-end`. */
function requireWithin(fromS: number, durationS: number): void {
  if (fromS < durationS) return
  throw new CaptureError({
    code: 'starts-behind-end',
    message: `The reading was to begin at ${fromS} s, but the video lasts ${durationS.toFixed(2)} s.`,
    action: `Give --from a time below ${durationS.toFixed(2)}.`,
    subject: '--from',
  })
}

function requireHardware(device: DeviceReport): void {
  if (device.state === 'usable' && !device.adapter.isSoftware) return
  throw new EngineError({
    code: 'no-adapter',
    message: 'Chromium found no GPU for WebGPU on this machine.',
    action: 'Update the graphics driver (on Linux: its Vulkan driver), or leave out --adapter hardware.',
  })
}

window.analyze = analyze
Object.assign(window, { outcome: true })
