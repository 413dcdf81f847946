/** Most ids that one pass verifies. */
export const mostDrafted = 15

/**
 * Ids drafted for one pass: few lengths, since every new one costs a GPU pipelines, and with the token before them a
 * power of two, as kernels like it. Shorter drafts are padded up to
 * one of them, which is exact: a pass keeps of a draft only what it would have chosen.
 */
const lengths: readonly number[] = [1, 3, 7, mostDrafted]

/** How well the answer's last tokens agree with the place a draft is taken from. */
export type Footing = 'firm' | 'loose'

export interface Draft {
  /** What may come next, at least one id. */
  readonly ids: readonly number[]
  readonly footing: Footing
}

/** Longest agreement that is told apart from a longer one. */
const longestMatch = 16
/** Tokens that have to agree for a firm footing, and for text that is not the last answer to be a draft at all. */
const firmMatch = 3

/**
 * Guesses how an answer goes on: as the last answer to the same question did, or, where it left that, as the
 * conversation went on after the same few tokens. The latter is prompt lookup decoding (Saxena 2023,
 * https://github.com/apoorvumang/prompt-lookup-decoding): the longest suffix of what was said that occurs earlier.
 */
export class DraftSource {
  private readonly said: number[] = []
  /** Where in `likely` the next token is expected, and on how many agreeing tokens that stands. */
  private place = 0
  private agreed = longestMatch

  /**
   * @param likely the last answer to the question; nothing where there is none
   * @param context the conversation up to the answer, in ids
   */
  constructor(
    private readonly likely: readonly number[],
    private readonly context: readonly number[],
  ) {}

  /** Takes the next token of the answer. */
  push(id: number): void {
    const { said, likely } = this
    said.push(id)
    if (likely[this.place] === id) {
      this.place++
      this.agreed = Math.min(longestMatch, this.agreed + 1)
      return
    }
    // After a difference: where the same few tokens stand in the last answer, near where it was left. A token that
    // stands nowhere in it probably took the place of another.
    const found = lookUp(likely, said, this.place, likely.length)
    this.place = found?.end ?? this.place + 1
    this.agreed = found?.length ?? 0
  }

  /** A draft of at most `count` ids; none where nothing suggests one. */
  next(count: number): Draft | undefined {
    if (count < 1) return undefined
    const { likely, context, said } = this
    const fromLikely = likely.slice(this.place, this.place + count)
    if (fromLikely.length > 0 && this.agreed >= firmMatch) return { ids: fromLikely, footing: 'firm' }
    const text = [...context, ...said]
    const found = lookUp(text, said, text.length, text.length - 1)
    if (found && found.length >= firmMatch) {
      return { ids: text.slice(found.end, found.end + count), footing: 'firm' }
    }
    return fromLikely.length > 0 ? { ids: fromLikely, footing: 'loose' } : undefined
  }
}

/**
 * The end of the longest stretch of `text` that equals the end of `said`; of equally long ones the nearest to `near`.
 *
 * @param last the highest end that counts
 */
function lookUp(
  text: readonly number[],
  said: readonly number[],
  near: number,
  last: number,
): { readonly end: number; readonly length: number } | undefined {
  let best: { readonly end: number; readonly length: number } | undefined
  for (let end = 1; end <= last; end++) {
    let length = 0
    while (
      length < longestMatch &&
      length < end &&
      length < said.length &&
      text[end - 1 - length] === said[said.length - 1 - length]
    ) {
      length++
    }
    if (length === 0) continue
    const isNearer = !best || Math.abs(end - near) < Math.abs(best.end - near)
    if (!best || length > best.length || (length === best.length && isNearer)) best = { end, length }
  }
  return best
}

/** What is supposed of a footing before it was tried: the share of drafted ids that are right. */
const supposed: Readonly<Record<Footing, number>> = { firm: 0.8, loose: 0.5 }
/** Ids that this supposition weighs as much as. */
const supposedWeight = 1
/** What one drafted id is supposed to add to the time of a step, before any was measured. */
const supposedSlope = 0.1
/** Share of what is known of acceptance that outlives a verified pass, or a step without a draft. */
const memory = { verified: 0.9, stepped: 0.98 }
/** Passes after which a length that was not used is as good as unmeasured. */
const staleAfter = 200

