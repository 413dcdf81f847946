import { useEffect, useState } from 'react'
import { measuredUnitNames } from '../../../affect/measured-units.ts'
import { type MeasuredFace, measuredUnits } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { faceName, formatPercent, formatWhole } from '../../format.ts'
import type { Source } from '../../session/session-state.ts'
import { usePage } from '../../view.ts'
import { laneS, measuredAt, within } from './lane-scaling.ts'
import styles from './MeasuresTable.module.css'
import { gradeText } from './UnitName.tsx'
import { useShownFaces } from './use-shown-faces.ts'
import { words } from './words.ts'

/** Slow enough to be read out. */
const updateEveryMs = 2000

interface Props {
  readonly source: Source
  readonly track: TrackId | undefined
}

interface Row {
  readonly name: string
  readonly code?: string
  readonly grade: string
  readonly read: (measured: MeasuredFace) => string
  readonly most: (measures: readonly MeasuredFace[]) => string
}

const rows: readonly Row[] = [
  ...measuredUnits.map(
    (unit): Row => ({
      name: measuredUnitNames[unit],
      code: unit,
      grade: gradeText(unit),
      read: ({ units }) => formatPercent(units[unit]),
      most: (measures) => formatPercent(Math.max(...measures.map(({ units }) => units[unit]))),
    }),
  ),
  angle('yaw'),
  angle('pitch'),
  angle('roll'),
]

function angle(axis: keyof MeasuredFace['head']): Row {
  const degrees = (value: number) => `${formatWhole(value).replace('-', '−')}°`
  return {
    name: words.head[axis],
    grade: words.good,
    read: ({ head }) => degrees(head[axis]),
    most: (measures) =>
      degrees(measures.map(({ head }) => head[axis]).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))),
  }
}

/** All that is measured, as text: the same as the lanes, for those who listen, and for those who want every figure. */
export function MeasuresTable({ source, track }: Props) {
  const { facesBoard: board } = usePage().session
  const faces = useShownFaces(source)
  const [, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTurn((turn) => turn + 1), updateEveryMs)
    return () => clearInterval(timer)
  }, [])
  const curve = track === undefined ? [] : board.curve(track)
  const [timeS, span] = [faces.timeS(), faces.span()]
  const measured = timeS === undefined ? undefined : measuredAt(curve, timeS)
  const measures = span ? within(curve, span) : []
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>
        {track === undefined ? words.noFaceMeasured : words.everyFewSeconds(faceName(track), updateEveryMs / 1000)}
      </caption>
      <thead>
        <tr>
          <th scope="col">{words.columns.movement}</th>
          <th scope="col">{words.columns.grade}</th>
          <th scope="col">{words.columns.now}</th>
          <th scope="col">{words.columns.most(laneS)}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, code, grade, read, most }) => (
          <tr key={name}>
            <th scope="row">
              {name} {code}
            </th>
            <td>{grade}</td>
            <td>{measured ? read(measured) : words.noValue}</td>
            <td>{measures.length > 0 ? most(measures) : words.noValue}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
