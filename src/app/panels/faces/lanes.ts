import type { MeasuredFace, MeasuredUnit } from '../../../affect/measures.ts'
import { type LanePoint, laneLines, type Span } from './lane-scaling.ts'

/** Height of a lane with the space around it, CSS px; as the rows beside the canvas have it. */
export const laneHeight = 24
const innerHeight = 18

export interface LaneColors {
  /** Of the line, and paler of the area below it. */
  readonly line: string
  readonly ground: string
  /** Where a file is shown now. */
  readonly now: string
}

/** They are given to properties of the canvas that show nothing by themselves, so that themes reach it. */
export function laneColorsOf(canvas: HTMLCanvasElement): LaneColors {
  const { color: line, borderTopColor: ground, outlineColor: now } = getComputedStyle(canvas)
  return { line, ground, now }
}

export interface LanesContent {
  readonly units: readonly MeasuredUnit[]
  readonly measures: readonly MeasuredFace[]
  readonly span: Span
  /** Files: of the frame that is shown. */
  readonly markS: number | undefined
}

/** One lane a unit, each `laneHeight` high: its intensity over time, from 0 at its ground line to 1. In CSS px. */
export function drawLanes(
  context: CanvasRenderingContext2D,
  width: number,
  { units, measures, span, markS }: LanesContent,
  colors: LaneColors,
): void {
  const box = { width, height: innerHeight }
  for (const [index, unit] of units.entries()) {
    const top = index * laneHeight + (laneHeight - innerHeight) / 2
    context.fillStyle = colors.ground
    context.fillRect(0, top + innerHeight, width, 1)
    for (const line of laneLines(measures, ({ units }) => units[unit], span, box)) {
      drawLine(context, line, top, colors)
    }
  }
  if (markS === undefined) return
  const x = ((markS - span.fromS) / (span.toS - span.fromS)) * width
  context.fillStyle = colors.now
  context.fillRect(Math.round(Math.min(x, width - 1)), 0, 1, units.length * laneHeight)
}

function drawLine(
  context: CanvasRenderingContext2D,
  line: readonly LanePoint[],
  top: number,
  { line: color }: LaneColors,
): void {
  const [first] = line
  const last = line[line.length - 1]
  context.beginPath()
  context.moveTo(first.x, top + innerHeight)
  for (const { x, y } of line) context.lineTo(x, top + y)
  context.lineTo(last.x, top + innerHeight)
  context.closePath()
  context.globalAlpha = 0.28
  context.fillStyle = color
  context.fill()
  context.globalAlpha = 1
  context.beginPath()
  for (const [index, { x, y }] of line.entries()) {
    if (index === 0) context.moveTo(x, top + y)
    else context.lineTo(x, top + y)
  }
  context.strokeStyle = color
  context.lineWidth = 1.5
  context.lineJoin = 'round'
  context.stroke()
}
