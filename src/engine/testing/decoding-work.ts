import { textPositions } from '../../qwen25vl/index.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { GpuUsage } from '../backends/webgpu/gpu-usage.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder } from '../decoder.ts'
import type { QueuedPass } from '../pass.ts'
import type { DeviceWork } from './device-work.ts'

export interface DecodingWork {
  /** The tokens of all steps of all prompts. */
  readonly tokens: readonly number[]
  /** The mean of one step of the last prompt. */
  readonly perToken: DeviceWork
  readonly msPerToken: number
  /** Bytes in the device's buffers when each prompt length had been run once, and twice. */
  readonly bytes: readonly [number, number]
}

const promptLengths = [5, 100, 5, 100]
const steps = 8

/** Decodes behind prompts of several lengths with two steps in flight, as an answer is decoded, and counts the work. */
export async function decodingWork(
  runtime: Extract<Runtime, { provider: 'webgpu' }>,
  bundle: Bundle,
  { work, gpuUsage }: { readonly work: () => DeviceWork; readonly gpuUsage: GpuUsage },
): Promise<DecodingWork> {
  const capacity = Math.max(...promptLengths) + steps
  const decoder = await Decoder.create(runtime, bundle, { capacity, repetitionPenalty: 1.3 })
  const tokens: number[] = []
  const bytes: number[] = []
  let startedAt = 0
  for (const length of promptLengths) {
    decoder.rollback(0)
    const ids = Array.from({ length }, (_, i) => (i * 37 + length) % bundle.config.text.vocabSize)
    let { positions, cursor } = textPositions({ nextPosition: 0 }, length)
    await decoder.run({ ids, positions })
    work()
    startedAt = performance.now()
    const queued: QueuedPass[] = []
    for (let step = 0; step < steps; step++) {
      ;({ positions, cursor } = textPositions(cursor, 1))
      queued.push(await decoder.step(positions))
      if (queued.length > 1) tokens.push(await (queued.shift() ?? queued[0]).token)
    }
    for (const { token } of queued) tokens.push(await token)
    bytes.push(gpuUsage.figures().bytes)
  }
  const msPerToken = (performance.now() - startedAt) / steps
  const total = work()
  await decoder.dispose()
  const perToken = Object.fromEntries(Object.entries(total).map(([name, count]) => [name, count / steps]))
  return { tokens, perToken: perToken as unknown as DeviceWork, msPerToken, bytes: [bytes[1], bytes[3]] }
}
