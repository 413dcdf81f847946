import type { MeasuredUnit } from '../affect/measures.ts'
import type { FaceSignals } from './face-signals.ts'
import type { BlendshapeName } from './networks/blendshapes.ts'

/** What is measured of a face and compared with the same face at rest. */
export const restSignals = [
  'innerBrow',
  'outerBrow',
  'browDown',
  'eyeWide',
  'squint',
  'sneer',
  'upperLip',
  'smile',
  'frown',
  'chin',
  'stretch',
  'roll',
  'press',
  'lipGap',
  'jaw',
  'blinkLeft',
  'blinkRight',
  'openingLeft',
  'openingRight',
] as const
export type RestSignal = (typeof restSignals)[number]
export type SignalValues = Readonly<Record<RestSignal, number>>

interface SignalRule {
  readonly of: readonly BlendshapeName[]
  /** In most faces at rest: stands in for a person of whom only one picture is known. */
  readonly usual: number
  /** No person's rest is taken to lie outside: a clip that begins with a smile does not make smiling the person's rest. */
  readonly restWithin: readonly [least: number, most: number]
  /** Of the strongest movement, as the networks show it. */
  readonly full: number
  /**
   * What is taken of a left and a right. `nearer`: the side that is turned toward the camera counts more. `smaller`: the
   * movement is one of both sides, and a turned head shows it on one where there is none. Default: nearer
   */
  readonly sides?: 'nearer' | 'smaller'
}

/** As seen on the clips of faces at rest, smiling, talking and raising their brows. */
export const signalRules: Readonly<Record<RestSignal, SignalRule>> = {
  innerBrow: { of: ['browInnerUp'], usual: 0.15, restWithin: [0, 0.6], full: 0.9 },
  outerBrow: { of: ['browOuterUpLeft', 'browOuterUpRight'], usual: 0.2, restWithin: [0, 0.6], full: 0.9 },
  browDown: { of: ['browDownLeft', 'browDownRight'], usual: 0.15, restWithin: [0, 0.85], full: 0.65 },
  eyeWide: { of: ['eyeWideLeft', 'eyeWideRight'], usual: 0.02, restWithin: [0, 0.15], full: 0.5 },
  squint: { of: ['eyeSquintLeft', 'eyeSquintRight'], usual: 0.42, restWithin: [0.05, 0.7], full: 0.85 },
  sneer: { of: ['noseSneerLeft', 'noseSneerRight'], usual: 0, restWithin: [0, 0.03], full: 0.3 },
  upperLip: { of: ['mouthUpperUpLeft', 'mouthUpperUpRight'], usual: 0.01, restWithin: [0, 0.15], full: 0.7 },
  smile: { of: ['mouthSmileLeft', 'mouthSmileRight'], usual: 0.02, restWithin: [0, 0.2], full: 0.85 },
  frown: { of: ['mouthFrownLeft', 'mouthFrownRight'], usual: 0.01, restWithin: [0, 0.1], full: 0.5 },
  chin: { of: ['mouthShrugLower'], usual: 0.05, restWithin: [0, 0.2], full: 0.6 },
  stretch: {
    of: ['mouthStretchLeft', 'mouthStretchRight'],
    usual: 0.03,
    restWithin: [0, 0.2],
    full: 0.6,
    sides: 'smaller',
  },
  roll: { of: ['mouthRollLower', 'mouthRollUpper'], usual: 0.04, restWithin: [0, 0.2], full: 0.5 },
  press: { of: ['mouthPressLeft', 'mouthPressRight'], usual: 0.05, restWithin: [0, 0.25], full: 0.6, sides: 'smaller' },
  lipGap: { of: [], usual: 0.01, restWithin: [0, 0.08], full: 0.4 },
  jaw: { of: ['jawOpen'], usual: 0.03, restWithin: [0, 0.1], full: 0.7 },
  blinkLeft: { of: ['eyeBlinkRight'], usual: 0.12, restWithin: [0, 0.25], full: 0.58 },
  blinkRight: { of: ['eyeBlinkLeft'], usual: 0.12, restWithin: [0, 0.25], full: 0.58 },
  openingLeft: { of: [], usual: 0.31, restWithin: [0.2, 0.42], full: 0.07 },
  openingRight: { of: [], usual: 0.31, restWithin: [0.2, 0.42], full: 0.07 },
}

/** How a unit is found. */
export interface UnitRule {
  /** The signals that it is made of. */
  readonly of: readonly RestSignal[]
  /** Computed from other units, as the networks hardly see the movement itself. */
  readonly isDerived: boolean
  /** What is taken off or added, and why. */
  readonly rule: string
}

