/**
 * The order of probes: the first is asked for every pair, the others take turns as far as time permits, so that the one
 * that has waited longest comes next.
 */
export class ProbeRound<Probe extends { readonly id: string }> {
  private others: Probe[]
  private readonly first: readonly Probe[]

  constructor(probes: readonly Probe[]) {
    this.first = probes.slice(0, 1)
    this.others = probes.slice(1)
  }

  /** All probes, in the order in which to ask them. */
  get turn(): Probe[] {
    return [...this.first, ...this.others]
  }

  answered(id: string): void {
    const at = this.others.findIndex((probe) => probe.id === id)
    if (at >= 0) this.others = [...this.others.slice(0, at), ...this.others.slice(at + 1), this.others[at]]
  }
}
