import { RawImage } from '@huggingface/transformers'
import type { StageId } from '../../affect/stages.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { BicubicResizer, largestSquare, smartResize } from '../../qwen25vl/index.ts'
import type { FrameNote, ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { FrameImager } from '../local/frame-images.ts'
import { type PairReader, type ReadingControl, type ShownTrack, shownPicture } from '../local/pair-reader.ts'
import { changedPrompt } from '../local/stage-prompts.ts'
import type { ForeignModel, Turn } from './foreign-model.ts'

/** A frame as the model is given it. */
interface ShownFrame extends FrameNote {
  readonly image: RawImage
}

/**
 * Keeps a window's frames and asks a foreign model about them: one conversation a window, each of whose questions shows
 * all frames again.
 *
 * Figures that transformers.js does not tell are 0: `visionMs` and `prefillMs` of a pair, which joins the window without
 * being computed, and `visionPairs` and `visionMs` of an update, whose vision is part of `prefillMs`.
 */
export class ForeignWindowReader implements PairReader {
  readonly pairsPerWindow: number
  readonly leastFrames = 2
  readonly hasProbes = false
  readonly squareSide: number
  private readonly pixels: { readonly minPixels: number; readonly maxPixels: number }
  private readonly hopPairs: number
  /** None in Node, where nobody looks at the frames. */
  private readonly imager = typeof OffscreenCanvas === 'undefined' ? undefined : new FrameImager()
  private readonly standing = new Map<StageId, string>()
  private frames: ShownFrame[] = []
  private size = ''
  private taken = 0
  private windows = 0
  private updates = 0

  /** @param maxPixels of a frame at the model, unless the request names fewer */
  constructor(
    private readonly model: ForeignModel,
    maxPixels: number,
    private readonly request: ReadingRequest,
    private readonly emit: (event: ReadingEvent) => void,
    private readonly control: ReadingControl,
    private readonly shown: ShownTrack = shownPicture,
    private readonly stagesNow = () => request.stages,
  ) {
    const { windowFrames, hopFrames, frameBudget } = request.settings
    const budget = { minPixels: 0, maxPixels, ...frameBudget }
    this.squareSide = largestSquare({ factor: model.presentation.factor, maxPixels: budget.maxPixels })
    const square = { minPixels: this.squareSide ** 2, maxPixels: this.squareSide ** 2 }
    this.pixels = shown.view === 'picture' ? budget : square
    this.pairsPerWindow = Math.max(1, Math.floor(windowFrames / 2))
    this.hopPairs = Math.min(this.pairsPerWindow, Math.max(1, Math.floor(hopFrames / 2)))
  }

  get pairs(): number {
    return this.frames.length / 2
  }

  get isAskable(): boolean {
    return this.pairs > 0
  }

  async add(pair: readonly TimedFrame[], newPairs = this.hopPairs): Promise<void> {
    await this.control.gate()
    this.control.signal.throwIfAborted()
    const [{ width, height }] = pair
    if (this.size !== '' && this.size !== `${width}x${height}`) await this.beginAnew()
    this.size = `${width}x${height}`
    if (this.pairs >= this.pairsPerWindow) this.moveOn(Math.max(0, this.pairsPerWindow - newPairs))
    const size = smartResize(height, width, { factor: this.model.presentation.factor, ...this.pixels })
    const resizer = new BicubicResizer({ width, height }, size)
    for (const { rgba, timeS } of pair) {
      const rgb = resizer.resize(rgba)
      const note = { number: this.taken++, timeS }
      this.frames.push({ ...note, image: new RawImage(rgb, size.width, size.height, 3) })
      const images = await this.imager?.images({ ...size, rgb })
      this.emit({ type: 'frame', ...this.shown, ...note, ...images })
    }
    this.emit({
      type: 'pair',
      track: this.shown.track,
      window: this.windows,
      pairsInWindow: this.pairs,
      pairsPerWindow: this.pairsPerWindow,
      visionMs: 0,
      prefillMs: 0,
      prefillTokens: 0,
    })
  }

  async beginAnew(): Promise<void> {
    if (this.frames.length > 0) this.moveOn(0)
  }

  /** Pairs do not join between tokens: the model sees the frames anew at every question. */
  async update(): Promise<void> {
    const { model, request, control, emit } = this
    const { maxTokens, sampling } = request.settings
    const { track } = this.shown
    const update = this.updates++
    const frames = this.frames.map(({ number, timeS }) => ({ number, timeS }))
    const images = this.frames.map(({ image }) => image)
    emit({ type: 'update', ...this.shown, update, window: this.windows, frames })
    const stages = this.stagesNow()
    const started = performance.now()
    let firstTokenMs: number | undefined
    const costs = { prefillTokens: 0, prefillMs: 0, answerTokens: 0, decodeMs: 0, passes: 0, drafted: 0, accepted: 0 }
    const turns: Turn[] = []
    for (const { id, prompt, isStanding, answer: given } of stages) {
      if (control.signal.aborted) return
      if (given !== undefined) {
        turns.push({ question: prompt, answer: given })
        continue
      }
      const known = isStanding ? this.standing.get(id) : undefined
      if (known !== undefined) {
        emit({ type: 'reused', track, id, text: known })
        turns.push({ question: prompt, answer: known })
        continue
      }
      emit({ type: 'stage', track, id, ...changedPrompt(request.stages, stages, id) })
      const asked = performance.now()
      const onToken = (tokenId: number, text: string) => {
        const now = performance.now()
        firstTokenMs ??= now - started
        emit({ type: 'token', track, id, tokenId, text, ms: now - asked })
      }
      const { signal, gate } = control
      const options = { maxTokens, signal, gate, onToken, ...(sampling ? { sampling } : {}) }
      const answer = await model.ask(images, turns, prompt, options)
      emit({ type: 'answer', track, id, ...answer })
      if (answer.finish === 'stopped') return
      if (isStanding) this.standing.set(id, answer.text)
      turns.push({ question: prompt, answer: answer.text })
      costs.prefillTokens += answer.figures.promptTokens
      costs.prefillMs += answer.figures.prefillMs
      costs.answerTokens += answer.figures.answerTokens
      costs.decodeMs += answer.figures.decodeMs
      costs.passes += answer.figures.passes
    }
    if (control.signal.aborted) return
    const updateMs = performance.now() - started
    const figures = { updateMs, visionPairs: 0, visionMs: 0, ...costs, firstTokenMs: firstTokenMs ?? updateMs }
    emit({ type: 'updated', track, update, figures })
  }

  async dispose(): Promise<void> {
    this.frames = []
  }

  /** Forgets what belongs to the window's dropped frames, and what was said of it as a whole. */
  private moveOn(keepPairs: number): void {
    this.windows++
    this.standing.clear()
    this.frames = this.frames.slice(this.frames.length - 2 * keepPairs)
  }
}
