import type { Tensor } from 'onnxruntime-web'
import { type Grid, sequencePositions, textPositions, tokensPerTemporalPatch } from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import type { Conversation } from './conversation.ts'
import { Decoder } from './decoder.ts'
import { LiveWindow } from './live-window.ts'
import type { Runtime } from './runtime.ts'
import { concatRows } from './tensors.ts'
import { VisionEncoder } from './vision-encoder.ts'

/** A clip, and what is asked of it while it grows. */
export interface LiveReplayRequest {
  readonly grid: Grid
  readonly bannedIds: readonly number[]
  readonly turns: readonly { readonly question: string; readonly steps: number }[]
  /** Asked after every pair. */
  readonly growing: { readonly question: string; readonly steps: number }
  /** One live window is run for each. */
  readonly repetitionPenalties: readonly number[]
}

/** One answer of the live window, and the same answer recomputed from scratch in one pass. */
export interface LiveComparison {
  readonly name: string
  readonly live: readonly number[]
  readonly recomputed: readonly number[]
  /** Best minus second best logit of each recomputed step, after penalty and bans. */
  readonly margins: readonly number[]
}

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
      const replay = new LiveReplay(runtime, bundle, request, pairs, fork)
      const suffix = repetitionPenalty === 1 ? '' : `, penalty ${repetitionPenalty}`
      for (const each of await replay.run()) comparisons.push({ ...each, name: each.name + suffix })
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

/** A turn as it was asked and answered. */
interface AnsweredTurn {
  readonly question: string
  readonly ids: readonly number[]
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
      await window.append(this.copy(pair))
      const live = await ask(window.branch(), question, steps)
      await this.compare(`growing ${pair + 1}`, order.slice(0, pair + 1), [], question, live)
    }

    const whole = window.branch()
    const said: AnsweredTurn[] = []
    for (const [turn, each] of request.turns.entries()) {
      const ids = await ask(whole, each.question, each.steps)
      await this.compare(`turn ${turn + 1}`, order, said, each.question, ids)
      said.push({ question: each.question, ids })
    }

    // The earlier answers enter the conversation as text, and are prefilled again behind one more pair.
    await window.append(this.copy(0))
    const recalled = window.branch()
    for (const turn of said.slice(0, -1)) recalled.recall(turn.question, turn.ids)
    const last = request.turns[request.turns.length - 1]
    const later = await ask(recalled, last.question, last.steps)
    await this.compare('recalled', [...order, 0], said.slice(0, -1), last.question, later)

    const keep = Math.floor(pairs.length / 2)
    await window.hop(keep, this.copy(1 % pairs.length))
    const hopped = [...order, 0].slice(-keep || order.length + 1).slice(0, keep)
    const afterHop = await ask(window.branch(), question, steps)
    await this.compare('hop', [...hopped, 1 % pairs.length], [], question, afterHop)
    await window.append(this.copy(0))
    const appended = await ask(window.branch(), question, steps)
    await this.compare('hop, then a pair', [...hopped, 1 % pairs.length, 0], [], question, appended)
    window.dispose()
    await decoder.dispose()

    await this.interleave()
    await this.scratch.dispose()
    return this.comparisons
  }

  /** Two windows over one set of weights, one with the pairs in order, one backwards, taking turns. */
  private async interleave(): Promise<void> {
    const { pairs, request } = this
    const { question, steps } = request.growing
    const forwards = [...pairs.keys()]
    const orders = [forwards, [...forwards].reverse()]
    const decoders = orders.map(() => this.fork())
    const windows = decoders.map((decoder) => this.window(decoder))
    for (const index of forwards) {
      for (const [which, window] of windows.entries()) await window.append(this.copy(orders[which][index]))
      // Their conversations overlap as well.
      const streams = windows.map((window) =>
        window.branch().ask(question, { maxTokens: Math.min(steps, 6), ignoreEos: true }),
      )
      const said: number[][] = [[], []]
      const open = new Set(streams.keys())
      while (open.size > 0) {
        for (const which of open) {
          const step = await streams[which].next()
          if (step.done) open.delete(which)
          else said[which].push(step.value.id)
        }
      }
      for (const [which, order] of orders.entries()) {
        const name = `interleaved ${which === 0 ? 'A' : 'B'} ${index + 1}`
        await this.compare(name, order.slice(0, index + 1), [], question, said[which])
      }
    }
    for (const window of windows) window.dispose()
    for (const decoder of decoders) await decoder.dispose()
  }

  private window(decoder: Decoder): LiveWindow {
    return new LiveWindow(this.runtime, this.bundle, decoder, { ...this.request.grid, t: 1 })
  }

  /** A window disposes of its features; these are needed again. */
  private copy(pair: number): Tensor {
    const { ort } = this.runtime
    const of = this.pairs[pair]
    return of.location === 'gpu-buffer'
      ? ort.Tensor.fromGpuBuffer(of.gpuBuffer, { dataType: 'float32', dims: of.dims })
      : new ort.Tensor('float32', of.data as Float32Array, of.dims)
  }

  /** Recomputes an answer: the whole prompt in one prefill of an empty cache, then token by token. */
  private async compare(
    name: string,
    order: readonly number[],
    before: readonly AnsweredTurn[],
    question: string,
    live: readonly number[],
  ): Promise<void> {
    const { bundle, runtime, scratch, pairs, request } = this
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
    const features = concatRows(runtime, rows)
    const recomputed: number[] = []
    const margins: number[] = []
    let at = cursor
    let pass = await scratch.run({ ids, positions, features, withLogits: true })
    for (;;) {
      recomputed.push(pass.token)
      margins.push(scratch.margin(pass.logits))
      if (recomputed.length === live.length) break
      const step = textPositions(at, 1)
      at = step.cursor
      pass = await scratch.run({ ids: [pass.token], positions: step.positions, withLogits: true })
    }
    if (rows.length > 1) features.dispose()
    this.comparisons.push({ name, live, recomputed, margins })
  }
}

async function ask(conversation: Conversation, question: string, steps: number): Promise<readonly number[]> {
  const stream = conversation.ask(question, { maxTokens: steps, ignoreEos: true })
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value.ids
  }
}
