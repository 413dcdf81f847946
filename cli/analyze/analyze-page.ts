/** Runs in headless Chromium: reads a video through the app's own worker, and tells the command line of each window. */

import { CaptureError, EngineError, toWire } from '../../src/base/errors.ts'
import { openClip } from '../../src/capture/open-clip.ts'
import { EngineClient } from '../../src/readers/worker/client.ts'
import type { BundleSource, DeviceReport } from '../../src/readers/worker/protocol.ts'
import type { AnalyzeJob, AnalyzeOutcome, Told } from './analyze-job.ts'
import { FollowedVideo } from './followed-video.ts'
import { readVideo } from './read-video.ts'
import { measuringStatus } from './status-text.ts'

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
      await readVideo(client, video, device, job, { appUrl, source: sourceOf(job), tell: window.tell })
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
  const followed = new FollowedVideo(video, appUrl, job, window.tell)
  try {
    await window.tell({ type: 'status', text: 'Loading the face networks' })
    await followed.load()
    await followed.measure((doneS, totalS) => {
      void window.tell({ type: 'status', text: measuringStatus(doneS, totalS) })
    })
    const { records } = followed
    for (const record of records) await window.tell({ type: 'track', record })
    if (records.length === 0) await window.tell({ type: 'notice', text: 'No face was found.' })
  } finally {
    followed.close()
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
