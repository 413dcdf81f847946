import type { MeasuredFace } from '../affect/measures.ts'

/** A movement that has ended. */
export interface MovementSpan {
  readonly startS: number
  readonly endS: number
  readonly strength: number
}

/** Watches one curve. */
export interface Detector {
  /** A movement that has just ended, if one has. */
  push(face: MeasuredFace): MovementSpan | undefined
  /** Ends a movement that is going on. */
  finish(): MovementSpan | undefined
}

export interface LevelRule {
  readonly level: (face: MeasuredFace) => number
  /** The movement is there once its level has been over `on`, for as long as it is over `off`. */
  readonly on: number
  readonly off: number
  /** A shorter one is noise. */
  readonly leastS: number
  /** A longer one is something else. Default: none is. */
  readonly mostS?: number
  /** Dips below `off` as short as this do not end it. */
  readonly bridgedS: number
}

/** A movement that is there while a level is high. */
export class Level implements Detector {
  private readonly rule: LevelRule
  private run: { readonly startS: number; endS: number; strength: number } | undefined

  constructor(rule: LevelRule) {
    this.rule = rule
  }

  push(face: MeasuredFace): MovementSpan | undefined {
    const { timeS } = face
    const level = this.rule.level(face)
    if (level > this.rule.off) {
      this.run ??= { startS: timeS, endS: timeS, strength: level }
      this.run.endS = timeS
      this.run.strength = Math.max(this.run.strength, level)
      return undefined
    }
    if (this.run && timeS - this.run.endS > this.rule.bridgedS) return this.finish()
    return undefined
  }

  finish(): MovementSpan | undefined {
    const { run } = this
    const { on, leastS, mostS = Number.POSITIVE_INFINITY } = this.rule
    this.run = undefined
    if (!run || run.strength <= on) return undefined
    const durationS = run.endS - run.startS
    return durationS >= leastS && durationS <= mostS ? { ...run } : undefined
  }
}

export interface SwingsRule {
  readonly value: (face: MeasuredFace) => number
  /** Smaller swings are noise. */
  readonly least: number
  /** So many turning points make the movement. */
  readonly count: number
  /** Turning points further apart belong to different movements. */
  readonly withinS: number
}

interface Turn {
  readonly timeS: number
  readonly value: number
}

/** A movement to and fro: turning points of a curve that follow each other quickly. */
export class Swings implements Detector {
  private readonly rule: SwingsRule
  /** The extreme since the last turning point, and whether the curve rises. */
  private extreme: Turn | undefined
  private isRising: boolean | undefined
  private turns: Turn[] = []

  constructor(rule: SwingsRule) {
    this.rule = rule
  }

  push(face: MeasuredFace): MovementSpan | undefined {
    const now = { timeS: face.timeS, value: this.rule.value(face) }
    const ended = this.isOver(face.timeS) ? this.end() : undefined
    this.follow(now)
    return ended
  }

  finish(): MovementSpan | undefined {
    const ended = this.end()
    this.extreme = undefined
    this.isRising = undefined
    return ended
  }

  private follow(now: Turn): void {
    const { extreme, isRising } = this
    if (!extreme) {
      this.extreme = now
      return
    }
    const change = now.value - extreme.value
    if (isRising === undefined) {
      if (Math.abs(change) < this.rule.least) return
      this.isRising = change > 0
      this.extreme = now
    } else if (isRising ? change >= 0 : change <= 0) {
      this.extreme = now
    } else if (Math.abs(change) >= this.rule.least) {
      this.turns.push(extreme)
      this.isRising = !isRising
      this.extreme = now
    }
  }

  /** Whether the last turning point lies so far back that the movement has ended. */
  private isOver(timeS: number): boolean {
    const last = this.turns.at(-1)
    // The next turning point is only known when the curve has come back from it.
    return last !== undefined && timeS - last.timeS > 2 * this.rule.withinS
  }

  private end(): MovementSpan | undefined {
    const { turns } = this
    const { count, withinS } = this.rule
    this.turns = []
    const groups: Turn[][] = []
    for (const turn of turns) {
      const group = groups.at(-1)
      const last = group?.at(-1)
      if (group && last && turn.timeS - last.timeS <= withinS) group.push(turn)
      else groups.push([turn])
    }
    const longest = groups.reduce<Turn[]>((best, group) => (group.length > best.length ? group : best), [])
    const [first, last] = [longest[0], longest.at(-1)]
    if (!first || !last || longest.length < count) return undefined
    const strength = longest
      .slice(1)
      .reduce((most, { value }, index) => Math.max(most, Math.abs(value - (longest[index]?.value ?? value))), 0)
    return { startS: first.timeS, endS: last.timeS, strength }
  }
}