/** How many ids to draft, and what there is to learn from it. */
export interface Pace {
  /**
   * The length to draft for the next pass, at most `mostDrafted`; 0 for a step without.
   *
   * @param room slots that a draft may fill at most, padded
   */
  choose(draft: Draft, room: number): number
  /** What became of a draft. */
  verified(footing: Footing, drafted: number, accepted: number): void
  /** What a pass cost that verified `length` ids, padding included; 0 for a step without. */
  measured(length: number, ms: number): void
}

/**
 * How many ids to draft for the next pass: the number that gives most tokens a millisecond, by how many were right so
 * far and by what passes of each length cost on this device. With a share a of right ids, k of them and the token after
 * them come to (1 - a^(k + 1)) / (1 - a) tokens a pass (Leviathan et al. 2023, arXiv:2211.17192, equation 1).
 */
export class DraftPace implements Pace {
  private readonly shares: Record<Footing, { right: number; tried: number }> = {
    firm: { right: 0, tried: 0 },
    loose: { right: 0, tried: 0 },
  }
  /** By length; 0 is a step without a draft. Undefined once a pass of that length was made, and not yet measured. */
  private readonly costs = new Map<number, { readonly ms: number; readonly at: number } | undefined>()
  private passes = 0

  choose({ ids, footing }: Draft, room: number): number {
    const { right, tried } = this.shares[footing]
    const share = (right + supposed[footing] * supposedWeight) / (tried + supposedWeight)
    const step = this.measuredCost(0)
    // Nothing can be said against steps before there was one.
    if (step === undefined) return 0
    let best = 0
    let bestRate = 1 / step
    for (const length of lengths) {
      if (length > room) break
      const tokens = (1 - share ** (Math.min(length, ids.length) + 1)) / (1 - share)
      const rate = tokens / this.cost(length, step)
      if (rate > bestRate) {
        best = length
        bestRate = rate
      }
      // A longer one would only be padding.
      if (length >= ids.length) break
    }
    return best
  }

  verified(footing: Footing, drafted: number, accepted: number): void {
    this.shares[footing].right += accepted
    this.shares[footing].tried += Math.min(drafted, accepted + 1)
    this.forget(memory.verified)
  }

  measured(length: number, ms: number): void {
    this.passes++
    if (length === 0) this.forget(memory.stepped)
    const known = this.costs.get(length)
    // The first of its length may have had kernels to compile.
    const isFirst = !this.costs.has(length)
    const settled = known === undefined ? ms : known.ms + 0.25 * (ms - known.ms)
    this.costs.set(length, isFirst ? undefined : { ms: settled, at: this.passes })
  }

  private forget(share: number): void {
    for (const each of Object.values(this.shares)) {
      each.right *= share
      each.tried *= share
    }
  }

  private measuredCost(length: number): number | undefined {
    const cost = this.costs.get(length)
    return cost && (length === 0 || this.passes - cost.at <= staleAfter) ? cost.ms : undefined
  }

  /** As measured; else on a line from a step through the nearest length that was. */
  private cost(length: number, step: number): number {
    const own = this.measuredCost(length)
    if (own !== undefined) return own
    const byNearness = [...lengths].sort((a, b) => Math.abs(a - length) - Math.abs(b - length))
    for (const nearest of byNearness) {
      const ms = this.measuredCost(nearest)
      if (ms !== undefined) return step + (Math.max(0, ms - step) * length) / nearest
    }
    return step * (1 + supposedSlope * length)
  }
}

/** What an answer is drafted from. */
export interface Drafts {
  /** The last answer to the same question. */
  readonly likely: readonly number[]
  /** What drafting has brought on this device so far. */
  readonly pace: Pace
}

/** The last answer to each question, from update to update. */
export class DraftMemory<Id extends string = string> {
  private readonly answers = new Map<Id, readonly number[]>()

  constructor(private readonly pace: Pace = new DraftPace()) {}

  for(question: Id): Drafts {
    return { likely: this.answers.get(question) ?? [], pace: this.pace }
  }

  keep(question: Id, answer: readonly number[]): void {
    this.answers.set(question, answer)
  }
}
