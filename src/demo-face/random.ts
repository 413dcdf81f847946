/** Repeatable pseudo-random numbers (mulberry32). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
    // Neighboring seeds start alike; a few steps part them.
    for (let i = 0; i < 4; i++) this.next()
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.next()
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]
  }

  /** In a random order; the same array stays as it is. */
  shuffled<T>(from: readonly T[]): T[] {
    const mixed = [...from]
    for (let i = mixed.length - 1; i > 0; i--) {
      const other = Math.floor(this.next() * (i + 1))
      ;[mixed[i], mixed[other]] = [mixed[other], mixed[i]]
    }
    return mixed
  }
}
