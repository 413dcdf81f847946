import { compareFloats, compareTokens, tokensAgree } from './compare.ts'
import type { ReplayAnswer, ReplayResult } from './replay.ts'
import type { Closeness, Comparison, TokenMatch } from './report.ts'

/** What each prompt of the request is, in its order. */
export type PromptKind =
  | { readonly kind: 'turn'; readonly turn: number }
  | { readonly kind: 'penalized'; readonly turn: number }
  | { readonly kind: 'growing'; readonly index: number; readonly temporalPatches: number }

/** Largest absolute difference of features and logits that float32 arithmetic may show, by provider. */
export const floatTolerance = { cpu: 2e-3, chromium: 5e-3, dawn: 5e-3 } as const
/** The same for float32 arithmetic on quantized weights against the same weights decoded. */
export const quantizedTolerance = { cpu: 1e-3, chromium: 5e-3, dawn: 5e-3 } as const
/** What float16 arithmetic must reach. */
const leastCosine = 0.999

export function compareAnswers(
  kinds: readonly PromptKind[],
  ours: ReplayResult,
  features: Float32Array,
  answers: readonly (ReplayAnswer | undefined)[],
): Comparison {
  const firstLogits: Closeness[] = []
  const turns: TokenMatch[] = []
  const penalized: TokenMatch[] = []
  const growing: (TokenMatch & { temporalPatches: number })[] = []
  for (const [i, each] of kinds.entries()) {
    const theirs = answers[i]
    if (!theirs) continue
    const match = compareTokens(ours.answers[i].tokens, theirs.tokens, theirs.margins)
    if (each.kind === 'turn') {
      turns.push(match)
      firstLogits.push(compareFloats(ours.answers[i].firstLogits, theirs.firstLogits))
    } else if (each.kind === 'penalized') penalized.push(match)
    else growing.push({ temporalPatches: each.temporalPatches, ...match })
  }
  return { videoFeatures: compareFloats(ours.features, features), firstLogits, turns, growing, penalized }
}

function closenesses({ videoFeatures, firstLogits }: Comparison): readonly Closeness[] {
  return [videoFeatures, ...firstLogits]
}

export function isAllFinite(comparison: Comparison): boolean {
  return closenesses(comparison).every(({ notFinite }) => notFinite === 0)
}

export function isWithin(comparison: Comparison, tolerance: number): boolean {
  const { turns, growing, penalized } = comparison
  return (
    isAllFinite(comparison) &&
    closenesses(comparison).every(({ maxAbs }) => maxAbs <= tolerance) &&
    [...turns, ...growing, ...penalized].every(tokensAgree)
  )
}

export function isAligned(comparison: Comparison): boolean {
  return isAllFinite(comparison) && closenesses(comparison).every(({ cosine }) => cosine >= leastCosine)
}
