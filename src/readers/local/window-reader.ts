import type { StageId } from '../../affect/stages.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { AnswerHistory } from '../../engine/answer-history.ts'
import type { Runtime } from '../../engine/backends/runtime.ts'
import type { Bundle } from '../../engine/bundle.ts'
import type { Decoder } from '../../engine/decoder.ts'
import { FrameEncoder } from '../../engine/frame-encoder.ts'
import { LiveWindow } from '../../engine/live-window.ts'
import { askProbes, type PreparedProbe, prepareProbe, probeSlots } from '../../engine/probes.ts'
import { bannedIds, readUpdate, type StandingAnswers, slotsFor } from '../../engine/update.ts'
import type { VisionEncoder } from '../../engine/vision-encoder.ts'
import { type Grid, largestSquare, tokensPerTemporalPatch, videoBudget } from '../../qwen25vl/index.ts'
import type { FrameNote, ReadingEvent, UpdateFigures } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { FrameImager } from './frame-images.ts'
import { InterleavedWork } from './interleaved-work.ts'
import { type PairReader, type ReadingControl, type ShownTrack, shownPicture } from './pair-reader.ts'
import { ProbeRound } from './probe-round.ts'
import { changedPrompt, longestStages } from './stage-prompts.ts'

/** A bundle that is loaded on a runtime. */
export interface LoadedModel {
  readonly runtime: Runtime
  readonly bundle: Bundle
  readonly vision: VisionEncoder
  /** Owns the weights; every reading forks it with a KV cache of its own size. */
  readonly decoder: Decoder
}

/** Number of updates whose frames are kept for tests. */
const keptUpdates = 64

type UpdateCost = Pick<UpdateFigures, 'visionPairs' | 'visionMs' | 'prefillTokens' | 'prefillMs'>
const noCost: UpdateCost = { visionPairs: 0, visionMs: 0, prefillTokens: 0, prefillMs: 0 }

/** Encodes pairs of frames, keeps the window that they form, and asks stages and probes about it. */
export class WindowReader implements PairReader {
  /** The frames of each update, by its number; for tests. */
  readonly kept = new Map<number, readonly TimedFrame[]>()
  readonly pairsPerWindow: number
  /** The fewest frames that the model was shown in training. */
  readonly leastFrames: number
  readonly squareSide: number
  private readonly hopPairs: number
  private readonly encoder: FrameEncoder
  private readonly probes: ProbeRound<PreparedProbe>
  /** None in Node, where nobody looks at the frames. */
  private readonly imager = typeof OffscreenCanvas === 'undefined' ? undefined : new FrameImager()
  private standing: StandingAnswers<StageId> = new Map()
  private readonly drafts: AnswerHistory<StageId> | undefined
  private decoder: Decoder | undefined
  /** Answers on a copy of the KV cache where pairs join the window meanwhile; `decoder` then only prefills and is probed. */
  private answerDecoder: Decoder | undefined
  private window: LiveWindow | undefined
  private notes: FrameNote[] = []
  private sources: TimedFrame[] = []
  private frames = 0
  private windows = 0
  private updates = 0
  private cost = noCost

  constructor(
    private readonly model: LoadedModel,
    private readonly request: ReadingRequest,
    private readonly emit: (event: ReadingEvent) => void,
    private readonly control: ReadingControl,
    private readonly shown: ShownTrack = shownPicture,
    private readonly stagesNow = () => request.stages,
  ) {
    const { windowFrames, hopFrames, frameBudget } = request.settings
    this.pairsPerWindow = Math.max(1, Math.floor(windowFrames / 2))
    this.hopPairs = Math.min(this.pairsPerWindow, Math.max(1, Math.floor(hopFrames / 2)))
    const { vision, preprocessor } = model.bundle.config
    this.leastFrames = preprocessor.videoMinFrames
    const budget = { ...videoBudget(vision, preprocessor), ...frameBudget }
    this.squareSide = largestSquare(budget)
    this.drafts = request.withoutDrafts ? undefined : new AnswerHistory()
    this.probes = new ProbeRound((request.probes ?? []).map((probe) => prepareProbe(model.bundle, probe)))
    // A crop or a drawing is a square, and has one size from its first frame to its last.
    const square = { minPixels: this.squareSide ** 2, maxPixels: this.squareSide ** 2 }
    const pixels = shown.view === 'picture' ? frameBudget : square
    this.encoder = new FrameEncoder(model.runtime, model.bundle, model.vision, pixels)
  }