/** The table of units: what `unitsOf` computes, in words. Their grades are in `src/affect/measured-units.ts`. */
export const unitRules: Readonly<Record<MeasuredUnit, UnitRule>> = {
  AU1: { of: ['innerBrow'], isDerived: false, rule: 'as seen' },
  AU2: { of: ['outerBrow'], isDerived: false, rule: 'as seen' },
  AU4: { of: ['browDown'], isDerived: false, rule: 'less with a smile, whose raised cheeks push the brows down' },
  AU5: { of: ['eyeWide'], isDerived: false, rule: 'none while the lids close' },
  AU6: { of: ['smile', 'squint'], isDerived: true, rule: 'a smile, the more the lids tighten with it' },
  AU7: {
    of: ['squint'],
    isDerived: false,
    rule: 'less with a smile, which tightens the lids by AU6, and none in a blink',
  },
  AU9: { of: ['sneer'], isDerived: false, rule: 'as seen' },
  AU10: { of: ['upperLip'], isDerived: false, rule: 'less with a smile or an open jaw, which lift the upper lip too' },
  AU12: { of: ['smile'], isDerived: false, rule: 'as seen' },
  AU15: { of: ['frown'], isDerived: false, rule: 'less with a smile' },
  AU17: { of: ['chin'], isDerived: false, rule: 'less with an open mouth' },
  AU20: { of: ['stretch'], isDerived: false, rule: 'less with a smile or an open jaw' },
  AU23: { of: ['roll'], isDerived: false, rule: 'less with an open mouth' },
  AU24: { of: ['press'], isDerived: false, rule: 'less with a smile or an open mouth' },
  AU25: { of: ['lipGap'], isDerived: false, rule: 'as seen' },
  AU26: { of: ['jaw'], isDerived: false, rule: 'as seen' },
  AU43: { of: ['blinkLeft', 'blinkRight', 'openingLeft', 'openingRight'], isDerived: false, rule: 'both eyes' },
}

/** Degrees at which one side of the face is seen so badly that only the other counts. */
const hiddenSide = 30

/** The signals of one frame. */
export function signalValues({ shapes, head, openingLeft, openingRight, lipGap }: FaceSignals): SignalValues {
  // The person's right side is on the picture's left, and nearer to the camera with the head turned to the picture's right.
  const right = within01((1 + head.yaw / hiddenSide) / 2)
  const levelOf = ({ of: [first, second], sides }: SignalRule): number => {
    if (!first) return 0
    if (!second) return shapes[first]
    if (sides === 'smaller') return Math.min(shapes[first], shapes[second])
    const share = first.endsWith('Left') ? 1 - right : 0.5
    return share * shapes[first] + (1 - share) * shapes[second]
  }
  const geometry: Partial<Record<RestSignal, number>> = { openingLeft, openingRight, lipGap }
  return Object.fromEntries(
    restSignals.map((signal) => [signal, geometry[signal] ?? levelOf(signalRules[signal])]),
  ) as Record<RestSignal, number>
}

/** The usual rest of a face of which nothing else is known. */
export const usualRest: SignalValues = Object.fromEntries(
  restSignals.map((signal) => [signal, signalRules[signal].usual]),
) as Record<RestSignal, number>

export interface MeasuredMovement {
  readonly units: Readonly<Record<MeasuredUnit, number>>
  readonly closedLeft: number
  readonly closedRight: number
  readonly mouthOpen: number
}

/** A face that is close to the strongest movement at rest still has some way to go, so that noise is no movement. */
const leastWay = 0.3

/** How far a signal has moved from the person's rest: 0 at rest, 1 for the strongest movement. */
function moved(signal: RestSignal, value: number, rest: number): number {
  const { full, usual } = signalRules[signal]
  if (full < usual) return within01((rest - value) / (rest - full))
  return within01((value - rest) / Math.max(Math.min(leastWay, full - usual), full - rest))
}

/** Below this the movement of an eye's opening is the blink of nobody: it breathes with smiles and glances. */
const leastClosing = 0.1

/** Intensities of the units, against the person's rest. */
export function movementOf(values: SignalValues, rest: SignalValues): MeasuredMovement {
  const level = (signal: RestSignal) => moved(signal, values[signal], rest[signal])
  const closed = (blink: RestSignal, opening: RestSignal) =>
    within01(((level(blink) + level(opening)) / 2 - leastClosing) / (1 - leastClosing))
  const closedLeft = closed('blinkLeft', 'openingLeft')
  const closedRight = closed('blinkRight', 'openingRight')
  const lids = (closedLeft + closedRight) / 2
  const open = 1 - lids
  const smile = level('smile')
  const jaw = level('jaw')
  const lipsApart = level('lipGap')
  // A blink squeezes the lids as well: what it adds is no tightening.
  const tight = level('squint') * Math.max(0, 1 - 2 * lids)
  return {
    units: {
      AU1: level('innerBrow'),
      AU2: level('outerBrow'),
      AU4: level('browDown') * (1 - 0.4 * smile),
      AU5: level('eyeWide') * open,
      AU6: within01(smile * (0.6 + 0.6 * Math.max(tight, lids))),
      AU7: tight * (1 - smile),
      AU9: level('sneer'),
      AU10: within01(level('upperLip') - smile - 0.3 * jaw),
      AU12: smile,
      AU15: level('frown') * (1 - smile),
      AU17: level('chin') * (1 - lipsApart),
      AU20: within01(level('stretch') - 0.7 * smile - 0.3 * jaw),
      AU23: level('roll') * (1 - lipsApart),
      AU24: level('press') * (1 - smile) * (1 - lipsApart),
      AU25: lipsApart,
      AU26: jaw,
      AU43: lids,
    },
    closedLeft,
    closedRight,
    mouthOpen: within01((lipsApart + jaw) / 2),
  }
}

function within01(value: number): number {
  return Math.max(0, Math.min(1, value))
}
