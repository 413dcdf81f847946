import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { type MlpPair, pairNamed } from '../weights/recipe.ts'
import { type Balance, measureBalance } from './balance.ts'

export interface MeasureOptions {
  /** See `measureBalance`. */
  readonly smallestPeak: number
  /** Whether the next MLP may be measured while the current one's weights are written. */
  readonly canMeasureAhead: boolean
  readonly onValues: (count: number) => void
  readonly signal: AbortSignal | undefined
}

/** The balances of one graph's MLPs, measured in the order of the MLPs. */
export class MlpBalances {
  /** By the MLP's name. */
  readonly known = new Map<string, Balance>()
  private ahead: { readonly name: string; readonly balance: Promise<Balance> } | undefined

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly pairs: readonly MlpPair[],
    private readonly options: MeasureOptions,
  ) {}

  /** Measures an MLP, or waits for the measurement that was started ahead, and adds it to `known`. */
  async measure(name: string): Promise<Balance> {
    const pair = pairNamed(this.pairs, name)
    const balance = await (this.ahead?.name === name ? this.ahead : this.start(pair)).balance
    const next = this.pairs[this.pairs.indexOf(pair) + 1]
    this.ahead = next && this.options.canMeasureAhead ? this.start(next) : undefined
    this.known.set(name, balance)
    return balance
  }

  private start(pair: MlpPair) {
    const { smallestPeak, onValues, signal } = this.options
    const balance = measureBalance(this.checkpoint, pair, smallestPeak, onValues, signal)
    // It is awaited when the MLP's turn comes; a failure before that must not count as an unhandled rejection.
    balance.catch(() => undefined)
    return { name: pair.name, balance }
  }
}
