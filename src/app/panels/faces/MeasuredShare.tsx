import { useMemo, useRef } from 'react'
import type { ActionUnit } from '../../../affect/labels.ts'
import type { MeasuredUnit } from '../../../affect/measures.ts'
import { formatPercent } from '../../format.ts'
import { measuredFace } from '../../session/faces-state.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { cleared } from './canvas-size.ts'
import { measuredAt, within } from './lane-scaling.ts'
import { drawLanes, type LaneColors, laneColorsOf, laneHeight } from './lanes.ts'
import styles from './MeasuredShare.module.css'
import { useDrawing } from './use-drawing.ts'
import { useShownFaces } from './use-shown-faces.ts'
import { words } from './words.ts'

const figuresEveryMs = 250
const calmMs = 1000

/** Beside the probability of a closed question for a unit: the same unit as it was measured. */
export function MeasuredShare({ source, unit }: { readonly source: Source; readonly unit: ActionUnit & MeasuredUnit }) {
  const { store, facesBoard: board } = usePage().session
  const track = useStore(store, (state) => measuredFace(state.faces, state.shownTrack)?.track)
  const faces = useShownFaces(source)
  const canvas = useRef<HTMLCanvasElement>(null)
  const value = useRef<HTMLSpanElement>(null)
  const draw = useMemo(() => {
    let figuresAtMs = Number.NEGATIVE_INFINITY
    let colors: LaneColors | undefined
    return (element: HTMLCanvasElement, isNew: boolean) => {
      const context = cleared(element)
      const [timeS, span] = [faces.timeS(), faces.span()]
      if (!context || !span || timeS === undefined || track === undefined) return
      const curve = board.curve(track)
      if (isNew || !colors) colors = laneColorsOf(element)
      const content = { units: [unit], measures: within(curve, span), span, markS: undefined }
      drawLanes(context, element.width / devicePixelRatio, content, colors)
      if (performance.now() - figuresAtMs < figuresEveryMs) return
      figuresAtMs = performance.now()
      const measured = measuredAt(curve, timeS)
      if (value.current) value.current.textContent = measured ? formatPercent(measured.units[unit]) : words.noValue
    }
  }, [faces, board, track, unit])
  useDrawing(canvas, faces, draw, calmMs)
  return (
    <span className={styles.measured}>
      <span className="unseen">{words.measured}</span>
      <span className={styles.lane} aria-hidden="true">
        <canvas ref={canvas} className={styles.canvas} style={{ height: laneHeight }} />
      </span>
      <span ref={value} className={styles.value}>
        {words.noValue}
      </span>
    </span>
  )
}
