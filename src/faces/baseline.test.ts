import { describe, expect, it } from 'vitest'
import { signalRules, usualRest } from './action-units.ts'
import { Baseline } from './baseline.ts'
import { signals } from './testing/signals.ts'

/** 25 frames a second of what `at` says. */
function learned(seconds: number, at: (timeS: number) => Parameters<typeof signals>[0], turn = 0): Baseline {
  const baseline = new Baseline()
  for (let index = 0; index <= seconds * 25; index++) baseline.learn(signals(at(index / 25)), index / 25, turn)
  return baseline
}

describe('Baseline', () => {
  it('begins with the usual rest, and is learnt after five seconds', () => {
    expect(new Baseline().rest).toEqual(usualRest)
    expect(learned(4.5, () => ({})).state).toBe('learning')
    expect(learned(5.2, () => ({})).state).toBe('learnt')
  })

  it('takes a squint at rest for this person’s rest', () => {
    expect(learned(5.2, () => ({ squint: 0.6 })).rest.squint).toBeCloseTo(0.6)
  })

  it('is the low end of what was seen: talking lips and a blink are no rest', () => {
    const { rest } = learned(5.2, (t) => ({
      lipGap: t % 0.4 < 0.1 ? 0.01 : 0.2,
      openingLeft: t % 2 < 0.1 ? 0.07 : 0.36,
    }))
    expect(rest.lipGap).toBeLessThan(0.02)
    expect(rest.openingLeft).toBeCloseTo(0.36)
  })

  it('does not take a smile from the first frame on for rest', () => {
    const { rest } = learned(5.2, () => ({ smile: 0.9, upperLip: 0.7 }))
    expect(rest.smile).toBe(signalRules.smile.restWithin[1])
    expect(rest.upperLip).toBe(signalRules.upperLip.restWithin[1])
  })

  it('knows at once what shows less than the usual rest, and the rest little by little', () => {
    const baseline = new Baseline()
    baseline.learn(signals({ innerBrow: 0, browDown: 0.5 }), 0, 0)
    expect(baseline.rest.innerBrow).toBe(0)
    expect(baseline.rest.browDown).toBeLessThan(signalRules.browDown.usual + 0.1)
  })

  it('does not learn from a head that is turned away', () => {
    expect(learned(6, () => ({ squint: 0.6 }), 40).rest).toEqual(usualRest)
  })

  it('takes the face that the person chose, and keeps it', () => {
    const baseline = learned(1, () => ({}))
    const chosen = signals({ smile: 0.15, browDown: 0.4 })
    baseline.take(chosen)
    baseline.learn(signals({ smile: 0 }), 1.2, 0)
    expect(baseline.rest).toEqual(chosen)
    expect(baseline.state).toBe('chosen')
  })
})
