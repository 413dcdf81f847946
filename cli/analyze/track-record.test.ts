import { describe, expect, it } from 'vitest'
import { type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../src/affect/measures.ts'
import type { TrackId } from '../../src/affect/track.ts'
import { curvesHead, curvesRows } from './curves-csv.ts'
import { TrackCollector } from './track-record.ts'
import { trackRecordText } from './track-text.ts'

const resting = Object.fromEntries(measuredUnits.map((unit) => [unit, 0])) as Record<MeasuredUnit, number>

function measured(timeS: number, side: number, smile = 0): MeasuredFace {
  return {
    timeS,
    box: { x: 1, y: 2, width: side, height: side },
    units: { ...resting, AU12: smile },
    head: { yaw: -12.3456, pitch: 0, roll: 0 },
    gaze: { x: 0, y: 0 },
    closedLeft: 0,
    closedRight: 0,
    mouthOpen: 0,
    quality: { heightPx: side, sharpness: 1, light: 0.5, turn: 12, cut: 0, covered: 0, flaws: ['small', 'dark'] },
  }
}

const settings = { rate: 10, smallFaces: false }

function moment(timeS: number, ...faces: readonly (readonly [TrackId, number, number?])[]) {
  return {
    timeS,
    width: 640,
    height: 360,
    faces: faces.map(([track, side, smile]) => ({ track, measured: measured(timeS, side, smile) })),
  }
}

/** face-3 is large and leaves; face-1 stays; face-2 is small. */
function collected(): TrackCollector {
  const collector = new TrackCollector()
  collector.add(moment(0, ['face-3', 300], ['face-1', 100], ['face-2', 20]))
  collector.add(moment(0.1, ['face-1', 100, 0.8], ['face-2', 20]))
  collector.add(moment(0.2))
  collector.addEvent({ track: 'face-1', kind: 'blink', startS: 0.15, endS: 0.2, strength: 1 })
  collector.addEvent({ track: 'face-1', kind: 'smile', startS: 0.05, endS: 0.1, strength: 0.8 })
  return collector
}

describe('faces of a file', () => {
  it('are told one by one, in the order of their numbers and of their movements', () => {
    const records = collected().records('all', settings)
    expect(records.map(({ track, firstS, lastS }) => [track, firstS, lastS])).toEqual([
      ['face-1', 0, 0.1],
      ['face-2', 0, 0.1],
      ['face-3', 0, 0],
    ])
    const [{ events, ...first }] = records
    expect(first).toMatchObject({
      frames: 2,
      present: 0.667,
      heightPx: 100,
      units: { AU12: { mean: 0.4, peak: 0.8, peakS: 0.1 } },
      source: { width: 640, height: 360 },
      settings,
    })
    expect(events.map(({ kind }) => kind)).toEqual(['smile', 'blink'])
  })

  it('are the largest where not all are wanted: those that take most of the picture for the longest time', () => {
    expect(
      collected()
        .records(1, settings)
        .map(({ track }) => track),
    ).toEqual(['face-3'])
    expect(
      collected()
        .records(2, settings)
        .map(({ track }) => track),
    ).toEqual(['face-1', 'face-3'])
    expect(new TrackCollector().records('all', settings)).toEqual([])
  })

  it('are told in words', () => {
    const [first, , third] = collected().records('all', settings)
    expect(trackRecordText(first)).toBe(
      `Face 1: 0.0–0.1 s, 2 measures, there in 67 % of the file, 100 px high
  Measured: AU12 up to 0.80 (mean 0.40)
  Movements: smile 0.1–0.1 s, blink 0.2–0.2 s
  Head on average: yaw −12°, pitch 0°, roll 0°
  Hard to measure: small, dark
`,
    )
    expect(trackRecordText(third)).toMatch(/^Face 3: 0\.0 s, 1 measure, .*\n {2}Measured: a face at rest\n {2}Head/)
  })
})

describe('curves', () => {
  it('have a row a face and a column a measure', () => {
    const names = curvesHead.trim().split(',')
    const rows = curvesRows(moment(0.1, ['face-1', 100, 2 / 3], ['face-2', 20])).split('\n')
    expect(rows).toHaveLength(3)
    const [first, second] = rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i], value])))
    expect(first).toMatchObject({ track: 'face-1', time_s: '0.1', AU12: '0.667', yaw: '-12.346', flaws: 'small dark' })
    expect(second).toMatchObject({ track: 'face-2', box_width: '20' })
    expect(names).toEqual(expect.arrayContaining([...measuredUnits]))
    expect(curvesRows(moment(0.2))).toBe('')
  })
})
