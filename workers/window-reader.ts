import type { StageId } from '../src/affect/stages.ts'
import type { TimedFrame } from '../src/capture/painter.ts'
import type { Bundle } from '../src/engine/bundle.ts'
import type { Decoder } from '../src/engine/decoder.ts'
import { FrameEncoder } from '../src/engine/frame-encoder.ts'
import { LiveWindow } from '../src/engine/live-window.ts'
import type { Runtime } from '../src/engine/runtime.ts'
import { bannedIds, readUpdate, type StandingAnswers, slotsFor } from '../src/engine/update.ts'
import type { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { type Grid, tokensPerTemporalPatch } from '../src/qwen25vl/index.ts'
import type { FrameNote, KeptFrame, ReadingEvent, ReadingRequest, UpdateFigures } from './engine-api.ts'
import { FrameImager } from './frame-images.ts'

/** A bundle on a device. */
export interface LoadedModel {
  readonly runtime: Runtime
  readonly bundle: Bundle
  readonly vision: VisionEncoder
  /** Holds the weights; every reading forks it with a cache of its own size. */
  readonly decoder: Decoder
}

/** What ends or holds a reading. */
export interface ReadingControl {
  readonly signal: AbortSignal
  readonly gate: () => Promise<void>
}

/** Updates whose frames are kept for tests. */
const keptUpdates = 64

type UpdateCost = Pick<UpdateFigures, 'visionPairs' | 'visionMs' | 'prefillTokens' | 'prefillMs'>
const noCost: UpdateCost = { visionPairs: 0, visionMs: 0, prefillTokens: 0, prefillMs: 0 }

/** Pairs in, events out: one window at a time, over one cache. */
export class WindowReader {
  /** By update; for tests. */
  readonly kept = new Map<number, readonly KeptFrame[]>()
  readonly pairsPerWindow: number
  /** The fewest frames that the model was shown in training. */
  readonly leastFrames: number
  private readonly hopPairs: number
  private readonly encoder: FrameEncoder
  private readonly imager = new FrameImager()
  private readonly standing: StandingAnswers<StageId> = new Map()
  private decoder: Decoder | undefined
  private window: LiveWindow | undefined
  private notes: FrameNote[] = []
  private sources: KeptFrame[] = []
  private frames = 0
  private windows = 0
  private updates = 0
  private cost = noCost

  constructor(
    private readonly model: LoadedModel,
    private readonly request: ReadingRequest,
    private readonly emit: (event: ReadingEvent) => void,
    private readonly control: ReadingControl,
  ) {
    const { windowFrames, hopFrames, frameBudget } = request.settings
    this.pairsPerWindow = Math.max(1, Math.floor(windowFrames / 2))
    this.hopPairs = Math.min(this.pairsPerWindow, Math.max(1, Math.floor(hopFrames / 2)))
    this.leastFrames = model.bundle.config.preprocessor.videoMinFrames
    this.encoder = new FrameEncoder(model.runtime, model.bundle, model.vision, frameBudget)
  }

  /** Pairs in the window. */
  get pairs(): number {
    return this.window?.pairs ?? 0
  }

  /**
   * Encodes a pair and adds it to the window. A full window moves on first; frames of another size begin a new one.
   *
   * @param newPairs how many pairs the window moves on by, where it is full; the hop of the settings where unsaid
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
      this.emit({ type: 'frame', ...note, ...(await this.imager.images(frame)) })
    }
    this.cost = {
      visionPairs: this.cost.visionPairs + 1,
      visionMs: this.cost.visionMs + ms,
      prefillTokens: this.cost.prefillTokens + prefill.tokens,
      prefillMs: this.cost.prefillMs + prefill.ms,
    }
    this.emit({
      type: 'pair',
      window: this.windows,
      pairsInWindow: window.pairs,
      pairsPerWindow: this.pairsPerWindow,
      visionMs: ms,
      prefillMs: prefill.ms,
      prefillTokens: prefill.tokens,
    })
  }

  /** Asks all stages about the window. Ends early, and without `updated`, when the reading is stopped. */
  async update(): Promise<void> {
    const { window, control, request } = this
    if (!window) return
    const update = this.updates++
    const { maxTokens, sampling } = request.settings
    this.emit({ type: 'update', update, window: this.windows, frames: [...this.notes] })
    if (request.keepFrames) this.keep(update)
    const started = performance.now()
    let asked = started
    let firstTokenMs: number | undefined
    let answerTokens = 0
    let decodeMs = 0
    let { prefillTokens, prefillMs } = this.cost
    const options = { maxTokens, signal: control.signal, gate: control.gate, ...(sampling ? { sampling } : {}) }
    for await (const event of readUpdate(window, request.stages, this.standing, options)) {
      switch (event.type) {
        case 'stage':
          asked = performance.now()
          this.emit(event)
          break
        case 'token': {
          const now = performance.now()
          firstTokenMs ??= now - started
          this.emit({ ...event, ms: now - asked })
          break
        }
        case 'answer': {
          const { figures } = event.answer
          answerTokens += figures.answerTokens
          decodeMs += figures.decodeMs
          prefillTokens += figures.promptTokens
          prefillMs += figures.prefillMs
          this.emit({ ...event.answer, type: 'answer', id: event.id })
          break
        }
        case 'reused':
          this.emit(event)
      }
    }
    const { visionPairs, visionMs } = this.cost
    this.cost = noCost
    if (control.signal.aborted) return
    const updateMs = performance.now() - started
    this.emit({
      type: 'updated',
      update,
      figures: {
        updateMs,
        visionPairs,
        visionMs,
        prefillTokens,
        prefillMs,
        answerTokens,
        decodeMs,
        firstTokenMs: firstTokenMs ?? updateMs,
      },
    })
  }

  async dispose(): Promise<void> {
    this.window?.dispose()
    this.window = undefined
    await this.decoder?.dispose()
    this.decoder = undefined
  }

  private async windowFor(grid: Grid): Promise<LiveWindow> {
    const { window, model, request } = this
    if (window && window.grid.h === grid.h && window.grid.w === grid.w) return window
    if (window) {
      this.moveOn(0)
      await this.dispose()
    }
    const { runtime, bundle } = model
    const tokensPerPair = tokensPerTemporalPatch(grid, bundle.config.vision)
    const size = { pairs: this.pairsPerWindow, tokensPerPair }
    const capacity = slotsFor(bundle, size, request.stages, request.settings.maxTokens)
    this.decoder = model.decoder.fork({ capacity, bannedIds: bannedIds(bundle) })
    this.window = new LiveWindow(runtime, bundle, this.decoder, grid)
    return this.window
  }

  /** Forgets what belongs to the window's dropped frames, and what was said of it as a whole. */
  private moveOn(keepPairs: number): void {
    this.windows++
    this.standing.clear()
    this.notes = this.notes.slice(this.notes.length - keepPairs * 2)
    this.sources = this.sources.slice(this.sources.length - keepPairs * 2)
  }

  private keep(update: number): void {
    this.kept.set(update, [...this.sources])
    this.kept.delete(update - keptUpdates)
  }
}
