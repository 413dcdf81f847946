import { measuredUnitNames, unitGrades } from '../../../affect/measured-units.ts'
import type { MeasuredUnit } from '../../../affect/measures.ts'
import { unitRules } from '../../../faces/action-units.ts'
import styles from './UnitName.module.css'

interface Props {
  readonly unit: MeasuredUnit
  readonly className?: string | undefined
}

/** `lip corner puller AU12`, as `unitText` has it; where there is little room the code stays whole. */
export function UnitName({ unit, className }: Props) {
  return (
    <span className={[styles.unit, className].filter(Boolean).join(' ')}>
      <span className={styles.name}>{measuredUnitNames[unit]}</span> <span className={styles.code}>{unit}</span>
    </span>
  )
}

/** How well a unit is measured: `good`, `poor, derived` */
export function gradeText(unit: MeasuredUnit): string {
  return unitRules[unit].isDerived ? `${unitGrades[unit]}, derived` : unitGrades[unit]
}
