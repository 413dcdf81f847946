import { actionUnitNames } from './labels.ts'
import type { MeasuredUnit } from './measures.ts'

/**
 * How far the measure of a unit can be trusted. `good`: it follows what a person sees. `fair`: it does so for strong
 * movement, and its absence is worth less. `poor`: it hardly answers to the movement, or is derived from other units;
 * that it is low says nothing.
 */
export type UnitGrade = 'good' | 'fair' | 'poor'

/**
 * The grade of each unit, found on real clips: smile, brows, lids and jaw of MediaPipe's blendshapes answer fully;
 * cheek and nose stay near zero in any face, so that AU6 is derived from smile and lids.
 */
export const unitGrades: Readonly<Record<MeasuredUnit, UnitGrade>> = {
  AU1: 'good',
  AU2: 'good',
  AU4: 'good',
  AU5: 'good',
  AU6: 'poor',
  AU7: 'good',
  AU9: 'fair',
  AU10: 'fair',
  AU12: 'good',
  AU15: 'fair',
  AU17: 'fair',
  AU20: 'fair',
  AU23: 'poor',
  AU24: 'fair',
  AU25: 'good',
  AU26: 'good',
  AU43: 'good',
}

/** Names of all measured units in the Facial Action Coding System. */
export const measuredUnitNames: Readonly<Record<MeasuredUnit, string>> = {
  ...actionUnitNames,
  AU5: 'upper lid raiser',
  AU9: 'nose wrinkler',
  AU17: 'chin raiser',
  AU20: 'lip stretcher',
  AU43: 'eyes closed',
}
