import { describe, expect, it } from 'vitest'
import { ownSet } from './cases.ts'
import { liveParity } from './live.ts'
import { parity } from './parity.ts'

const { checkpoint, cases } = ownSet()
const [smallest] = cases.filter((path) => path.endsWith('square4'))

describe('parity on the WebGPU provider in Chromium, every node on the GPU', () => {
  it.each(['fp32', 'q8', 'q4'] as const)('our own smallest case in %s', async (dtype) => {
    const report = await parity({ checkpoint, case: smallest, dtype, ep: 'chromium', forbidCpuFallback: true })
    console.log(`${dtype}: ${report.adapter}`)
    expect(report.adapter).toMatch(/\S/)
    expect(report.ok, JSON.stringify(report)).toBe(true)
  })

  it('the live window gives the tokens of recomputation', async () => {
    // With a penalty, which lives in the graph and on the device; docs/numerics.md has both.
    const report = await liveParity({
      checkpoint,
      case: smallest,
      dtype: 'q4',
      ep: 'chromium',
      repetitionPenalties: [1.3],
      // Steps played again and drafts take turns over one cache.
      drafts: ['none', 'diverging'],
      graphCapture: true,
    })
    expect(report.ok, JSON.stringify(report)).toBe(true)
    const drafted = report.matches.filter(({ name }) => name.endsWith('drafts'))
    expect(drafted.length).toBeGreaterThan(10)
    for (const { figures } of drafted) expect(figures.accepted).toBeGreaterThan(0)
  })
})
