import { describe, expect, it } from 'vitest'
import { summaryOf } from './measured-summary.ts'
import { type FaceFlaw, type MeasuredFace, type MeasuredUnit, measuredUnits } from './measures.ts'

const resting = Object.fromEntries(measuredUnits.map((unit) => [unit, 0])) as Record<MeasuredUnit, number>

function face(timeS: number, smile: number, yaw: number, flaws: readonly FaceFlaw[] = []): MeasuredFace {
  return {
    timeS,
    box: { x: 0, y: 0, width: 100, height: 100 },
    units: { ...resting, AU12: smile },
    head: { yaw, pitch: 0, roll: 0 },
    gaze: { x: 0, y: 0 },
    closedLeft: 0,
    closedRight: 0,
    mouthOpen: 0,
    quality: { heightPx: 100 + 10 * timeS, sharpness: 1, light: 0.5, turn: Math.abs(yaw), cut: 0, covered: 0, flaws },
  }
}

describe('what was measured of a face', () => {
  it('is told by mean and peak, by range, and by what flawed at least half of it', () => {
    const smile = { track: 'face-1', kind: 'smile', startS: 1.00004, endS: 2, strength: 2 / 3 } as const
    const faces = [face(0, 0, -10, ['small']), face(1, 2 / 3, 0), face(2, 0.1, 40, ['small', 'turned-away'])]
    const summary = summaryOf(faces, [smile])
    expect(summary).toMatchObject({
      startS: 0,
      endS: 2,
      count: 3,
      head: { yaw: { mean: 10, least: -10, most: 40 }, roll: { mean: 0, least: 0, most: 0 } },
      quality: { heightPx: 110, flaws: ['small'] },
      events: [{ track: 'face-1', kind: 'smile', startS: 1, endS: 2, strength: 0.667 }],
    })
    expect(summary?.units.AU12).toEqual({ mean: 0.256, peak: 0.667, peakS: 1 })
    expect(summary?.units.AU1).toEqual({ mean: 0, peak: 0, peakS: 0 })
  })

  it('is nothing where nothing was measured', () => {
    expect(summaryOf([])).toBeUndefined()
  })
})
