import { expect, it } from 'vitest'
import { summaryOf } from './measured-summary.ts'
import { faceEvent, measuredFace, measuredFaces } from './measures.fixture.ts'

it('says how strong each unit was on average and at most, how the head was held, and what happened', () => {
  const faces = measuredFaces(1, (timeS) => ({
    units: { AU12: timeS < 0.5 ? 0 : 0.88 },
    head: { yaw: 10, pitch: -5, roll: 0 },
    flaws: timeS < 0.5 ? ['dark', 'small'] : ['small'],
  }))
  const summary = summaryOf({ faces, events: [faceEvent('nod', 0.2, 0.6)] })
  expect(summary.faces).toBe(11)
  expect(summary.units.AU12).toEqual({ mean: 0.48, peak: 0.88 })
  expect(summary.units.AU4).toEqual({ mean: 0, peak: 0 })
  expect(summary.head).toEqual({ yaw: 10, pitch: -5, roll: 0 })
  expect(summary.flaws).toEqual({ small: 1, dark: 0.45 })
  expect(summary.events).toEqual([{ kind: 'nod', startS: 0.2, endS: 0.6, strength: 0.8 }])
})

it('holds numbers whatever it is given', () => {
  expect(summaryOf({ faces: [], events: [] })).toMatchObject({ faces: 0, units: { AU1: { mean: 0, peak: 0 } } })
  const broken = measuredFace(0, { units: { AU1: Number.NaN }, head: { yaw: Number.NaN, pitch: 0, roll: 0 } })
  expect(summaryOf({ faces: [broken], events: [] })).toMatchObject({
    units: { AU1: { mean: 0, peak: 0 } },
    head: { yaw: 0 },
  })
})
