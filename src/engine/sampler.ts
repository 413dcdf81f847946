export interface SamplingOptions {
  /** Above 0; the closer to 0, the closer to a greedy choice. */
  readonly temperature: number
  /** In (0, 1]: tokens are drawn from the smallest set of the likeliest ones whose probabilities reach this sum. */
  readonly topP: number
  /** The same seed over the same logits gives the same tokens. */
  readonly seed: number
}

/**
 * Temperature and nucleus sampling (Holtzman et al. 2020), applied as Hugging Face does, after repetition penalty and
 * bans: temperature, then top-p. It costs more than greedy decoding, which reads back 8 bytes a token: the logits of every
 * step are read back, 4 bytes times the vocabulary (608 kB for Qwen's), before the next step can be queued.
 */
export class Sampler {
  private state: number

  constructor(private readonly options: SamplingOptions) {
    this.state = options.seed >>> 0
  }

  /**
   * @param logits f32 [V], with repetition penalty and bans applied
   * @returns the id that was drawn
   */
  choose(logits: Float32Array): number {
    const { temperature, topP } = this.options
    let best = 0
    for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id
    const most = logits[best]
    // Probabilities below e^-30 of the highest are too small to be drawn.
    const floor = most - 30 * temperature
    const candidates: { id: number; weight: number }[] = []
    let total = 0
    for (let id = 0; id < logits.length; id++) {
      if (!(logits[id] > floor) && id !== best) continue
      const weight = Math.exp((logits[id] - most) / temperature)
      candidates.push({ id, weight })
      total += weight
    }
    candidates.sort((a, b) => b.weight - a.weight || a.id - b.id)
    let kept = 0
    let sum = 0
    while (kept < candidates.length && sum < topP * total) sum += candidates[kept++].weight
    let left = this.random() * sum
    for (const { id, weight } of candidates.slice(0, kept)) {
      left -= weight
      if (left < 0) return id
    }
    return candidates[Math.max(0, kept - 1)].id
  }

  /** The next pseudo-random number, in [0, 1), by mulberry32 (public domain, T. Ettinger). */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let x = this.state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}
