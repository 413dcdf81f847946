import { findPreset, type StageId } from '../src/affect/stages.ts'
import { AnswerHistory } from '../src/engine/answer-history.ts'
import type { Runtime } from '../src/engine/backends/runtime.ts'
import type { Bundle } from '../src/engine/bundle.ts'
import { Decoder } from '../src/engine/decoder.ts'
import { AdaptiveDraftLength, type DraftLengthPolicy } from '../src/engine/draft-length.ts'
import { FrameEncoder } from '../src/engine/frame-encoder.ts'
import { LiveWindow } from '../src/engine/live-window.ts'
import { bannedIds, readUpdate, type StandingAnswers, slotsFor } from '../src/engine/update.ts'
import { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { tokensPerTemporalPatch } from '../src/qwen25vl/index.ts'
import { type Spread, spreadOf } from './spread.ts'

/** Frames that follow one another in a drawn clip; their pixels lie one after the other, clip by clip. */
export interface DraftedClip {
  readonly frames: number
  readonly px: number
}

/** Passes that verified a draft, and what they gave. */
export interface DraftedFigures {
  readonly clips: number
  /** Updates that had a previous answer of the same clip to draft from. */
  readonly updates: number
  /** Of their answers, the same without drafts, and up to the first difference in each answer. */
  readonly tokens: number
  readonly equalTokens: number
  readonly verifiedPasses: number
  /** One value a clip: of passes that verified a draft, the ids that were right and the token after them. */
  readonly tokensPerVerifiedPass: Spread
  /** One value a clip, steps without a draft included. */
  readonly tokensPerPass: Spread
  /** One value a clip: time to decode without drafts over that with. */
  readonly decodeSpeedup: Spread
}

/** What drafting came to in one clip, its first update left out. */
export interface ClipDrafting {
  readonly answers: readonly (readonly number[])[]
  readonly passes: number
  readonly verifiedPasses: number
  readonly verifiedTokens: number
  readonly decodeMs: number
}

const maxTokens = 160

/**
 * Reads clips as a camera is read, an update a pair, each answer the draft of the next to the same question; and once
 * more without drafts. Windows are those that the bundle was trained on.
 *
 * @param pixels uint8 [clips, frames, px, px, 4]
 */
export async function readDrafted(
  runtime: Runtime,
  bundle: Bundle,
  clips: readonly DraftedClip[],
  pixels: Uint8ClampedArray,
): Promise<DraftedFigures> {
  const vision = await VisionEncoder.create(runtime, bundle)
  const { stages } = findPreset('reasoning')
  const pairs = bundle.config.preprocessor.videoMaxFrames / 2
  let at = 0
  let decoder: Decoder | undefined
  const drafted: ClipDrafting[] = []
  const plain: ClipDrafting[] = []
  for (const { frames, px } of clips) {
    const clip = Array.from({ length: frames }, () => {
      const rgba = pixels.subarray(at, at + px * px * 4)
      at += px * px * 4
      return { width: px, height: px, rgba }
    })
    const encoder = new FrameEncoder(runtime, bundle, vision)
    const read = async (counting: CountingDraftLength | undefined): Promise<ClipDrafting> => {
      const history = counting && new AnswerHistory<StageId>(counting)
      const standing: StandingAnswers<StageId> = new Map()
      const answers: (readonly number[])[] = []
      let window: LiveWindow | undefined
      let [passes, decodeMs] = [0, 0]
      for (let frame = 0; frame + 1 < frames; frame += 2) {
        const { features, grid } = await encoder.encode(clip.slice(frame, frame + 2))
        const tokensPerPair = tokensPerTemporalPatch(grid, bundle.config.vision)
        decoder ??= await Decoder.create(runtime, bundle, {
          capacity: slotsFor(bundle, { pairs, tokensPerPair }, stages, maxTokens),
          bannedIds: bannedIds(bundle),
        })
        window ??= new LiveWindow(runtime, bundle, decoder, grid)
        if (window.pairs < pairs) await window.append(features)
        else {
          standing.clear()
          await window.hop(pairs - Math.ceil(pairs / 2), features)
        }
        for await (const event of readUpdate(window, stages, standing, { maxTokens }, history)) {
          if (event.type !== 'answer' || frame === 0) continue
          answers.push(event.answer.ids)
          passes += event.answer.figures.passes
          decodeMs += event.answer.figures.decodeMs
        }
        // Before it there was nothing to draft from.
        if (frame === 0) counting?.restart()
      }
      window?.dispose()
      return { answers, passes, decodeMs, verifiedPasses: counting?.passes ?? 0, verifiedTokens: counting?.tokens ?? 0 }
    }
    drafted.push(await read(new CountingDraftLength()))
    plain.push(await read(undefined))
  }
  await decoder?.dispose()
  await vision.dispose()
  return draftedFigures(drafted, plain)
}

export function draftedFigures(drafted: readonly ClipDrafting[], plain: readonly ClipDrafting[]): DraftedFigures {
  const pairs = drafted.flatMap(({ answers }, clip) =>
    answers.map((said, index) => [said, plain[clip].answers[index] ?? []] as const),
  )
  const tokensOf = ({ answers }: ClipDrafting) => answers.reduce((sum, { length }) => sum + length, 0)
  return {
    clips: drafted.length,
    updates: pairs.length,
    tokens: plain.reduce((sum, clip) => sum + tokensOf(clip), 0),
    equalTokens: pairs.reduce((sum, [said, expected]) => sum + commonLength(said, expected), 0),
    verifiedPasses: drafted.reduce((sum, { verifiedPasses }) => sum + verifiedPasses, 0),
    tokensPerVerifiedPass: spreadOf(
      drafted
        .filter(({ verifiedPasses }) => verifiedPasses > 0)
        .map(({ verifiedTokens, verifiedPasses }) => verifiedTokens / verifiedPasses),
    ),
    tokensPerPass: spreadOf(drafted.map((clip) => tokensOf(clip) / clip.passes)),
    decodeSpeedup: spreadOf(drafted.map(({ decodeMs }, clip) => plain[clip].decodeMs / decodeMs)),
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** Chooses lengths as the page does, and counts what became of the drafts. */
class CountingDraftLength implements DraftLengthPolicy {
  passes = 0
  tokens = 0
  private readonly adaptive = new AdaptiveDraftLength()

  restart(): void {
    this.passes = 0
    this.tokens = 0
  }

  choose(...given: Parameters<DraftLengthPolicy['choose']>): number {
    return this.adaptive.choose(...given)
  }

  recordAcceptance(...[match, drafted, accepted]: Parameters<DraftLengthPolicy['recordAcceptance']>): void {
    this.passes++
    this.tokens += accepted + 1
    this.adaptive.recordAcceptance(match, drafted, accepted)
  }

  recordPass(...given: Parameters<DraftLengthPolicy['recordPass']>): void {
    this.adaptive.recordPass(...given)
  }
}
