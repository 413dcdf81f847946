import { type Draft, type MatchStrength, maxDraftTokens } from './draft-tokens.ts'

/**
 * Numbers of draft tokens of one pass. There are few of them because every new shape costs a GPU new pipelines, and with
 * the token before the draft each is a power of two, which kernels favour. Shorter drafts are padded to one of them, which
 * is exact: a pass keeps only draft tokens that it would have chosen.
 */
const draftLengths: readonly number[] = [1, 3, 7, maxDraftTokens]

/** Decides how many draft tokens the next pass verifies, and is told what came of it. */
export interface DraftLengthPolicy {
  /**
   * The number of draft tokens for the next pass, padding included, at most `maxDraftTokens`; 0 for a plain step.
   *
   * @param room KV slots that the draft may fill at most
   */
  choose(draft: Draft, room: number): number
  /** After a verification: how many tokens were drafted, without padding, and how many of them accepted. */
  recordAcceptance(match: MatchStrength, drafted: number, accepted: number): void
  /** After a pass: its time, by its number of draft tokens with padding; 0 for a plain step. */
  recordPass(length: number, ms: number): void
}

/** Acceptance rate that is assumed before anything was drafted, and how many tried tokens that assumption weighs. */
const assumedRate: Readonly<Record<MatchStrength, number>> = { strong: 0.8, weak: 0.5 }
const assumedWeight = 1
/** What one draft token is assumed to add to the time of a step, as a share of it, before any pass was measured. */
const assumedCostPerToken = 0.1
/** Past acceptance counts are multiplied by this after each verification, and after each plain step. */
const decay = { verification: 0.9, step: 0.98 }
/** A measured time is forgotten when its length was not used for this many passes. */
const staleAfterPasses = 200
/** Weight of the newest measurement in the running mean of a length's time. */
const newestWeight = 0.25

/**
 * Chooses the number of draft tokens that yields the most tokens per millisecond, from the acceptance rate so far and the
 * measured time of passes of each length on this device. With acceptance rate a, k draft tokens and the token after them
 * yield (1 - a^(k + 1)) / (1 - a) tokens per pass (Leviathan et al. 2023, arXiv:2211.17192, equation 1).
 */
export class AdaptiveDraftLength implements DraftLengthPolicy {
  private readonly counts: Record<MatchStrength, { accepted: number; tried: number }> = {
    strong: { accepted: 0, tried: 0 },
    weak: { accepted: 0, tried: 0 },
  }
  /** Mean time by length, 0 for a step, and the pass it was last measured in; undefined after a length's first pass. */
  private readonly times = new Map<number, { readonly ms: number; readonly pass: number } | undefined>()
  private passes = 0

  choose({ ids, match }: Draft, room: number): number {
    const { accepted, tried } = this.counts[match]
    const rate = (accepted + assumedRate[match] * assumedWeight) / (tried + assumedWeight)
    const stepMs = this.measuredMs(0)
    // The first passes are plain steps: what a draft saves can be told only against the time of a step.
    if (stepMs === undefined) return 0
    let best = 0
    let bestTokensPerMs = 1 / stepMs
    for (const length of draftLengths) {
      if (length > room) break
      const tokens = (1 - rate ** (Math.min(length, ids.length) + 1)) / (1 - rate)
      const tokensPerMs = tokens / this.estimatedMs(length, stepMs)
      if (tokensPerMs > bestTokensPerMs) {
        best = length
        bestTokensPerMs = tokensPerMs
      }
      // Greater lengths would add nothing but padding.
      if (length >= ids.length) break
    }
    return best
  }

  recordAcceptance(match: MatchStrength, drafted: number, accepted: number): void {
    this.counts[match].accepted += accepted
    this.counts[match].tried += Math.min(drafted, accepted + 1)
    this.forget(decay.verification)
  }

  recordPass(length: number, ms: number): void {
    this.passes++
    if (length === 0) this.forget(decay.step)
    // The first pass of a length is not counted: the device may have compiled kernels for it.
    if (!this.times.has(length)) {
      this.times.set(length, undefined)
      return
    }
    const known = this.times.get(length)
    const mean = known === undefined ? ms : known.ms + newestWeight * (ms - known.ms)
    this.times.set(length, { ms: mean, pass: this.passes })
  }

  private forget(share: number): void {
    for (const each of Object.values(this.counts)) {
      each.accepted *= share
      each.tried *= share
    }
  }

  private measuredMs(length: number): number | undefined {
    const time = this.times.get(length)
    return time && (length === 0 || this.passes - time.pass <= staleAfterPasses) ? time.ms : undefined
  }

  /** The measured time; else the time on a straight line through a step and the nearest measured length. */
  private estimatedMs(length: number, stepMs: number): number {
    const own = this.measuredMs(length)
    if (own !== undefined) return own
    const byNearness = [...draftLengths].sort((a, b) => Math.abs(a - length) - Math.abs(b - length))
    for (const nearest of byNearness) {
      const ms = this.measuredMs(nearest)
      if (ms !== undefined) return stepMs + (Math.max(0, ms - stepMs) * length) / nearest
    }
    return stepMs * (1 + assumedCostPerToken * length)
  }
}
