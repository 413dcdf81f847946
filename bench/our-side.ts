import { emotionQuestion } from '../src/affect/closed-questions.ts'
import { askingsOf } from '../src/affect/probes/probe-set.ts'
import { AnswerHistory } from '../src/engine/answer-history.ts'
import type { Runtime } from '../src/engine/backends/runtime.ts'
import type { Bundle } from '../src/engine/bundle.ts'
import { Decoder, type DecoderOptions } from '../src/engine/decoder.ts'
import type { DraftLengthPolicy } from '../src/engine/draft-length.ts'
import type { Draft } from '../src/engine/draft-tokens.ts'
import { FrameEncoder, type SourceFrame } from '../src/engine/frame-encoder.ts'
import { LiveWindow } from '../src/engine/live-window.ts'
import { askProbes, barePass, type PreparedProbe, prepareProbe, probeSlots } from '../src/engine/probes.ts'
import { bannedIds, slotsFor } from '../src/engine/update.ts'
import { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { type Grid, tokensPerTemporalPatch } from '../src/qwen25vl/index.ts'
import type { ProbePair, UpdateFigures } from './figures.ts'
import { waveFrame } from './frames.ts'
import type { BenchPlan } from './plan.ts'

export interface OurUpdate {
  readonly figures: UpdateFigures
  readonly answerIds: readonly number[]
  readonly isHop: boolean
  /** The pass that joined the new pair, or all pairs of a window that moved on. */
  readonly window: { readonly tokens: number; readonly ms: number }
}

/** The engine as the worker runs it: pairs join a window, a question is asked on a branch. */
export class OurSide {
  /** Of the DFEW emotions: seven options. */
  private readonly probe: PreparedProbe
  private readonly history = new AnswerHistory<'question'>(new ThreeTokensPerPass())
  private nextFrame = 0

  private constructor(
    private readonly encoder: FrameEncoder,
    private readonly vision: VisionEncoder,
    readonly bundle: Bundle,
    private readonly decoder: Decoder,
    private readonly window: LiveWindow,
    private readonly plan: BenchPlan,
  ) {
    this.probe = probeOf(bundle)
  }

  static async open(runtime: Runtime, bundle: Bundle, plan: BenchPlan): Promise<OurSide> {
    const vision = await VisionEncoder.create(runtime, bundle)
    const { width, height } = plan
    const encoder = new FrameEncoder(runtime, bundle, vision, { minPixels: 784, maxPixels: width * height })
    const { patchSize } = bundle.config.vision
    const grid: Grid = { t: 1, h: height / patchSize, w: width / patchSize }
    const size = { pairs: pairsOf(plan), tokensPerPair: tokensPerTemporalPatch(grid, bundle.config.vision) }
    const question = { id: 'question', prompt: plan.question }
    const capacity = Math.max(
      slotsFor(bundle, size, [question], plan.tokens),
      probeSlots(bundle, size, [probeOf(bundle)]),
    )
    const decoder = await Decoder.create(runtime, bundle, { capacity, bannedIds: bannedIds(bundle) })
    return new OurSide(encoder, vision, bundle, decoder, new LiveWindow(runtime, bundle, decoder, grid), plan)
  }

  /** Tokens in the cache. */
  get slots(): number {
    return this.decoder.length
  }

  /** Another cache over the same weights, without a repetition penalty. */
  otherDecoder(options: Pick<DecoderOptions, 'capacity' | 'prefillChunk'>): Decoder {
    return this.decoder.fork({ ...options, repetitionPenalty: 1 })
  }

  private upcoming(count: number): SourceFrame[] {
    const { width, height } = this.plan
    return Array.from({ length: count }, (_, index) => waveFrame(this.nextFrame + index, width, height))
  }

  /** The newest frames of the stream, which both sides are shown. */
  recent(count: number): SourceFrame[] {
    const { width, height } = this.plan
    return Array.from({ length: count }, (_, index) => waveFrame(this.nextFrame - count + index, width, height))
  }

  /** Adds pairs without asking anything, until the window is full. */
  async fill(): Promise<void> {
    while (this.window.pairs < pairsOf(this.plan)) {
      const { features } = await this.encoder.encode(this.take())
      await this.window.append(features)
    }
  }

  /** From hop to hop: as many updates as a full window moves on by, the first of which moves it. */
  async cycle(isDrafted: boolean, tokens = this.plan.tokens): Promise<OurUpdate[]> {
    const updates: OurUpdate[] = []
    const count = this.plan.hopFrames / 2
    for (let update = 0; update < count; update++) updates.push(await this.update(isDrafted, tokens))
    return updates
  }

  async update(isDrafted: boolean, tokens = this.plan.tokens): Promise<OurUpdate> {
    const { window, plan, history } = this
    const pair = this.take()
    const started = performance.now()
    const { features, ms: visionMs } = await this.encoder.encode(pair)
    const isHop = window.pairs >= pairsOf(plan)
    const joined = isHop
      ? await window.hop(pairsOf(plan) - plan.hopFrames / 2, features)
      : await window.append(features)
    const options = { maxTokens: tokens, ignoreEos: true }
    const answer = window
      .branch()
      .ask(plan.question, isDrafted ? { ...options, drafting: history.draftingFor('question') } : options)
    let firstTokenMs = 0
    let step = await answer.next()
    while (!step.done) {
      if (firstTokenMs === 0) firstTokenMs = performance.now() - started
      step = await answer.next()
    }
    const periodMs = performance.now() - started
    const { ids, figures } = step.value
    if (isDrafted) history.keep('question', ids)
    return {
      figures: {
        periodMs,
        firstTokenMs,
        visionMs,
        prefillTokens: joined.tokens + figures.promptTokens,
        prefillMs: joined.ms + figures.prefillMs,
        tokens: ids.length,
        decodeMs: figures.decodeMs,
        passes: figures.passes,
      },
      answerIds: ids,
      isHop,
      window: joined,
    }
  }

  /** A seven-option question from its wording to its probabilities, and a plain pass over the same tokens. */
  async probePair(isProbeFirst: boolean): Promise<ProbePair> {
    const probeMs = async () => {
      const started = performance.now()
      for await (const { probabilities } of askProbes(this.window, [this.probe])) {
        if (!probabilities.every(Number.isFinite)) throw new Error('a probe gave no probabilities')
      }
      return performance.now() - started
    }
    const bareMs = async () => (await barePass(this.window, this.probe)).ms
    if (isProbeFirst) return { probeMs: await probeMs(), bareMs: await bareMs() }
    const bare = await bareMs()
    return { probeMs: await probeMs(), bareMs: bare }
  }

  async dispose(): Promise<void> {
    this.window.dispose()
    await this.decoder.dispose()
    await this.vision.dispose()
  }

  private take(): SourceFrame[] {
    const pair = this.upcoming(2)
    this.nextFrame += 2
    return pair
  }
}

/**
 * Drafts of one id and of three in turn. Made-up weights say the same token again and again, so that every draft is right
 * and a pass could give sixteen tokens: this holds it to three on average, what is asked of answers of a trained model
 * (see `drafted.ts`, which measures them).
 */
class ThreeTokensPerPass implements DraftLengthPolicy {
  private turn = 0

  choose(_: Draft, room: number): number {
    const length = this.turn++ % 2 === 0 ? 1 : 3
    return length <= room ? length : 0
  }

  recordAcceptance(): void {
    // The lengths are fixed.
  }

  recordPass(): void {
    // The lengths are fixed.
  }
}

function pairsOf({ windowFrames }: BenchPlan): number {
  return windowFrames / 2
}

function probeOf(bundle: Bundle): PreparedProbe {
  return prepareProbe(bundle, { id: 'emotion', askings: askingsOf(emotionQuestion, 'given') })
}
