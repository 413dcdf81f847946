import { textPositions } from '../../qwen25vl/index.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder, type PassResult } from '../decoder.ts'

type GpuRuntime = Extract<Runtime, { provider: 'webgpu' }>

/** Storage buffers that one kernel of a recorded step needs; WebGPU itself promises 8. */
const storageBuffers = 9

/** Prompts of the trial: a recorded step must not hold on to the length at which it was recorded. */
const promptLengths = [5, 100]
const stepsEach = 2

/** Largest difference of a logit, of their largest: the kernels differ in the order of a sum at most. */
const tolerance = 1e-4

/**
 * Whether steps of decoding can be recorded on this device and played again: tried on a small bundle, over contexts
 * shorter and longer than the one recorded, against steps that are not recorded. Where the runtime refuses, the answer
 * is no.
 */
export async function canCapture(runtime: GpuRuntime, bundle: Bundle): Promise<boolean> {
  if (runtime.device.limits.maxStorageBuffersPerShaderStage < storageBuffers) return false
  try {
    const plain = await trial({ ...runtime, graphCapture: false }, bundle)
    const recorded = await trial({ ...runtime, graphCapture: true }, bundle)
    return plain.every((pass, index) => isSame(pass, recorded[index]))
  } catch {
    return false
  }
}

async function trial(runtime: GpuRuntime, bundle: Bundle): Promise<PassResult[]> {
  const capacity = Math.max(...promptLengths) + stepsEach
  const decoder = await Decoder.create(runtime, bundle, { capacity, repetitionPenalty: 1.3 })
  try {
    const passes: PassResult[] = []
    for (const length of promptLengths) {
      decoder.rollback(0)
      const ids = Array.from({ length }, (_, i) => (i * 37 + length) % bundle.config.text.vocabSize)
      let { positions, cursor } = textPositions({ nextPosition: 0 }, length)
      await decoder.run({ ids, positions })
      for (let step = 0; step < stepsEach; step++) {
        ;({ positions, cursor } = textPositions(cursor, 1))
        passes.push(await decoder.runStep(positions))
      }
    }
    return passes
  } finally {
    await decoder.dispose()
  }
}

function isSame(a: PassResult, b: PassResult): boolean {
  const [expected, found] = [a.logits ?? new Float32Array(), b.logits ?? new Float32Array()]
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.token === b.token && expected.every((value, id) => Math.abs(value - found[id]) <= tolerance * largest)
}
