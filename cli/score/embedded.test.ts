import { describe, expect, it } from 'vitest'
import { score } from './score.ts'

/** The embedded model on a few clips of the seed whose 500 stand in docs/numerics.md. */
const options = {
  seed: 303,
  count: 16,
  bundle: 'public/models/videmo-tiny',
  preset: 'reasoning',
  maxTokens: 160,
  jobs: 2,
} as const

describe('the embedded bundle', () => {
  it('reads drawn faces rightly', async () => {
    const report = await score({ ...options, fault: 'none' })
    const message = JSON.stringify(report)
    expect(report.attributes.microF1, message).toBeGreaterThan(0.9)
    expect(report.actionUnits.microF1, message).toBeGreaterThan(0.8)
    expect(report.emotion.accuracy, message).toBeGreaterThan(0.7)
    expect(report.cut, 'answers end by themselves').toBe(0)
  }, 180_000)

  it.each(['positions', 'patches'] as const)(
    'reads worse by far with wrong %s',
    async (fault) => {
      const [right, wrong] = await Promise.all(
        (['none', fault] as const).map((each) => score({ ...options, count: 8, fault: each })),
      )
      const message = JSON.stringify({ right, wrong })
      expect(wrong.attributes.microF1, message).toBeLessThan(right.attributes.microF1 - 0.15)
      // Single units survive rows of patches best; what all of them say together does not.
      expect(wrong.actionUnits.microF1, message).toBeLessThan(right.actionUnits.microF1 - 0.1)
      expect(wrong.tree?.similarity, message).toBeLessThan((right.tree?.similarity ?? 0) - 0.3)
    },
    180_000,
  )
})
