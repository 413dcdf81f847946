import { describe, expect, it } from 'vitest'
import { liveProbes } from '../affect/probes/probe-set.ts'
import { probesFor } from '../reading/probes.ts'
import { ribbonS, withAnswer } from './probes.ts'

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

describe('withAnswer', () => {
  const point = (timeS: number) => ({ timeS, probabilities: [1, 0] })

  it('keeps what the ribbons show, and little more', () => {
    let history = {}
    for (let timeS = 0; timeS <= 200; timeS++) history = withAnswer(history, 'emotion', point(timeS))
    const times: number[] = Object.values<readonly { timeS: number }[]>(history)[0].map(({ timeS }) => timeS)
    expect(times.at(-1)).toBe(200)
    expect(times[0]).toBeLessThanOrEqual(200 - ribbonS)
    expect(times[0]).toBeGreaterThan(200 - 2 * ribbonS)
  })

  it('begins anew where time goes back, question by question', () => {
    const before = withAnswer(withAnswer({}, 'emotion', point(9)), 'AU1', point(9))
    expect(withAnswer(before, 'emotion', point(2))).toEqual({ emotion: [point(2)], AU1: [point(9)] })
  })
})
