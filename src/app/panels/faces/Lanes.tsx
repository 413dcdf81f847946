import { useMemo, useRef, useState } from 'react'
import type { MeasuredFace, MeasuredUnit } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { formatPercent, formatTime } from '../../format.ts'
import { isLive, type Source } from '../../session/session-state.ts'
import { usePage } from '../../view.ts'
import { cleared } from './canvas-size.ts'
import styles from './Lanes.module.css'
import { movedMost } from './lane-choice.ts'
import { laneS, measuredAt, type Span, within } from './lane-scaling.ts'
import { drawLanes, type LaneColors, laneColorsOf } from './lanes.ts'
import { UnitName } from './UnitName.tsx'
import { useDrawing } from './use-drawing.ts'
import { useShownFaces } from './use-shown-faces.ts'
import { words } from './words.ts'

/** Figures change at most this often, so that they can be read. */
const figuresEveryMs = 250
/** How often the units that moved most are looked for. */
const chooseEveryMs = 4000
/** With the wish for less motion, lanes move on this often. */
const calmMs = 1000

interface Props {
  readonly source: Source
  /** The face that is measured; undefined where there is none. */
  readonly track: TrackId | undefined
  /** The units that are shown before any has moved: as many as there are lanes. */
  readonly first: readonly MeasuredUnit[]
}

/** Measured units over time, each in its place; drawn past React, once for each frame at most. */
export function Lanes({ source, track, first }: Props) {
  const { facesBoard: board } = usePage().session
  const faces = useShownFaces(source)
  const canvas = useRef<HTMLCanvasElement>(null)
  const rows = useRef<HTMLOListElement>(null)
  const axis = useRef<HTMLParagraphElement>(null)
  const [units, setUnits] = useState(first)
  const isFile = !isLive(source)
  const draw = useMemo(() => {
    let [figuresAtMs, chosenAtMs] = [Number.NEGATIVE_INFINITY, performance.now()]
    let colors: LaneColors | undefined
    return (element: HTMLCanvasElement, isNew: boolean) => {
      const context = cleared(element)
      const timeS = faces.timeS()
      const span = faces.span()
      const curve = track === undefined ? [] : board.curve(track)
      const measures = span ? within(curve, span) : []
      if (context && span) {
        if (isNew || !colors) colors = laneColorsOf(element)
        const markS = isFile ? timeS : undefined
        drawLanes(context, element.width / devicePixelRatio, { units, measures, span, markS }, colors)
      }
      const nowMs = performance.now()
      if (nowMs - figuresAtMs >= figuresEveryMs || measures.length === 0) {
        figuresAtMs = nowMs
        writeFigures(rows.current, units, timeS === undefined ? undefined : measuredAt(curve, timeS))
        if (axis.current) writeAxis(axis.current, isFile ? span : undefined)
      }
      if (nowMs - chosenAtMs >= chooseEveryMs) {
        chosenAtMs = nowMs
        setUnits((before) => {
          const most = movedMost(measures, before)
          return most.every((unit, index) => unit === before[index]) ? before : most
        })
      }
    }
  }, [faces, board, track, units, isFile])
  useDrawing(canvas, faces, draw, calmMs)
  return (
    // The same stands in a table, which is told to screen readers.
    <div className={styles.lanes} aria-hidden="true">
      <ol ref={rows} className={styles.rows}>
        {units.map((unit) => (
          <li key={unit} className={styles.row}>
            <UnitName unit={unit} className={styles.name} />
            <span className={styles.value}>{words.noValue}</span>
          </li>
        ))}
      </ol>
      <div className={styles.place} style={{ gridRow: `1 / span ${units.length}` }}>
        <canvas ref={canvas} className={styles.canvas} />
      </div>
      <p ref={axis} className={styles.axis}>
        <span>{words.secondsAgo(laneS)}</span>
        <span>{words.now}</span>
      </p>
    </div>
  )
}

function writeFigures(
  rows: HTMLElement | null,
  units: readonly MeasuredUnit[],
  measured: MeasuredFace | undefined,
): void {
  for (const [index, unit] of units.entries()) {
    const value = rows?.children[index]?.lastElementChild
    if (value) write(value, measured ? formatPercent(measured.units[unit]) : words.noValue)
  }
}

function writeAxis({ children: [from, to] }: HTMLElement, span: Span | undefined): void {
  write(from, span ? formatTime(span.fromS) : words.secondsAgo(laneS))
  write(to, span ? formatTime(span.toS) : words.now)
}

function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
