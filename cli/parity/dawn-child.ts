import { readFile, writeFile } from 'node:fs/promises'
import { toWire } from '../../src/base/errors.ts'
import { dawnRuntime } from '../../src/engine/backends/webgpu/dawn-runtime.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import type { DawnJob } from './dawn.ts'
import { replay } from './replay.ts'
import { encodeOutcome, type WireOutcome } from './wire.ts'

const job: DawnJob = JSON.parse(await readFile(process.argv[2], 'utf8'))

async function outcome(): Promise<WireOutcome> {
  try {
    const { forbidCpuFallback = false, graphCapture = false } = job
    const { runtime, adapter } = await dawnRuntime({ forbidCpuFallback, graphCapture })
    const bundle = await openBundle(new BundleDirectory(job.bundle))
    const pixels = await readFile(job.pixels)
    const values = new Float32Array(new Uint8Array(pixels).buffer)
    return encodeOutcome(adapter, await replay(runtime, bundle, values, job.request))
  } catch (error) {
    return { kind: 'error', error: toWire(error) }
  }
}

await writeFile(job.outcome, JSON.stringify(await outcome()))
// The device's threads would keep the process alive.
process.exit(0)
