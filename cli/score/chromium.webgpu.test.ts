import { expect, it } from 'vitest'
import { fixtureFolder } from '../../scripts/fixture-bundle.ts'
import { scoreInChromium } from './chromium.ts'

it('reads drawn clips in Chromium, token for token as here', async () => {
  const report = await scoreInChromium({ seed: 3, count: 1, bundle: fixtureFolder, preset: 'reasoning', maxTokens: 4 })
  expect(report.agree, JSON.stringify(report)).toBe(true)
  expect(report.clips).toHaveLength(1)
  expect(report.of).toBeGreaterThan(3)
})
