import {
  InterruptableStoppingCriteria,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Processor,
  type RawImage,
  random,
} from '@huggingface/transformers'
import { VidemoError } from '../../base/errors.ts'
import type { AnswerFigures, FinishReason } from '../../reading/events.ts'
import type { ReadingSettings } from '../../reading/request.ts'
import { contextFull, generateFailed } from './errors.ts'
import type { Presentation } from './presentation.ts'
import { TokenListener } from './token-listener.ts'

/** A question of a conversation and what was answered. */
export interface Turn {
  readonly question: string
  readonly answer: string
}

export interface AskOptions {
  readonly maxTokens: number
  /**
   * Default: greedy. transformers.js 4.3 has no top-p: `topP` is not followed, and `seed` seeds its one generator of
   * random numbers before each answer.
   */
  readonly sampling?: ReadingSettings['sampling']
  readonly signal: AbortSignal
  /** Waited for before each pass. */
  readonly gate: () => Promise<void>
  readonly onToken: (id: number, text: string) => void
}

export interface ForeignAnswer {
  readonly ids: readonly number[]
  readonly text: string
  readonly finish: FinishReason
  readonly figures: AnswerFigures
}

/** A model of transformers.js that is asked about frames. Each question goes through the whole conversation again. */
export class ForeignModel {
  private readonly endIds: readonly number[]
  private readonly contextLength: number
  private beforePass: () => Promise<void> = async () => undefined

  /** @param tokenizer of the processor */
  constructor(
    readonly name: string,
    readonly presentation: Presentation,
    private readonly processor: Processor,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly model: PreTrainedModel,
  ) {
    const { generation_config, config } = model
    const text = (config as { readonly text_config?: TextConfig }).text_config
    const end = generation_config?.eos_token_id ?? text?.eos_token_id ?? (config as TextConfig).eos_token_id ?? []
    this.endIds = [end].flat()
    this.contextLength = text?.max_position_embeddings ?? config.max_position_embeddings ?? Number.POSITIVE_INFINITY
    const forward = model.forward.bind(model)
    model.forward = async (inputs: object) => {
      await this.beforePass()
      return forward(inputs)
    }
  }

  /**
   * Answers a question that follows `turns`.
   *
   * Figures: `promptTokens` are all of the prompt, frames and earlier turns included; `prefillMs` is from the question
   * to the first token and so holds the processor's and the vision tower's time; nothing is drafted.
   *
   * @param images the window's frames, of one size
   * @throws EngineError `context-full`, `generate-failed`; the signal's reason where it aborts before the first pass
   */
  async ask(
    images: readonly RawImage[],
    turns: readonly Turn[],
    question: string,
    options: AskOptions,
  ): Promise<ForeignAnswer> {
    try {
      return await this.generate(images, turns, question, options)
    } catch (error) {
      if (error instanceof VidemoError || (options.signal.aborted && error === options.signal.reason)) throw error
      throw generateFailed(this.name, error)
    }
  }

  async dispose(): Promise<void> {
    await this.model.dispose()
  }

  private async generate(
    images: readonly RawImage[],
    turns: readonly Turn[],
    question: string,
    { maxTokens, sampling, signal, gate, onToken }: AskOptions,
  ): Promise<ForeignAnswer> {
    const started = performance.now()
    const inputs = await this.presentation.inputs(this.prompt(images.length, turns, question), images)
    const promptTokens = inputs.input_ids.dims.at(-1) ?? 0
    const room = this.contextLength - promptTokens
    if (room < 1) throw contextFull(promptTokens, this.contextLength)
    const listener = new TokenListener(this.tokenizer, this.endIds, onToken)
    const stopping = new InterruptableStoppingCriteria()
    const stop = () => stopping.interrupt()
    signal.addEventListener('abort', stop)
    let passes = 0
    this.beforePass = async () => {
      await gate()
      // Later on the cache would be lost on the device; the criterion ends it after this pass.
      if (passes === 0) signal.throwIfAborted()
      passes++
    }
    if (sampling) random.seed(sampling.seed)
    try {
      await this.model.generate({
        ...inputs,
        max_new_tokens: Math.min(maxTokens, room),
        do_sample: sampling !== undefined,
        ...(sampling ? { temperature: sampling.temperature } : {}),
        streamer: listener,
        stopping_criteria: stopping,
      })
    } finally {
      signal.removeEventListener('abort', stop)
    }
    const ended = performance.now()
    const { ids, text, firstMs = ended } = listener
    const figures = {
      promptTokens,
      prefillMs: firstMs - started,
      answerTokens: ids.length,
      decodeMs: ended - firstMs,
      passes,
      drafted: 0,
      accepted: 0,
    }
    return { ids, text, finish: finishOf(listener, maxTokens, signal), figures }
  }

  private prompt(frames: number, turns: readonly Turn[], question: string): string {
    const shown = Array.from({ length: this.presentation.isVideo ? 1 : frames }, () => ({ type: 'image' }))
    const messages = [...turns, { question, answer: undefined }].flatMap((turn, index) => [
      { role: 'user', content: [...(index === 0 ? shown : []), { type: 'text', text: turn.question }] },
      ...(turn.answer === undefined ? [] : [{ role: 'assistant', content: [{ type: 'text', text: turn.answer }] }]),
    ])
    type Messages = Parameters<Processor['apply_chat_template']>[0]
    // Its type knows contents of text only; chat templates take lists of parts.
    const prompt = this.processor.apply_chat_template(messages as unknown as Messages, { add_generation_prompt: true })
    if (typeof prompt !== 'string') throw new Error('the chat template gave no text')
    return prompt
  }
}

interface TextConfig {
  readonly eos_token_id?: number | number[]
  readonly max_position_embeddings?: number
}

function finishOf({ isEnded, ids }: TokenListener, maxTokens: number, signal: AbortSignal): FinishReason {
  if (isEnded) return 'end-of-text'
  if (ids.length >= maxTokens) return 'length'
  return signal.aborted ? 'stopped' : 'context-full'
}
