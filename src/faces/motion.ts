import type { FaceRegion } from './region.ts'

/** Where a face is, and how large: all that tells one track from another. */
export interface Place {
  readonly x: number
  readonly y: number
  /** Larger side of the face, px. */
  readonly size: number
}

/** A region is 1.5 times as large as its face. */
export function placeOf({ x, y, side }: FaceRegion): Place {
  return { x, y, size: side / 1.5 }
}

/** A hidden face is taken to slow down: after this time it has gone 63 % of what is left of its way. */
const dampingS = 0.7
/** How much of the difference between where a face is and where it was expected is taken over. */
const gains = { place: 0.8, speed: 0.5 }
/** While faces overlap, one may be taken for the other: what is seen then changes hardly what is known of each. */
const contestedGains = { place: 0.3, speed: 0.05 }

/** Place and speed of one face: an alpha-beta filter, which predicts with constant, slowly dying speed. */
export class Motion {
  private place: Place
  private timeS: number
  private speed = { x: 0, y: 0, growth: 0 }

  constructor(place: Place, timeS: number) {
    this.place = place
    this.timeS = timeS
  }

  at(timeS: number): Place {
    const { x, y, size } = this.place
    const way = dampingS * (1 - Math.exp(-Math.max(0, timeS - this.timeS) / dampingS))
    return { x: x + this.speed.x * way, y: y + this.speed.y * way, size: size * Math.exp(this.speed.growth * way) }
  }

  see(seen: Place, timeS: number, isContested: boolean): void {
    const dt = timeS - this.timeS
    if (dt <= 0) {
      this.place = seen
      return
    }
    const expected = this.at(timeS)
    const { place, speed } = isContested ? contestedGains : gains
    const growth = Math.log(seen.size / expected.size)
    this.speed = {
      x: this.speed.x + (speed / dt) * (seen.x - expected.x),
      y: this.speed.y + (speed / dt) * (seen.y - expected.y),
      // Sizes are noisier than places, and a face does not keep growing.
      growth: 0.8 * this.speed.growth + ((0.2 * speed) / dt) * growth,
    }
    this.place = {
      x: expected.x + place * (seen.x - expected.x),
      y: expected.y + place * (seen.y - expected.y),
      size: expected.size * Math.exp(place * growth),
    }
    this.timeS = timeS
  }
}

/** Distance of two faces' centers, over their mean size. */
export function apart(one: Place, other: Place): number {
  return (2 * Math.hypot(one.x - other.x, one.y - other.y)) / (one.size + other.size)
}

/** How differently large two faces are: 0 for equal, 0.69 for double. */
export function sizesApart(one: Place, other: Place): number {
  return Math.abs(Math.log(one.size / other.size))
}
