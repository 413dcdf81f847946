/** Runs in headless Chromium: stock transformers.js loads the exported layout and answers a question about an image. */
import { AutoProcessor, env, Qwen2_5_VLForConditionalGeneration, RawImage, Tensor } from '@huggingface/transformers'
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import { inspectDevice, requestDevice } from '../../src/device/device.ts'

export interface StockJob {
  readonly dtype: 'fp32' | 'q8' | 'q4'
  readonly prompt: string
  readonly maxNewTokens: number
  readonly width: number
  readonly height: number
}

export interface StockOutcome {
  readonly inputIds: readonly number[]
  readonly answerIds: readonly number[]
  readonly grid: readonly number[]
  /** Normalised patches, as transformers.js cut them. */
  readonly pixelValues: readonly number[]
}

async function run(): Promise<StockOutcome> {
  const job: StockJob = await (await fetch('/job/request.json')).json()
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = '/job/'
  env.useBrowserCache = false
  if (env.backends.onnx.wasm) env.backends.onnx.wasm.wasmPaths = { wasm: asyncifyWasm }
  const processor = await AutoProcessor.from_pretrained('model')
  // A device without subgroups: on this adapter ONNX Runtime's attention is wrong with them, whoever calls it.
  const { adapter } = await inspectDevice()
  if (!adapter) throw new Error('no WebGPU adapter')
  const provider = { name: 'webgpu', device: await requestDevice(adapter) }
  const model = await Qwen2_5_VLForConditionalGeneration.from_pretrained('model', {
    dtype: job.dtype,
    device: 'webgpu',
    session_options: { executionProviders: [provider] },
  })
  const rgba = new Uint8ClampedArray(await (await fetch('/job/image')).arrayBuffer())
  const image = new RawImage(rgba, job.width, job.height, 4).rgb()
  const inputs: Record<string, Tensor> = await processor(job.prompt, image)
  const output = await model.generate({ ...inputs, max_new_tokens: job.maxNewTokens, do_sample: false })
  if (!(output instanceof Tensor)) throw new Error('generate() gave no tensor')
  const numbers = (tensor: Tensor) => Array.from(tensor.data as BigInt64Array, Number)
  const inputIds = numbers(inputs.input_ids)
  return {
    inputIds,
    answerIds: numbers(output).slice(inputIds.length),
    grid: numbers(inputs.image_grid_thw),
    pixelValues: Array.from(inputs.pixel_values.data as Float32Array),
  }
}

declare global {
  interface Window {
    stock: Promise<StockOutcome>
  }
}
window.stock = run()
Object.assign(window, { outcome: window.stock })
