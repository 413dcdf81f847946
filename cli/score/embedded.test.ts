import { beforeAll, describe, expect, it } from 'vitest'
import { type ScoreReport, score } from './score.ts'

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
  let right: ScoreReport
  beforeAll(async () => {
    right = await score({ ...options, fault: 'none' })
  }, 180_000)

  it('reads faces 40 px high in frames of 1280x720 as well as whole pictures, once they are cropped', async () => {
    const far = await score({ ...options, fault: 'none', facePx: 40 })
    const figures = ({ attributes, actionUnits, emotion, tree }: ScoreReport) => ({
      attributes: attributes.microF1,
      actionUnits: actionUnits.microF1,
      emotion: emotion.accuracy,
      tree: tree?.similarity ?? 0,
    })
    const [whole, cropped] = [figures(right), figures(far)]
    console.log(`Whole: ${JSON.stringify(whole)}\n40 px high, cropped: ${JSON.stringify(cropped)}`)
    for (const name of Object.keys(whole) as (keyof typeof whole)[]) {
      expect(cropped[name], name).toBeGreaterThanOrEqual(whole[name] - 0.03)
    }
  }, 180_000)

  it('reads drawn faces rightly', () => {
    const message = JSON.stringify(right)
    expect(right.attributes.microF1, message).toBeGreaterThan(0.9)
    expect(right.actionUnits.microF1, message).toBeGreaterThan(0.8)
    expect(right.emotion.accuracy, message).toBeGreaterThan(0.7)
    expect(right.cut, 'answers end by themselves').toBe(0)
  })

  it.each(['positions', 'patches'] as const)(
    'reads worse by far with wrong %s',
    async (fault) => {
      const { attributes, actionUnits, tree } = right
      // Answers under a fault seldom end by themselves, and take long.
      const wrong = await score({ ...options, count: 6, fault })
      const message = JSON.stringify(wrong)
      expect(wrong.attributes.microF1, message).toBeLessThan(attributes.microF1 - 0.15)
      // Single units survive rows of patches best; what all of them say together does not.
      expect(wrong.actionUnits.microF1, message).toBeLessThan(actionUnits.microF1 - 0.1)
      expect(wrong.tree?.similarity, message).toBeLessThan((tree?.similarity ?? 0) - 0.3)
    },
    180_000,
  )
})
