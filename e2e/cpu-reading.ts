import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { fixtureFolder } from '../scripts/fixture-bundle.ts'
import type { ClosedQuestion } from '../src/affect/closed-questions.ts'
import { askingsOf } from '../src/affect/probes/probe-set.ts'
import { reasoningPreset, type StageId, stageIds } from '../src/affect/stages.ts'
import type { HandedFrame } from '../src/app/test-hooks.ts'
import { openBackend } from '../src/engine/backends/open-backend.ts'
import type { Ort, Runtime } from '../src/engine/backends/runtime.ts'
import { type Bundle, type BundleFiles, openBundle } from '../src/engine/bundle.ts'
import { Decoder } from '../src/engine/decoder.ts'
import { FrameEncoder, type SourceFrame } from '../src/engine/frame-encoder.ts'
import { LiveWindow } from '../src/engine/live-window.ts'
import { askProbes, prepareProbe, probeSlots } from '../src/engine/probes.ts'
import { bannedIds, readUpdate, type StandingAnswers, slotsFor } from '../src/engine/update.ts'
import { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { sequencePositions, videoTokens } from '../src/qwen25vl/index.ts'

/** A step whose two best logits lie closer than this may go either way in other arithmetic. */
const nearTie = 2e-3

type FrameBudget = ConstructorParameters<typeof FrameEncoder>[3]

export type StageTokens = Partial<Record<StageId, readonly number[]>>

/** What one update of the page said. */
export interface SaidUpdate {
  readonly ids: StageTokens
  /** Stages whose earlier answer stood again. */
  readonly reused: readonly StageId[]
}

export interface StageMatch {
  readonly stage: StageId
  readonly matched: number
  readonly of: number
  /** How far the page's token fell short of the best, in logits, where the two differ. */
  readonly shortfall?: number
}

export function toFrames(handed: readonly HandedFrame[]): SourceFrame[] {
  return handed.map(({ width, height, rgba }) => ({
    width,
    height,
    rgba: new Uint8ClampedArray(Buffer.from(rgba, 'base64')),
  }))
}

/** The page's recipe and engine on ONNX Runtime's CPU provider in Node. */
export class CpuReader {
  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly vision: VisionEncoder,
    private readonly decoder: Decoder,
    private readonly pixels: FrameBudget | undefined,
  ) {}

  /**
   * @param pixels of a frame, where the page was given a budget
   * @param folder of the bundle (default: the fixture's, which `scripts/prepare.ts` makes)
   */
  static async open(pixels?: FrameBudget, folder = fixtureFolder): Promise<CpuReader> {
    const runtime: Runtime = { provider: 'cpu', ort: ort as unknown as Ort }
    const files: BundleFiles = { read: async (path) => new Uint8Array(await readFile(join(folder, path))) }
    const bundle = await openBundle({ ...files, pathOf: (path) => join(folder, path) })
    const vision = await VisionEncoder.create(runtime, bundle)
    return new CpuReader(runtime, bundle, vision, await Decoder.create(runtime, bundle, { capacity: 1 }), pixels)
  }

  async close(): Promise<void> {
    await this.decoder.dispose()
    await this.vision.dispose()
  }

  /** What this engine says about the frames of an update, given the answers that stood. */
  async answers(frames: readonly SourceFrame[], maxTokens: number, standing: StageTokens = {}): Promise<StageTokens> {
    const { runtime, bundle } = this
    const { grid, pairs } = await this.encode(frames)
    const tokensPerPair = videoTokens(grid, bundle.config.vision)
    const { stages } = reasoningPreset
    const capacity = slotsFor(bundle, { pairs: pairs.length, tokensPerPair }, stages, maxTokens)
    const decoder = this.decoder.fork({ capacity, bannedIds: bannedIds(bundle) })
    const window = new LiveWindow(runtime, bundle, decoder, grid)
    for (const features of pairs) await window.append(features)
    const known: StandingAnswers<StageId> = new Map()
    for (const id of stageIds) {
      const ids = standing[id]
      if (ids) known.set(id, { ids, text: '' })
    }
    const questions = stages.map(({ id, prompt }) => ({ id, prompt, isStanding: id in standing }))
    const said: StageTokens = {}
    for await (const event of readUpdate(window, questions, known, { maxTokens })) {
      if (event.type === 'answer') said[event.id] = event.answer.ids
    }
    window.dispose()
    await decoder.dispose()
    return said
  }

  /** What a closed question gives about frames: one probability an option. */
  async probabilities(frames: readonly SourceFrame[], question: ClosedQuestion): Promise<readonly number[]> {
    const { runtime, bundle } = this
    const probe = prepareProbe(bundle, { id: question.id, askings: askingsOf(question, 'given') })
    const { grid, pairs } = await this.encode(frames)
    const size = { pairs: pairs.length, tokensPerPair: videoTokens(grid, bundle.config.vision) }
    const decoder = this.decoder.fork({ capacity: probeSlots(bundle, size, [probe]) })
    const window = new LiveWindow(runtime, bundle, decoder, grid)
    for (const features of pairs) await window.append(features)
    const readings = []
    for await (const { probabilities } of askProbes(window, [probe])) readings.push(probabilities)
    window.dispose()
    await decoder.dispose()
    return readings[0]
  }

  /**
   * Holds an update of the page against this engine, stage by stage. It ends at a near tie: past one, later stages
   * answer different conversations.
   */
  async compare(
    frames: readonly SourceFrame[],
    said: SaidUpdate,
    maxTokens: number,
    standing: StageTokens = {},
  ): Promise<StageMatch[]> {
    const ours = await this.answers(frames, maxTokens, standing)
    const matches: StageMatch[] = []
    for (const stage of stageIds) {
      if (said.reused.includes(stage)) continue
      const [theirs, own] = [said.ids[stage] ?? [], ours[stage] ?? []]
      const length = Math.max(theirs.length, own.length)
      let step = 0
      while (step < length && theirs[step] === own[step]) step++
      if (step === length) {
        matches.push({ stage, matched: step, of: length })
        continue
      }
      const shortfall = await this.shortfall(frames, { ...standing, ...said.ids }, stage, step)
      matches.push({ stage, matched: step, of: length, shortfall })
      break
    }
    return matches
  }

  private async encode(frames: readonly SourceFrame[]) {
    const encoder = new FrameEncoder(this.runtime, this.bundle, this.vision, this.pixels)
    const pairs = []
    for (let i = 0; i < frames.length; i += 2) pairs.push(await encoder.encode(frames.slice(i, i + 2)))
    return { grid: pairs[0].grid, pairs: pairs.map(({ features }) => features) }
  }

  /** By how much the page's token at a step misses this engine's best, after everything the page itself said. */
  private async shortfall(frames: readonly SourceFrame[], said: StageTokens, stage: StageId, step: number) {
    const { runtime, bundle } = this
    const { config, template } = bundle
    const { grid, pairs } = await this.encode(frames)
    const grids = [{ ...grid, t: pairs.length }]
    const ids: number[] = []
    for (const { id, prompt } of reasoningPreset.stages) {
      const videos = [videoTokens(grids[0], config.vision)]
      ids.push(...(ids.length === 0 ? template.firstTurn({ videos, question: prompt }) : template.nextTurn(prompt)))
      const answer = said[id] ?? []
      ids.push(...(id === stage ? answer.slice(0, step) : answer))
      if (id === stage) break
    }
    const { positions } = sequencePositions({ ids, videoPad: config.tokens.videoPad, grids }, config.vision)
    const decoder = this.decoder.fork({ capacity: ids.length, bannedIds: bannedIds(bundle) })
    const { logits } = await decoder.run({
      ids,
      positions,
      features: openBackend(runtime).concatRows(pairs),
      withLogits: true,
    })
    if (!logits) throw new Error('no logits')
    const adjusted = decoder.processLogits(logits)
    await decoder.dispose()
    // An answer that ended earlier than ours chose an end of text there.
    const chosen = said[stage]?.[step]
    const value =
      chosen === undefined ? Math.max(...config.generation.eosTokenIds.map((id) => adjusted[id])) : adjusted[chosen]
    return adjusted.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY) - value
  }
}

/** Equal token for token, but for near ties. */
export function agree(matches: readonly StageMatch[]): boolean {
  return matches.length > 0 && matches.every(({ shortfall }) => shortfall === undefined || shortfall < nearTie)
}
