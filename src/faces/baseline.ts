import { type RestSignal, restSignals, type SignalValues, signalRules, usualRest } from './action-units.ts'

/** Where a person's rest comes from: the first seconds, still or already seen, or a moment that they chose. */
export type NeutralState = 'learning' | 'learnt' | 'chosen'

/** The first seconds of good view from which a rest is learned. */
const learningS = 5
/** At most this many frames a second are taken as samples. */
const samplesAS = 10
/** A signal's rest is what it is under for this share of the time; for the eyes' openings, over. */
const share = 0.15
/** Until so many samples are seen, part of the rest is the usual one. */
const enoughSamples = 10

/** A frame in which the head is turned further says little of the rest. */
const mostTurn = 25

/**
 * The face of one person at rest, against which movement is measured. It is learned from the first seconds, and limited to
 * what faces at rest show, so that a clip that begins in the middle of a smile is not taken for rest. It consists of
 * signals of movement only.
 */
export class Baseline {
  private readonly samples = new Map<RestSignal, number[]>(restSignals.map((signal) => [signal, []]))
  private lastSampleS = Number.NEGATIVE_INFINITY
  private seenS = 0
  private previousS: number | undefined
  private current: SignalValues = usualRest
  private isChosen = false

  get state(): NeutralState {
    if (this.isChosen) return 'chosen'
    return this.seenS >= learningS ? 'learnt' : 'learning'
  }

  /** The person's rest, as far as it is known. */
  get rest(): SignalValues {
    return this.current
  }

  /** Takes the frame into the rest while it is being learned. */
  learn(values: SignalValues, timeS: number, turn: number): void {
    if (this.state !== 'learning' || turn > mostTurn) return
    if (this.previousS !== undefined) this.seenS += Math.max(0, Math.min(0.5, timeS - this.previousS))
    this.previousS = timeS
    if (timeS - this.lastSampleS < 1 / samplesAS - 1e-6) return
    this.lastSampleS = timeS
    for (const [signal, samples] of this.samples) insert(samples, values[signal])
    this.current = this.learnt()
  }

  /** What the person shows now is their rest: "This is my neutral face". */
  take(values: SignalValues): void {
    this.isChosen = true
    this.current = values
  }

  private learnt(): SignalValues {
    return Object.fromEntries(
      [...this.samples].map(([signal, sorted]) => {
        const { usual, restWithin, full } = signalRules[signal]
        const isFalling = full < usual
        const rank = (sorted.length - 1) * (isFalling ? 1 - share : share)
        const seen = Math.max(restWithin[0], Math.min(restWithin[1], sorted[Math.round(rank)] ?? usual))
        const known = Math.min(1, sorted.length / enoughSamples)
        // What is closer to rest than usual shows rest at once; the other way it may be an expression.
        const isBelow = isFalling ? seen > usual : seen < usual
        return [signal, isBelow ? seen : usual + known * (seen - usual)]
      }),
    ) as Record<RestSignal, number>
  }
}

function insert(sorted: number[], value: number): void {
  const before = sorted.findIndex((each) => each > value)
  sorted.splice(before < 0 ? sorted.length : before, 0, value)
}
