import { measuredUnitNames, unitGrades } from '../../../affect/measured-units.ts'
import type { MeasuredUnit } from '../../../affect/measures.ts'
import { unitRules } from '../../../faces/action-units.ts'
import styles from './UnitName.module.css'

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
  return unitRules[unit].isDerived ? `${unitGrades[unit]}, derived` : unitGrades[unit]
}
