import type { FaceEvent, FaceEventKind, MeasuredFace } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import { type Detector, Level, type LevelRule, Swings, type SwingsRule } from './event-detectors.ts'

/** In this time without a frame a movement may have ended and another begun. */
const longestGapS = 0.5
/** Eyes that are closed for longer are closed on purpose, or asleep. */
const longestBlinkS = 0.5
/** With the head turned further, the lids of the far eye are a guess. */
const mostTurnForWink = 20
/** Degrees of head movement that count as strength 1. */
const fullTurn = 45

const levels: readonly (LevelRule & { readonly kind: FaceEventKind })[] = [
  { kind: 'smile', level: ({ units }) => units.AU12, on: 0.5, off: 0.3, leastS: 0.2, bridgedS: 0.2 },
  {
    kind: 'frown',
    level: ({ units }) => Math.max(units.AU4, units.AU15),
    on: 0.45,
    off: 0.3,
    leastS: 0.3,
    bridgedS: 0.2,
  },
  {
    kind: 'brow-raise',
    level: ({ units }) => (units.AU1 + units.AU2) / 2,
    on: 0.4,
    off: 0.25,
    leastS: 0.15,
    bridgedS: 0.15,
  },
  { kind: 'turn', level: ({ head }) => Math.abs(head.yaw) / fullTurn, on: 0.6, off: 0.45, leastS: 0.3, bridgedS: 0.2 },
  { kind: 'yawn', level: ({ units }) => units.AU26, on: 0.65, off: 0.45, leastS: 1.2, bridgedS: 0.1 },
  { kind: 'wink', level: winkOf, on: 0.4, off: 0.25, leastS: 0.08, bridgedS: 0, mostS: 1.5 },
]

/** Eyes closed, as long or short as it may be. */
const bothClosed: LevelRule = {
  level: ({ closedLeft, closedRight }) => Math.min(closedLeft, closedRight),
  on: 0.5,
  off: 0.35,
  leastS: 0,
  bridgedS: 0,
}

const swings: readonly (SwingsRule & { readonly kind: FaceEventKind })[] = [
  { kind: 'nod', value: ({ head }) => head.pitch / fullTurn, least: 4.5 / fullTurn, count: 3, withinS: 0.6 },
  { kind: 'shake', value: ({ head }) => head.yaw / fullTurn, least: 6 / fullTurn, count: 3, withinS: 0.6 },
  { kind: 'talk', value: ({ mouthOpen }) => mouthOpen, least: 0.08, count: 4, withinS: 0.6 },
  { kind: 'look-around', value: ({ head, gaze }) => gaze.x + head.yaw / fullTurn, least: 0.5, count: 2, withinS: 2.5 },
]

/** One lid closes and the other does not; in a small face the difference of two lids is noise. */
function winkOf({ closedLeft, closedRight, quality }: MeasuredFace): number {
  if (quality.turn > mostTurnForWink || quality.flaws.includes('small') || Math.min(closedLeft, closedRight) > 0.45)
    return 0
  return Math.abs(closedLeft - closedRight)
}

/** Tells the movements of one track from its curves, frame by frame; the same frames give the same events, live or not. */
export class FaceEvents {
  private readonly track: TrackId
  private readonly detectors: readonly (readonly [Detector, (durationS: number) => FaceEventKind])[]
  private lastS: number | undefined

  constructor(track: TrackId) {
    this.track = track
    this.detectors = [
      [new Level(bothClosed), (durationS) => (durationS > longestBlinkS ? 'close-eyes' : 'blink')],
      ...levels.map((rule) => [new Level(rule), () => rule.kind] as const),
      ...swings.map((rule) => [new Swings(rule), () => rule.kind] as const),
    ]
  }

  /** The events that are known to have ended with this frame, in the order of their beginnings. */
  push(face: MeasuredFace): FaceEvent[] {
    const before = this.lastS !== undefined && face.timeS - this.lastS > longestGapS ? this.finish() : []
    this.lastS = face.timeS
    return [...before, ...this.told((detector) => detector.push(face))]
  }

  /** Ends what is going on: the face is gone, or the source has ended. Afterwards events are told anew. */
  finish(): FaceEvent[] {
    this.lastS = undefined
    return this.told((detector) => detector.finish())
  }

  private told(of: (detector: Detector) => ReturnType<Detector['push']>): FaceEvent[] {
    return this.detectors
      .flatMap(([detector, kind]) => {
        const span = of(detector)
        if (!span) return []
        return [
          { track: this.track, kind: kind(span.endS - span.startS), ...span, strength: Math.min(1, span.strength) },
        ]
      })
      .sort((one, other) => one.startS - other.startS)
  }
}

/** All events of a whole curve, in the order of their beginnings. */
export function faceEventsOf(track: TrackId, curve: Iterable<MeasuredFace>): FaceEvent[] {
  const events = new FaceEvents(track)
  const found: FaceEvent[] = []
  for (const face of curve) found.push(...events.push(face))
  return [...found, ...events.finish()].sort((one, other) => one.startS - other.startS)
}
