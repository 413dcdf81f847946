import { measuredUnitNames } from '../affect/measured-units.ts'
import type { MeasuredUnit } from '../affect/measures.ts'

/** What a unit is called everywhere: its name first and its code once, `lip corner puller AU12`. */
export function unitText(unit: MeasuredUnit): string {
  return `${measuredUnitNames[unit]} ${unit}`
}
