import type { MeasuredUnit } from '../../../affect/measures.ts'
import styles from './UnitName.module.css'
import { gradeOf, isDerived } from './unit-grade.ts'
import { measuredUnitNames } from './words.ts'

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
      <span className={styles.grade} data-grade={gradeOf(unit)}>
        {gradeText(unit)}
      </span>
    </span>
  )
}

/** `good`, `poor, derived` */
export function gradeText(unit: MeasuredUnit): string {
  return isDerived(unit) ? `${gradeOf(unit)}, derived` : gradeOf(unit)
}
