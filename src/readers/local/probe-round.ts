/**
 * Whose turn it is: the first question is asked every time, the others go round as far as time lasts, so that the one
 * that has waited longest is next.
 */
export class ProbeRound<Probe extends { readonly id: string }> {
  private others: Probe[]
  private readonly first: readonly Probe[]

  constructor(probes: readonly Probe[]) {
    this.first = probes.slice(0, 1)
    this.others = probes.slice(1)
  }

  /** All of them, in the order of their turn. */
  get turn(): Probe[] {
    return [...this.first, ...this.others]
  }

  answered(id: string): void {
    const at = this.others.findIndex((probe) => probe.id === id)
    if (at >= 0) this.others = [...this.others.slice(0, at), ...this.others.slice(at + 1), this.others[at]]
  }
}
