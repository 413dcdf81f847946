import type { Drafting } from '../../src/engine/answer-history.ts'
import { openBackend } from '../../src/engine/backends/open-backend.ts'
import type { Runtime } from '../../src/engine/backends/runtime.ts'
import type { Tensor } from '../../src/engine/backends/tensors.ts'
import type { Bundle } from '../../src/engine/bundle.ts'
import type { Answer, Conversation } from '../../src/engine/conversation.ts'
import { Decoder } from '../../src/engine/decoder.ts'
import type { DraftLengthPolicy } from '../../src/engine/draft-length.ts'
import { maxDraftTokens } from '../../src/engine/draft-tokens.ts'
import { LiveWindow } from '../../src/engine/live-window.ts'
import { greedyMargin } from '../../src/engine/logits-processors.ts'
import { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import { type Grid, sequencePositions, textPositions, tokensPerTemporalPatch } from '../../src/qwen25vl/index.ts'
import type { AnswerFigures } from '../../src/reading/events.ts'

/** A clip, and the questions about it while it grows. */
export interface LiveReplayRequest {
  readonly grid: Grid
  readonly bannedIds: readonly number[]
  readonly turns: readonly { readonly question: string; readonly steps: number }[]
  /** Asked after every pair. */
  readonly growing: { readonly question: string; readonly steps: number }
  /** One live window is run for each. */
  readonly repetitionPenalties: readonly number[]
  /** One live window is run for each of these, too. Default: only `none`. */
  readonly drafts?: readonly DraftKind[]
}

/** What answers are drafted from: nothing, the answer itself, random ids, or an answer that diverges from the true one. */
export const draftKinds = ['none', 'same', 'random', 'diverging'] as const
export type DraftKind = (typeof draftKinds)[number]

/** One answer of the live window, and the same answer recomputed from an empty cache. */
export interface LiveComparison {
  readonly name: string
  readonly live: readonly number[]
  readonly recomputed: readonly number[]
  /** Best minus second best logit of each recomputed step, after penalty and bans. */
  readonly margins: readonly number[]
  readonly figures: DraftFigures
}

/** Passes and draft tokens of the live answer. */
type DraftFigures = Pick<AnswerFigures, 'passes' | 'drafted' | 'accepted'>

type Recomputed = Pick<LiveComparison, 'recomputed' | 'margins'>

/**
 * Runs a clip through live windows, with appends, branches, recalled answers, a hop and two interleaved windows, and
 * recomputes every answer from an empty cache.
 */
export async function replayLive(
  runtime: Runtime,
  bundle: Bundle,
  pixelValues: Float32Array,
  request: LiveReplayRequest,
): Promise<LiveComparison[]> {
  const encoder = await VisionEncoder.create(runtime, bundle)
  const pairs: Tensor[] = []
  const perPair = pixelValues.length / request.grid.t
  for (let pair = 0; pair < request.grid.t; pair++) {
    const pixels = pixelValues.slice(pair * perPair, (pair + 1) * perPair)
    pairs.push(await encoder.encode(pixels, { ...request.grid, t: 1 }))
  }
  const comparisons: LiveComparison[] = []
  const first = await Decoder.create(runtime, bundle, { capacity: 1 })
  try {
    for (const repetitionPenalty of request.repetitionPenalties) {
      const capacity = slots(bundle, request, pairs.length + 1)
      const fork = () => first.fork({ capacity, bannedIds: request.bannedIds, repetitionPenalty })
      const known = new Map<string, Recomputed>()
      const penalty = repetitionPenalty === 1 ? '' : `, penalty ${repetitionPenalty}`
      for (const kind of request.drafts ?? ['none']) {
        const replay = new LiveReplay(runtime, bundle, request, pairs, fork, kind, known)
        const suffix = kind === 'none' ? penalty : `${penalty}, ${kind} drafts`
        for (const each of await replay.run()) comparisons.push({ ...each, name: each.name + suffix })
      }
    }
  } finally {
    for (const each of pairs) each.dispose()
    await encoder.dispose()
    await first.dispose()
  }
  return comparisons
}

function slots({ template, config }: Bundle, { grid, turns, growing }: LiveReplayRequest, pairs: number): number {
  const video = pairs * tokensPerTemporalPatch(grid, config.vision)
  const text = [...turns, growing].reduce((sum, each) => sum + template.nextTurn(each.question).length + each.steps, 0)
  return template.opening().length + video + 1 + text
}

/** A turn of a conversation: a question and the ids of its answer. */
interface AnsweredTurn {
  readonly question: string
  readonly ids: readonly number[]
}

/** A question about some pairs of the clip, in this order, behind the turns before. */
interface AskedQuestion {
  readonly name: string
  readonly order: readonly number[]
  readonly before?: readonly AnsweredTurn[]
  readonly question: string
  readonly steps: number
}

class LiveReplay {
  private readonly comparisons: LiveComparison[] = []
  private readonly scratch: Decoder

  constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly request: LiveReplayRequest,
    private readonly pairs: readonly Tensor[],
    private readonly fork: () => Decoder,
    private readonly kind: DraftKind,
    /** Answers that were recomputed already, by question and video; drafts are made from them, too. */
    private readonly known: Map<string, Recomputed>,
  ) {
    this.scratch = fork()
  }

  async run(): Promise<LiveComparison[]> {
    const { pairs, request } = this
    const { question, steps } = request.growing
    const decoder = this.fork()
    const window = this.window(decoder)
    const order = [...pairs.keys()]
    for (const pair of order) {
      await window.append(this.view(pair))
      await this.ask(window.branch(), { name: `growing ${pair + 1}`, order: order.slice(0, pair + 1), question, steps })
    }

    const whole = window.branch()
    const turns: AnsweredTurn[] = []
    for (const [turn, each] of request.turns.entries()) {
      const ids = await this.ask(whole, { name: `turn ${turn + 1}`, order, before: [...turns], ...each })
      turns.push({ question: each.question, ids })
    }

    // The answers so far are recalled: they are prefilled again, behind one more pair.
    await window.append(this.view(0))
    const recalled = window.branch()
    for (const turn of turns.slice(0, -1)) recalled.recall(turn.question, turn.ids)
    const last = request.turns[request.turns.length - 1]
    await this.ask(recalled, { name: 'recalled', order: [...order, 0], before: turns.slice(0, -1), ...last })

    const keep = Math.floor(pairs.length / 2)
    await window.hop(keep, this.view(1 % pairs.length))
    const hopped = [...order, 0].slice(-keep || order.length + 1).slice(0, keep)
    const kept = [...hopped, 1 % pairs.length]
    await this.ask(window.branch(), { name: 'hop', order: kept, question, steps })
    await window.append(this.view(0))
    await this.ask(window.branch(), { name: 'hop, then a pair', order: [...kept, 0], question, steps })
    window.dispose()
    await decoder.dispose()

    await this.interleave()
    await this.scratch.dispose()
    return this.comparisons
  }

  /** Two windows over the same weights take turns, one with the pairs in order, one backwards. */
  private async interleave(): Promise<void> {
    const { pairs, request } = this
    const { question, steps } = request.growing
    const forwards = [...pairs.keys()]
    const orders = [forwards, [...forwards].reverse()]
    const decoders = orders.map(() => this.fork())
    const windows = decoders.map((decoder) => this.window(decoder))
    for (const index of forwards) {
      for (const [which, window] of windows.entries()) await window.append(this.view(orders[which][index]))
      const asked = orders.map((order, which): AskedQuestion => {
        const name = `interleaved ${which === 0 ? 'A' : 'B'} ${index + 1}`
        return { name, order: order.slice(0, index + 1), question, steps: Math.min(steps, 6) }
      })
      // Their conversations take turns as well, token by token.
      const streams = await Promise.all(windows.map((window, which) => this.stream(window.branch(), asked[which])))
      const open = new Set(streams.keys())
      while (open.size > 0) {
        for (const which of open) {
          const step = await streams[which].next()
          if (!step.done) continue
          open.delete(which)
          await this.compare(asked[which], step.value)
        }
      }
    }
    for (const window of windows) window.dispose()
    for (const decoder of decoders) await decoder.dispose()
  }

  private window(decoder: Decoder): LiveWindow {
    return new LiveWindow(this.runtime, this.bundle, decoder, { ...this.request.grid, t: 1 })
  }

  /** A pair's features for a window to dispose of, over memory that stays. */
  private view(pair: number): Tensor {
    const features = this.pairs[pair]
    return openBackend(this.runtime).viewRows(features, features.dims[0])
  }

  private async ask(conversation: Conversation, asked: AskedQuestion): Promise<readonly number[]> {
    const stream = await this.stream(conversation, asked)
    for (;;) {
      const step = await stream.next()
      if (!step.done) continue
      await this.compare(asked, step.value)
      return step.value.ids
    }
  }

  private async stream(conversation: Conversation, asked: AskedQuestion) {
    const { kind } = this
    const options = { maxTokens: asked.steps, ignoreEos: true }
    if (kind === 'none') return conversation.ask(asked.question, options)
    const { recomputed } = await this.recompute(asked)
    const previousAnswer = draftOf(kind, recomputed, this.bundle.config.text.vocabSize)
    const drafting: Drafting = { previousAnswer, lengthPolicy: everyLength() }
    return conversation.ask(asked.question, { ...options, drafting })
  }

  private async compare(asked: AskedQuestion, { ids, figures }: Answer): Promise<void> {
    this.comparisons.push({ name: asked.name, live: ids, figures, ...(await this.recompute(asked)) })
  }

  /** Answers from an empty cache: the whole prompt in one prefill, then token by token. */
  private async recompute({ order, before = [], question, steps }: AskedQuestion): Promise<Recomputed> {
    const { bundle, runtime, scratch, pairs, request, known } = this
    const key = JSON.stringify([order, before, question, steps])
    const earlier = known.get(key)
    if (earlier) return earlier
    const { template, config } = bundle
    const grid = { ...request.grid, t: order.length }
    const videos = [grid.t * tokensPerTemporalPatch(grid, config.vision)]
    const [first, ...others] = [...before.map((turn) => turn.question), question]
    const ids = template.firstTurn({ videos, question: first })
    for (const [index, later] of others.entries()) ids.push(...before[index].ids, ...template.nextTurn(later))
    const { positions, cursor } = sequencePositions(
      { ids, videoPad: config.tokens.videoPad, grids: [grid] },
      config.vision,
    )
    scratch.rollback(0)
    const rows = order.map((pair) => pairs[pair])
    const features = openBackend(runtime).concatRows(rows)
    const recomputed: number[] = []
    const margins: number[] = []
    let at = cursor
    let pass = await scratch.run({ ids, positions, features, withLogits: true })
    for (;;) {
      recomputed.push(pass.token)
      margins.push(greedyMargin(scratch.processLogits(pass.logits ?? new Float32Array())))
      if (recomputed.length === steps) break
      const step = textPositions(at, 1)
      at = step.cursor
      pass = await scratch.run({ ids: [pass.token], positions: step.positions, withLogits: true })
    }
    if (rows.length > 1) features.dispose()
    known.set(key, { recomputed, margins })
    return { recomputed, margins }
  }
}

/** The `previousAnswer` of a kind, made from the true answer. */
function draftOf(kind: Exclude<DraftKind, 'none'>, answer: readonly number[], vocabSize: number): readonly number[] {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * vocabSize)
  }
  if (kind === 'same') return answer
  if (kind === 'random') return answer.map(random)
  // The first third is right, one token is replaced, the second third is right, the rest is random.
  const third = Math.ceil(answer.length / 3)
  return [
    ...answer.slice(0, third),
    random(),
    ...answer.slice(third + 1, 2 * third),
    ...answer.slice(2 * third).map(random),
  ]
}

/** Every draft length in turn, padded or not, and some plain steps. */
function everyLength(): DraftLengthPolicy {
  const lengths = [3, 1, 0, maxDraftTokens, 7, 0]
  let pass = 0
  return {
    choose: (_, room) => Math.min(room, lengths[pass++ % lengths.length]),
    recordAcceptance: () => undefined,
    recordPass: () => undefined,
  }
}
