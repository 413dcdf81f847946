import { describe, expect, it } from 'vitest'
import { withAnswer } from './probe-history.ts'

/** How far back the page draws, s. */
const ribbonS = 60

describe('withAnswer', () => {
  const point = (id: string, timeS: number) => ({ id, timeS, probabilities: [1, 0] })
  const kept = (timeS: number) => ({ timeS, probabilities: [1, 0] })

  it('keeps what the ribbons show, and little more', () => {
    let history = {}
    for (let timeS = 0; timeS <= 200; timeS++) history = withAnswer(history, point('emotion', timeS))
    const times: number[] = Object.values<readonly { timeS: number }[]>(history)[0].map(({ timeS }) => timeS)
    expect(times.at(-1)).toBe(200)
    expect(times[0]).toBeLessThanOrEqual(200 - ribbonS)
    expect(times[0]).toBeGreaterThan(200 - 2 * ribbonS)
  })

  it('begins anew where time goes back, question by question', () => {
    const before = withAnswer(withAnswer({}, point('emotion', 9)), point('AU1', 9))
    expect(withAnswer(before, point('emotion', 2))).toEqual({ emotion: [kept(2)], AU1: [kept(9)] })
  })
})
