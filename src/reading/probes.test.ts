import { describe, expect, it } from 'vitest'
import { liveProbes } from '../affect/probes/probe-set.ts'
import { probesFor } from './probes.ts'

const on = { isOn: true, orders: 'given', isSmoothed: true } as const
const calibration = {
  temperatures: { unit: { given: 2, both: 1.5 } },
  clips: { seed: 1, count: 10 },
}

describe('probesFor', () => {
  it('asks nothing where that is switched off', () => {
    expect(probesFor({ ...on, isOn: false }, {})).toEqual([])
  })

  it('takes each kind’s temperature from the bundle, and 1 where it has none', () => {
    const temperatures = (orders: 'given' | 'both') =>
      new Map(probesFor({ ...on, orders }, { calibration }).map(({ id, temperature }) => [id, temperature]))
    expect(temperatures('given').get('AU12')).toBe(2)
    expect(temperatures('both').get('AU12')).toBe(1.5)
    expect(temperatures('both').get('emotion')).toBe(1)
    for (const { temperature } of probesFor(on, {})) expect(temperature).toBe(1)
  })

  it('leaves out what the model was seen to guess at', () => {
    const accuracy = { unit: { given: 0.6, both: 0.8 }, emotion: { given: 0.6, both: 0.5 } }
    const asked = (orders: 'given' | 'both') =>
      new Set(probesFor({ ...on, orders }, { calibration: { ...calibration, accuracy } }).map(({ id }) => id))
    expect(asked('given').has('AU12')).toBe(false)
    expect(asked('both').has('AU12')).toBe(true)
    // Of seven options the half way from guessing is 0.57.
    expect(asked('given').has('emotion')).toBe(true)
    expect(asked('both').has('emotion')).toBe(false)
    expect(asked('given').has('sentiment')).toBe(true)
  })

  it('asks in one order or in both', () => {
    for (const [orders, askings] of [
      ['given', 1],
      ['both', 2],
    ] as const) {
      const probes = probesFor({ ...on, orders }, {})
      expect(probes.map(({ id }) => id)).toEqual(liveProbes.map(({ id }) => id))
      for (const probe of probes) expect(probe.askings).toHaveLength(askings)
    }
  })
})
