import { closeSync, openSync, writeSync } from 'node:fs'
import { type FacesMoment, type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../src/affect/measures.ts'
import { VidemoError } from '../../src/base/errors.ts'

/** Columns of the curves: a row is one face at one moment. Angles in degrees, times in seconds, sizes in pixels. */
const columns: readonly (readonly [name: string, of: (face: MeasuredFace) => number | string])[] = [
  ['time_s', ({ timeS }) => timeS],
  ...measuredUnits.map((unit: MeasuredUnit) => [unit, ({ units }: MeasuredFace) => units[unit]] as const),
  ['yaw', ({ head }) => head.yaw],
  ['pitch', ({ head }) => head.pitch],
  ['roll', ({ head }) => head.roll],
  ['gaze_x', ({ gaze }) => gaze.x],
  ['gaze_y', ({ gaze }) => gaze.y],
  ['closed_left', ({ closedLeft }) => closedLeft],
  ['closed_right', ({ closedRight }) => closedRight],
  ['mouth_open', ({ mouthOpen }) => mouthOpen],
  ['box_x', ({ box }) => box.x],
  ['box_y', ({ box }) => box.y],
  ['box_width', ({ box }) => box.width],
  ['box_height', ({ box }) => box.height],
  ['flaws', ({ quality }) => quality.flaws.join(' ')],
]

/** The first line of the file. */
export const curvesHead = `${['track', ...columns.map(([name]) => name)].join(',')}\n`

/** A CSV file of every measure. */
export class CurvesFile {
  private readonly file: number

  /** Throws VidemoError `not-written` where the file cannot be written. */
  constructor(path: string) {
    try {
      this.file = openSync(path, 'w')
    } catch (cause) {
      throw notWritten(path, cause)
    }
    writeSync(this.file, curvesHead)
  }

  write(moments: readonly FacesMoment[]): void {
    writeSync(this.file, moments.map(curvesRows).join(''))
  }

  close(): void {
    closeSync(this.file)
  }
}

function notWritten(path: string, cause: unknown): VidemoError {
  return new VidemoError({
    code: 'not-written',
    message: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    action: 'Give --curves the path of a file in a folder that is there.',
    subject: path,
    cause,
  })
}

/** One line a face; numbers to three decimals. */
export function curvesRows({ faces }: FacesMoment): string {
  return faces
    .map(({ track, measured }) => `${[track, ...columns.map(([, of]) => cell(of(measured)))].join(',')}\n`)
    .join('')
}

/** No cell holds a comma or a quote. */
function cell(value: number | string): string {
  return typeof value === 'string' ? value : String(Math.round(value * 1000) / 1000)
}
