/** Stock transformers.js as its demos use it: every update goes through the whole window again. */
import {
  AutoProcessor,
  env,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Processor,
  Qwen2_5_VLForConditionalGeneration,
  RawImage,
  Tensor,
  TextStreamer,
} from '@huggingface/transformers'
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import type { SourceFrame } from '../src/engine/frame-encoder.ts'
import { defaultSystemPrompt } from '../src/qwen25vl/index.ts'
import type { UpdateFigures } from './figures.ts'

export interface StockUpdate {
  readonly figures: UpdateFigures
  readonly inputIds: readonly number[]
  readonly answerIds: readonly number[]
  /** t, h and w in patches, of each image that the processor made of the frames. */
  readonly grid: readonly number[]
}

type StockDtype = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16'

export class StockSide {
  private visionMs = 0
  private readonly tokenizer: PreTrainedTokenizer

  private constructor(
    private readonly processor: Processor,
    private readonly model: PreTrainedModel,
  ) {
    if (!processor.tokenizer) throw new Error('the processor has no tokenizer')
    this.tokenizer = processor.tokenizer
    const vision = model.sessions.vision_encoder
    const run = vision.run.bind(vision)
    // Its features come back to JavaScript, so that the call's end is the device's.
    vision.run = async (...args: Parameters<typeof run>) => {
      const started = performance.now()
      try {
        return await run(...args)
      } finally {
        this.visionMs += performance.now() - started
      }
    }
  }

  /**
   * @param device without subgroups where they are small: ONNX Runtime's attention is wrong with them, whoever calls it
   */
  static async open(
    model: { readonly parent: string; readonly name: string; readonly dtype: StockDtype },
    device: GPUDevice,
  ): Promise<StockSide> {
    env.allowRemoteModels = false
    env.allowLocalModels = true
    env.localModelPath = model.parent
    env.useBrowserCache = false
    if (env.backends.onnx.wasm) env.backends.onnx.wasm.wasmPaths = { wasm: asyncifyWasm }
    const processor = await AutoProcessor.from_pretrained(model.name)
    const provider = { name: 'webgpu', device }
    const loaded = await Qwen2_5_VLForConditionalGeneration.from_pretrained(model.name, {
      dtype: model.dtype,
      device: 'webgpu',
      session_options: { executionProviders: [provider] },
    })
    return new StockSide(processor, loaded)
  }

  /**
   * Asks about a window of frames. `generate` disposes of its cache by itself, since nobody asks it to be kept.
   *
   * @param tokens of the answer, end of text or not
   */
  async update(frames: readonly SourceFrame[], question: string, tokens: number): Promise<StockUpdate> {
    this.visionMs = 0
    const started = performance.now()
    const images = frames.map(({ rgba, width, height }) => new RawImage(rgba, width, height, 4).rgb())
    const inputs: Record<string, Tensor> = await this.processor(promptOf(question), images)
    const processed = performance.now()
    const clock = new TokenClock(this.tokenizer)
    const output = await this.model.generate({
      ...inputs,
      max_new_tokens: tokens,
      min_new_tokens: tokens,
      do_sample: false,
      streamer: clock,
    })
    const ended = performance.now()
    if (!(output instanceof Tensor)) throw new Error('generate() gave no tensor')
    const inputIds = numbers(inputs.input_ids)
    const answerIds = numbers(output).slice(inputIds.length)
    const [first, last] = [clock.times[0], clock.times[clock.times.length - 1]]
    return {
      figures: {
        periodMs: ended - started,
        firstTokenMs: first - started,
        visionMs: this.visionMs,
        prefillTokens: inputIds.length,
        prefillMs: first - processed - this.visionMs,
        tokens: answerIds.length,
        decodeMs: last - first,
        passes: answerIds.length,
      },
      inputIds,
      answerIds,
      grid: numbers(inputs.image_grid_thw),
    }
  }
}

/** The chat template's text, with one image for the whole window. */
function promptOf(question: string): string {
  return [
    `<|im_start|>system\n${defaultSystemPrompt}<|im_end|>\n<|im_start|>user\n`,
    `<|vision_start|><|image_pad|><|vision_end|>${question}<|im_end|>\n<|im_start|>assistant\n`,
  ].join('')
}

/** When each token of the answer came. */
class TokenClock extends TextStreamer {
  readonly times: number[] = []
  private isPromptOver = false

  override put(): void {
    if (this.isPromptOver) this.times.push(performance.now())
    this.isPromptOver = true
  }

  override end(): void {
    // The last token was put already.
  }
}

function numbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as BigInt64Array, Number)
}
