import { type MeasuredUnit, measuredUnits } from '../affect/measures.ts'
import type { MeasuredMovement } from './action-units.ts'
import type { HeadPose } from './head-pose.ts'
import { OneEuroFilter, type OneEuroSettings } from './one-euro.ts'

/** Units in 0 to 1: noise of a few hundredths at rest; a smile that takes 0.2 s loses a frame. */
const unit: OneEuroSettings = { minCutoffHz: 2, beta: 2, speedCutoffHz: 3 }
/** Lids close within two frames of 25 a second and must stay closed in the curve for as long as they were. */
const lid: OneEuroSettings = { minCutoffHz: 8, beta: 8, speedCutoffHz: 10 }
/** Lips of somebody who talks open and close within 0.15 s. */
const lips: OneEuroSettings = { minCutoffHz: 4, beta: 4, speedCutoffHz: 5 }
/** Degrees: noise of about half a degree at rest. */
const angle: OneEuroSettings = { minCutoffHz: 2, beta: 0.05, speedCutoffHz: 3 }
/** -1 to 1; eyes jump. */
const glance: OneEuroSettings = { minCutoffHz: 3, beta: 3, speedCutoffHz: 5 }

const lidUnits: readonly MeasuredUnit[] = ['AU43', 'AU5', 'AU7']
const lipUnits: readonly MeasuredUnit[] = ['AU25', 'AU26']

export interface SmoothedSignals extends MeasuredMovement {
  readonly head: HeadPose
  readonly gaze: { readonly x: number; readonly y: number }
}

/** Smooths all curves of one face, each as fast as it moves. */
export class FaceSmoothing {
  private readonly filters = new Map<string, OneEuroFilter>()

  smooth({ units, closedLeft, closedRight, mouthOpen, head, gaze }: SmoothedSignals, timeS: number): SmoothedSignals {
    const of = (name: string, value: number, settings: OneEuroSettings) =>
      this.filter(name, settings).filter(value, timeS)
    return {
      units: Object.fromEntries(measuredUnits.map((name) => [name, of(name, units[name], settingsOf(name))])) as Record<
        MeasuredUnit,
        number
      >,
      closedLeft: of('closedLeft', closedLeft, lid),
      closedRight: of('closedRight', closedRight, lid),
      mouthOpen: of('mouthOpen', mouthOpen, lips),
      head: {
        yaw: of('yaw', head.yaw, angle),
        pitch: of('pitch', head.pitch, angle),
        roll: of('roll', head.roll, angle),
      },
      gaze: { x: of('gazeX', gaze.x, glance), y: of('gazeY', gaze.y, glance) },
    }
  }

  /** The next values are taken as they are: after a gap, or when the rest has changed. */
  reset(): void {
    this.filters.clear()
  }

  private filter(name: string, settings: OneEuroSettings): OneEuroFilter {
    const known = this.filters.get(name)
    if (known) return known
    const made = new OneEuroFilter(settings)
    this.filters.set(name, made)
    return made
  }
}

function settingsOf(name: MeasuredUnit): OneEuroSettings {
  if (lidUnits.includes(name)) return lid
  return lipUnits.includes(name) ? lips : unit
}
