import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sampler } from './sampler.ts'

const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 40 })

describe('Sampler', () => {
  it('draws tokens as often as their probabilities say', () => {
    const probabilities = [0.5, 0.3, 0.15, 0.05]
    const sampler = new Sampler({ temperature: 1, topP: 1, seed: 7 })
    const values = Float32Array.from(probabilities, Math.log)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 20000; i++) counts[sampler.choose(values)]++
    for (const [id, p] of probabilities.entries()) expect(Math.abs(counts[id] / 20000 - p)).toBeLessThan(0.02)
  })

  it('keeps to the smallest set of tokens that reaches topP', () => {
    const sampler = new Sampler({ temperature: 1, topP: 0.75, seed: 1 })
    const values = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log)
    const seen = new Set(Array.from({ length: 500 }, () => sampler.choose(values)))
    expect([...seen].sort()).toEqual([0, 1])
  })

  it('never draws a banned token, and always draws one', () => {
    fc.assert(
      fc.property(logits, fc.integer(), fc.double({ min: 0.01, max: 5, noNaN: true }), (values, seed, temperature) => {
        const input = Float32Array.from(values)
        const banned = input.length - 1
        input[banned] = Number.NEGATIVE_INFINITY
        const id = new Sampler({ temperature, topP: 0.9, seed }).choose(input)
        expect(id).toBeGreaterThanOrEqual(0)
        expect(id).toBeLessThan(banned)
      }),
    )
  })
})
