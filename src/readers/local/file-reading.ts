import type { Clip, FrameOptions } from '../../capture/clip.ts'
import { type LostPart, lostPart } from '../../capture/file-notice.ts'
import { openClip } from '../../capture/open-clip.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import { countWindows, fileWindows, planWindows, type SamplingRecipe, type WindowPlan } from '../../capture/windows.ts'
import { sampleTimes } from '../../qwen25vl/index.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest, ReadingSource } from '../../reading/request.ts'
import type { PairReader, ReadingControl } from './pair-reader.ts'

/** From this many missing frames on, the window ends before the gap; a smaller gap is skipped within the window. */
const framesOfBreak = 2

/**
 * Reads every window of a file, by the file's own clock, however long that takes. A window holds frames of one size and
 * without a gap: where the size changes, or a part cannot be decoded, the frames so far are asked about as a short window,
 * and a new window begins.
 */
export async function readFile(
  reader: PairReader,
  source: Extract<ReadingSource, { type: 'file' }>,
  settings: ReadingRequest['settings'],
  emit: (event: ReadingEvent) => void,
  { signal }: ReadingControl,
): Promise<void> {
  const clip = await openClip(source.file)
  try {
    const { width, height, startS, durationS, framesPerSecond, codec, isStillImage } = clip.facts
    const endS = startS + durationS
    const recipe: SamplingRecipe = (seconds, rate) =>
      sampleTimes(seconds, rate, {
        fps: settings.framesPerSecond,
        minFrames: reader.leastFrames,
        maxFrames: settings.windowFrames,
      })
    const plan = planWindows(clip.facts, { ...settings, fromS: Math.max(startS, source.fromS ?? 0) }, recipe)
    const windows = countWindows(plan.pairs, settings)
    const still = isStillImage ? { isStillImage } : {}
    emit({ type: 'opened', width, height, clip: { durationS: endS, framesPerSecond, codec, ...still }, windows })
    for (const notice of clip.notices) emit({ type: 'notice', ...notice })
    const progress = new FileProgress(endS, emit)
    let schedule = fileWindows(plan.pairs, settings)
    let window = schedule.next()
    /** Pairs of the plan that were read or are missing; pairs since the last break; pairs that no update was about yet. */
    let [done, inStretch, unasked] = [0, 0, 0]
    const ask = async () => {
      await reader.update()
      signal.throwIfAborted()
      progress.advance(countWindows(plan.pairs - done, { ...settings, windowFrames: settings.hopFrames }))
      unasked = 0
    }
    const onLost = (part: LostPart) => emit({ type: 'notice', ...lostPart(part, endS) })
    for await (const part of stretchesOf(framesOf(clip, plan, { signal, onLost }))) {
      if (part.type === 'break') {
        if (unasked > 0) await ask()
        await reader.beginAnew()
        done += part.missedPairs
        inStretch = 0
        schedule = fileWindows(plan.pairs - done, settings)
        window = schedule.next()
        continue
      }
      const newPairs = window.done ? 1 : window.value.endPair - inStretch + unasked
      await reader.add(part.frames, newPairs)
      progress.atS = part.frames[1].timeS
      done++
      inStretch++
      unasked++
      if (window.done || inStretch < window.value.endPair) continue
      await ask()
      window = schedule.next()
    }
    if (unasked > 0) await ask()
    progress.finish()
  } finally {
    clip.close()
  }
}

/** Reports how far the reading of a file is, in windows. Their number is an estimate: parts may turn out undecodable. */
class FileProgress {
  atS = 0
  private doneWindows = 0
  private leftWindows: number | undefined
  private readonly started = performance.now()

  constructor(
    private readonly totalS: number,
    private readonly emit: (event: ReadingEvent) => void,
  ) {}

  /** One more window was read, and this many are left. */
  advance(leftWindows: number): void {
    this.doneWindows++
    this.tell(leftWindows, leftWindows === 0 ? this.totalS : this.atS)
  }

  /** The file has ended, whether or not all planned windows were read. */
  finish(): void {
    if (this.leftWindows !== 0) this.tell(0, this.totalS)
  }

  private tell(leftWindows: number, doneS: number): void {
    const { doneWindows, totalS } = this
    this.leftWindows = leftWindows
    const perWindowS = (performance.now() - this.started) / 1000 / Math.max(1, doneWindows)
    const windows = doneWindows + leftWindows
    this.emit({ type: 'progress', doneWindows, windows, doneS, totalS, leftS: perWindowS * leftWindows })
  }
}

type TakenPart =
  | { readonly type: 'frame'; readonly frame: TimedFrame }
  | { readonly type: 'lost'; readonly missedFrames: number }

/** The plan's frames, and how many frames could not be decoded between them. */
async function* framesOf(
  clip: Clip,
  plan: WindowPlan,
  options: Required<Pick<FrameOptions, 'signal' | 'onLost'>>,
): AsyncGenerator<TakenPart> {
  let missedFrames = 0
  const asked = {
    ...options,
    onLost: (part: LostPart) => {
      missedFrames += part.missedFrames
      options.onLost(part)
    },
  }
  const frames = plan.type === 'indices' ? clip.frames(plan.indices, asked) : clip.framesAt(plan.timesS, asked)
  for await (const frame of frames) {
    if (missedFrames > 0) yield { type: 'lost', missedFrames }
    missedFrames = 0
    yield { type: 'frame', frame }
  }
}

type StretchPart =
  | { readonly type: 'pair'; readonly frames: readonly [TimedFrame, TimedFrame] }
  | { readonly type: 'break'; readonly missedPairs: number }

/**
 * Groups frames into pairs of one size. A single frame before a break or at the end is repeated, as the model's training
 * did with an odd number of frames.
 */
export async function* stretchesOf(parts: AsyncIterable<TakenPart>): AsyncGenerator<StretchPart, undefined> {
  let first: TimedFrame | undefined
  let last: TimedFrame | undefined
  for await (const part of parts) {
    const isBreak = part.type === 'lost' ? part.missedFrames >= framesOfBreak : last && !isSameSize(last, part.frame)
    if (isBreak) {
      if (first) yield { type: 'pair', frames: [first, first] }
      first = undefined
      last = undefined
      const missed = part.type === 'lost' ? part.missedFrames : 0
      yield { type: 'break', missedPairs: Math.floor(missed / 2) }
    }
    if (part.type === 'lost') continue
    last = part.frame
    if (first) yield { type: 'pair', frames: [first, part.frame] }
    first = first ? undefined : part.frame
  }
  if (first) yield { type: 'pair', frames: [first, first] }
  return undefined
}

function isSameSize(a: TimedFrame, b: TimedFrame): boolean {
  return a.width === b.width && a.height === b.height
}
