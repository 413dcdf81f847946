import type { Tensor } from 'onnxruntime-web'
import { type Grid, sequencePositions, tokensPerTemporalPatch, videoTokens } from '../../qwen25vl/index.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder } from '../decoder.ts'

/** The grid of one pair of frames. */
export const testGrid: Grid = { t: 1, h: 8, w: 8 }

/** Made-up features f32 [rows, hidden] of pair `index`, on the runtime's device. */
export function testFeatures(runtime: Runtime, bundle: Bundle, index: number): Tensor {
  return featureTensor(runtime, bundle, featuresOf(bundle, index))
}

function featuresOf({ config: { text, vision } }: Bundle, index: number): number[] {
  const count = tokensPerTemporalPatch(testGrid, vision) * text.hiddenSize
  return Array.from({ length: count }, (_, i) => Math.sin(i * 0.37 + index) + Math.cos(i * 0.011))
}

function featureTensor(runtime: Runtime, { config }: Bundle, all: readonly number[]): Tensor {
  const values = Float32Array.from(all)
  const dims = [values.length / config.text.hiddenSize, config.text.hiddenSize]
  if (runtime.provider === 'cpu') return new runtime.ort.Tensor('float32', values, dims)
  const { device, ort } = runtime
  const buffer = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  })
  device.queue.writeBuffer(buffer, 0, values)
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims, dispose: () => buffer.destroy() })
}

export interface ForcedAnswers {
  readonly pairs: number
  readonly prompt: string
  readonly answers: readonly string[]
}

/**
 * For each answer the sum of its tokens' log-probabilities, computed the slow way: each from all logits of a pass over
 * everything before the token, from an empty cache.
 */
export async function forcedLogProbabilities(
  runtime: Runtime,
  bundle: Bundle,
  { pairs, prompt, answers }: ForcedAnswers,
): Promise<number[]> {
  const { config, template, tokenizer } = bundle
  const grids = [{ ...testGrid, t: pairs }]
  const rows = videoTokens(grids[0], config.vision)
  const question = template.firstTurn({ videos: [rows], question: prompt })
  const decoder = await Decoder.create(runtime, bundle, { capacity: question.length + 16 })
  const values = Array.from({ length: pairs }, (_, pair) => featuresOf(bundle, pair))
  const features = featureTensor(runtime, bundle, values.flat())
  const sums: number[] = []
  for (const answer of answers) {
    let sum = 0
    const forced = [...question]
    for (const id of tokenizer.encode(answer)) {
      decoder.rollback(0)
      const { positions } = sequencePositions({ ids: forced, videoPad: config.tokens.videoPad, grids }, config.vision)
      const { logits = new Float32Array() } = await decoder.run({ ids: forced, positions, features, withLogits: true })
      const most = Math.max(...logits)
      sum += logits[id] - most - Math.log(logits.reduce((total, value) => total + Math.exp(value - most), 0))
      forced.push(id)
    }
    sums.push(sum)
  }
  features.dispose()
  await decoder.dispose()
  return sums
}
