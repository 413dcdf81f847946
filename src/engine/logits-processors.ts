/**
 * The two logits processors of an answer, repetition penalty and bans, in the order Hugging Face applies them. The
 * decoder's graph applies them itself, from the inputs that are computed here; `processLogits` does the same on the host.
 * V is the size of the vocabulary.
 */

/** What the graph adds to the logit of a banned id; an infinite bias is not safe in shaders. */
const banLogit = -1e30

/** Bias that bans ids: f32 [V]. */
export function banBias(vocabSize: number, bannedIds: readonly number[]): Float32Array<ArrayBuffer> {
  const bias = new Float32Array(vocabSize)
  for (const id of bannedIds) bias[id] = banLogit
  return bias
}

/** Penalty factors: f32 [V], `penalty` for ids that were seen and 1 for the others. */
export function penaltyFactors(
  vocabSize: number,
  seenIds: readonly number[],
  penalty: number,
): Float32Array<ArrayBuffer> {
  const factors = new Float32Array(vocabSize).fill(1)
  for (const id of seenIds) factors[id] = penalty
  return factors
}

/**
 * Which penalty factors a pass sets, when each of its last `rows` tokens chooses one that follows: every row has seen all
 * ids of the pass up to its own.
 *
 * @returns pairs of row and id, flattened: [2 * count]
 */
export function penaltyUpdates(ids: readonly number[], rows: number): number[] {
  const pairs: number[] = []
  for (let row = 0; row < rows; row++) {
    for (const id of new Set(ids.slice(0, ids.length - rows + row + 1))) pairs.push(row, id)
  }
  return pairs
}

/**
 * Applies both processors to a copy of logits: positive logits of seen ids are divided by the penalty and negative ones
 * multiplied by it; banned ids get minus infinity.
 *
 * @param logits f32 [V]
 * @returns f32 [V]
 */
export function processLogits(
  logits: Float32Array,
  seenIds: readonly number[],
  penalty: number,
  bannedIds: readonly number[],
): Float32Array {
  const out = logits.slice()
  if (penalty !== 1)
    for (const id of new Set(seenIds)) out[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty
  for (const id of bannedIds) out[id] = Number.NEGATIVE_INFINITY
  return out
}

/** The highest logit minus the second highest: how clear a greedy choice was. */
export function greedyMargin(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY
  let second = Number.NEGATIVE_INFINITY
  for (const value of logits) {
    if (value > highest) {
      second = highest
      highest = value
    } else if (value > second) second = value
  }
  return highest - second
}
