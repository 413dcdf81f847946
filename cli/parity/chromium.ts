import { fromWire } from '../../src/base/errors.ts'
import { withChromiumPage } from '../chromium-page.ts'
import type { ChromiumJob } from './chromium-replay.ts'
import type { ReplayJob, ReplayOutcome } from './replay-job.ts'
import { decodeResult, type WireOutcome } from './wire.ts'

/** Runs a job on the WebGPU provider in headless Chromium. */
export async function runInChromium(job: ReplayJob): Promise<ReplayOutcome> {
  const { bundle, pixelValues, request } = job
  const { forbidCpuFallback = false, graphCapture = false } = job
  const told: ChromiumJob = { request, forbidCpuFallback, graphCapture }
  const pixels = new Uint8Array(pixelValues.buffer, pixelValues.byteOffset, pixelValues.byteLength)
  const served = { files: { 'request.json': JSON.stringify(told), pixels }, folders: { bundle } }
  const outcome: WireOutcome = await withChromiumPage('cli/parity/chromium-replay.html', served, (page) =>
    page.evaluate(() => window.outcome),
  )
  if (outcome.kind === 'error') throw fromWire(outcome.error)
  return { adapter: outcome.adapter, result: decodeResult(outcome) }
}
