import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProbeRound } from './probe-round.ts'

describe('ProbeRound', () => {
  it('asks the first every time, and each of the others as often as any', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1 }),
        (size, times) => {
          const round = new ProbeRound(Array.from({ length: size }, (_, index) => ({ id: `q${index}` })))
          const asked = new Map<string, number>()
          for (const lasts of times) {
            // However short the time, the first is asked.
            for (const { id } of round.turn.slice(0, lasts + 1)) {
              asked.set(id, (asked.get(id) ?? 0) + 1)
              round.answered(id)
            }
          }
          const counts = Array.from({ length: size }, (_, index) => asked.get(`q${index}`) ?? 0)
          expect(counts[0]).toBe(times.length)
          const others = counts.slice(1)
          if (others.length > 0) expect(Math.max(...others) - Math.min(...others)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})
