import type { MeasuredUnit } from '../../../affect/measures.ts'

type Grade = 'good' | 'fair' | 'poor'
const grades: Partial<Record<MeasuredUnit, Grade>> = {
  AU9: 'fair',
  AU10: 'fair',
  AU15: 'fair',
  AU17: 'fair',
  AU20: 'fair',
  AU24: 'fair',
  AU6: 'poor',
  AU23: 'poor',
}
export function gradeOf(unit: MeasuredUnit): Grade {
  return grades[unit] ?? 'good'
}
export function isDerived(unit: MeasuredUnit): boolean {
  return unit === 'AU6'
}