  /** Pairs in the window. */
  get pairs(): number {
    return this.window?.pairs ?? 0
  }

  /**
   * Encodes a pair and adds it to the window. A full window moves on first; frames of another size begin a new window.
   *
   * @param newPairs the number of pairs by which a full window moves on. Default: the hop of the settings
   */
  async add(pair: readonly TimedFrame[], newPairs = this.hopPairs): Promise<void> {
    await this.control.gate()
    this.control.signal.throwIfAborted()
    const { features, grid, frames, ms } = await this.encoder.encode(pair)
    const window = await this.windowFor(grid)
    const isFull = window.pairs >= this.pairsPerWindow
    const keep = Math.max(0, this.pairsPerWindow - newPairs)
    if (isFull) this.moveOn(keep)
    const prefill = isFull ? await window.hop(keep, features) : await window.append(features)
    for (const [index, frame] of frames.entries()) {
      const note = { number: this.frames++, timeS: pair[index].timeS }
      this.notes.push(note)
      if (this.request.keepFrames) this.sources.push(pair[index])
      this.emit({ type: 'frame', ...this.shown, ...note, ...(await this.imager?.images(frame)) })
    }
    this.cost = {
      visionPairs: this.cost.visionPairs + 1,
      visionMs: this.cost.visionMs + ms,
      prefillTokens: this.cost.prefillTokens + prefill.tokens,
      prefillMs: this.cost.prefillMs + prefill.ms,
    }
    this.emit({
      type: 'pair',
      track: this.shown.track,
      window: this.windows,
      pairsInWindow: window.pairs,
      pairsPerWindow: this.pairsPerWindow,
      visionMs: ms,
      prefillMs: prefill.ms,
      prefillTokens: prefill.tokens,
    })
    await this.probe()
  }

  /** Ends the window: the next pair begins a new one even if it has the same size, because it does not follow the last. */
  async beginAnew(): Promise<void> {
    if (!this.window) return
    this.moveOn(0)
    await this.dispose()
  }

  /** Whether the window holds at least as many frames as the model saw in training: nothing is asked about fewer. */
  get isAskable(): boolean {
    return this.pairs >= Math.min(Math.ceil(this.leastFrames / 2), this.pairsPerWindow)
  }

  /** Whether probes are asked. */
  get hasProbes(): boolean {
    return this.probes.turn.length > 0
  }

