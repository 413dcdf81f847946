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
    const options = { checkpoint, case: smallest, dtype: 'q4', ep: 'chromium', repetitionPenalties: [1.3] } as const
    const report = await liveParity(options)
    expect(report.ok, JSON.stringify(report)).toBe(true)
    expect(report.matches.length).toBeGreaterThan(10)
  })
})
