import { textPositions } from '../../qwen25vl/index.ts'
import type { GpuRuntime } from '../backends/runtime.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder } from '../decoder.ts'
import type { PassResult } from '../pass.ts'

/** Storage buffers that one kernel of a recorded step binds; WebGPU guarantees only 8. */
const minStorageBuffers = 9

/** Lengths of the prompts: a step that was recorded at one length must be right at another. */
const promptLengths = [5, 100]
const stepsPerPrompt = 2

/** The largest difference of a logit, relative to the largest logit: kernels may differ only in the order of sums. */
const tolerance = 1e-4

/**
 * Whether decode steps can be recorded and replayed on this device: on a small bundle, recorded steps must choose the
 * tokens of plain steps and give the same logits, in a context of the recorded length and in a longer one. False where
 * the runtime refuses to record.
 */
export async function canRecordSteps(runtime: GpuRuntime, bundle: Bundle): Promise<boolean> {
  if (runtime.device.limits.maxStorageBuffersPerShaderStage < minStorageBuffers) return false
  try {
    const plain = await decodeSteps({ ...runtime, graphCapture: false }, bundle)
    const recorded = await decodeSteps({ ...runtime, graphCapture: true }, bundle)
    return plain.every((pass, index) => isSame(pass, recorded[index]))
  } catch {
    return false
  }
}

async function decodeSteps(runtime: GpuRuntime, bundle: Bundle): Promise<PassResult[]> {
  const capacity = Math.max(...promptLengths) + stepsPerPrompt
  const decoder = await Decoder.create(runtime, bundle, { capacity, repetitionPenalty: 1.3 })
  try {
    const passes: PassResult[] = []
    for (const length of promptLengths) {
      decoder.rollback(0)
      const ids = Array.from({ length }, (_, i) => (i * 37 + length) % bundle.config.text.vocabSize)
      let { positions, cursor } = textPositions({ nextPosition: 0 }, length)
      await decoder.run({ ids, positions })
      for (let step = 0; step < stepsPerPrompt; step++) {
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