  /**
   * Asks all stages about the window. When the reading is stopped, it ends early and without an `updated` event.
   *
   * @param meanwhile called between tokens, for at most half of the time; it may add pairs of the same size, and resolves
   * to whether it did anything. The answers are still about the window as it was, because they use a copy of its KV cache.
   */
  async update(meanwhile?: () => Promise<boolean>): Promise<void> {
    const { window, control, request, shown } = this
    const { track } = shown
    if (!window) return
    const update = this.updates++
    const { maxTokens, sampling } = request.settings
    this.emit({ type: 'update', ...shown, update, window: this.windows, frames: [...this.notes] })
    const stages = this.stagesNow()
    if (request.keepFrames) this.keep(update)
    const started = performance.now()
    let asked = started
    let firstTokenMs: number | undefined
    let answerTokens = 0
    let decodeMs = 0
    const drafting = { passes: 0, drafted: 0, accepted: 0 }
    const { visionPairs, visionMs } = this.cost
    let { prefillTokens, prefillMs } = this.cost
    this.cost = noCost
    const aside = meanwhile && new InterleavedWork(meanwhile)
    const branch = () => (aside ? window.branchOn(this.answerDecoderBeside(window)) : window.branch())
    const options = { maxTokens, signal: control.signal, gate: control.gate, ...(sampling ? { sampling } : {}) }
    for await (const event of readUpdate({ branch }, stages, this.standing, options, this.drafts)) {
      switch (event.type) {
        case 'stage':
          asked = performance.now()
          if (aside) aside.ms = 0
          this.emit({ ...event, track, ...changedPrompt(request.stages, stages, event.id) })
          break
        case 'token': {
          const now = performance.now()
          firstTokenMs ??= now - started
          this.emit({ ...event, track, ms: now - asked })
          await aside?.step()
          break
        }
        case 'answer': {
          const { answer } = event
          const figures = { ...answer.figures, decodeMs: answer.figures.decodeMs - (aside?.ms ?? 0) }
          answerTokens += figures.answerTokens
          decodeMs += figures.decodeMs
          drafting.passes += figures.passes
          drafting.drafted += figures.drafted
          drafting.accepted += figures.accepted
          prefillTokens += figures.promptTokens
          prefillMs += figures.prefillMs
          this.emit({ ...answer, type: 'answer', track, id: event.id, figures })
          break
        }
        case 'reused':
          this.emit({ ...event, track })
      }
    }
    if (control.signal.aborted) return
    const updateMs = performance.now() - started
    this.emit({
      type: 'updated',
      track,
      update,
      figures: {
        updateMs,
        visionPairs,
        visionMs,
        prefillTokens,
        prefillMs,
        answerTokens,
        decodeMs,
        ...drafting,
        firstTokenMs: firstTokenMs ?? updateMs,
      },
    })
  }

  /** Asks probes about the window, for as long as a pair of frames lasts; a stop ends it within one pass. */
  private async probe(): Promise<void> {
    const { window, probes, control, request, notes } = this
    const { track } = this.shown
    const timeS = notes.at(-1)?.timeS
    if (!window || timeS === undefined || !this.isAskable || probes.turn.length === 0) return
    const pairMs = (2 / request.settings.framesPerSecond) * 1000
    const started = performance.now()
    for await (const { id, probabilities, figures } of askProbes(window, probes.turn, control)) {
      probes.answered(id)
      this.emit({ type: 'probe', track, id, timeS, probabilities, figures })
      if (performance.now() - started > pairMs) return
    }
  }

  async dispose(): Promise<void> {
    this.window?.dispose()
    this.window = undefined
    await this.decoder?.dispose()
    await this.answerDecoder?.dispose()
    this.decoder = undefined
    this.answerDecoder = undefined
  }

  private async windowFor(grid: Grid): Promise<LiveWindow> {
    const { window, model, request } = this
    if (window && window.grid.h === grid.h && window.grid.w === grid.w) return window
    await this.beginAnew()
    const { runtime, bundle } = model
    const tokensPerPair = tokensPerTemporalPatch(grid, bundle.config.vision)
    const size = { pairs: this.pairsPerWindow, tokensPerPair }
    const capacity = Math.max(
      slotsFor(bundle, size, longestStages(request.stages), request.settings.maxTokens),
      probeSlots(bundle, size, this.probes.turn),
    )
    this.decoder = model.decoder.fork({ capacity, bannedIds: bannedIds(bundle) })
    this.window = new LiveWindow(runtime, bundle, this.decoder, grid)
    return this.window
  }

  private answerDecoderBeside({ capacity }: LiveWindow): Decoder {
    const { decoder, bundle } = this.model
    this.answerDecoder ??= decoder.fork({ capacity, bannedIds: bannedIds(bundle) })
    return this.answerDecoder
  }

  /** Begins the next window: forgets the dropped frames, and the answers that stood for the window. */
  private moveOn(keepPairs: number): void {
    this.windows++
    // A new map, because an update in progress still uses the old one.
    this.standing = new Map()
    this.notes = this.notes.slice(this.notes.length - keepPairs * 2)
    this.sources = this.sources.slice(this.sources.length - keepPairs * 2)
  }

  private keep(update: number): void {
    this.kept.set(update, [...this.sources])
    this.kept.delete(update - keptUpdates)
  }
}
