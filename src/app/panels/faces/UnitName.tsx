import { measuredUnitNames, unitGrades } from '../../../affect/measured-units.ts'
import type { MeasuredUnit } from '../../../affect/measures.ts'
import styles from './UnitName.module.css'

/** Computed from other units, as their own movement is hardly seen. */
const derivedUnits: readonly MeasuredUnit[] = ['AU6']

/** `lip corner puller AU12`, and how well it is measured. */
export function UnitName({
  unit,
  className,
}: {
  readonly unit: MeasuredUnit
  readonly className?: string | undefined
}) {
  return (
    <span className={className}>
      {measuredUnitNames[unit]} <span className={styles.code}>{unit}</span>{' '}
      <span className={styles.grade}>{gradeText(unit)}</span>
    </span>
  )
}

/** `good`, `poor, derived` */
export function gradeText(unit: MeasuredUnit): string {
  return derivedUnits.includes(unit) ? `${unitGrades[unit]}, derived` : unitGrades[unit]
}
