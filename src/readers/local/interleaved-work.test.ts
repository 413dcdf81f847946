import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InterleavedWork } from './interleaved-work.ts'

describe('InterleavedWork', () => {
  it('takes no more than half of the time, and what it says it took', async () => {
    const durations = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(durations, fc.integer({ min: 1, max: 100 }), async (takes, stepMs) => {
        let now = 0
        let spent = 0
        let calls = 0
        const interleaved = new InterleavedWork(
          async () => {
            const ms = takes[calls++ % takes.length]
            now += ms
            spent += ms
            return true
          },
          () => now,
        )
        let stepped = 0
        for (let step = 0; step < 200; step++) {
          now += stepMs
          stepped += stepMs
          await interleaved.step()
          // All but the last was followed by as long a time of steps.
          expect(spent - Math.max(...takes)).toBeLessThanOrEqual(stepped)
        }
        expect(interleaved.ms).toBe(spent)
        expect(calls).toBeGreaterThan(0)
      }),
    )
  })

  it('goes on soon after a sleep of the machine', async () => {
    let now = 0
    let calls = 0
    const interleaved = new InterleavedWork(
      async () => {
        now += calls++ === 0 ? 3_600_000 : 10
        return true
      },
      () => now,
    )
    await interleaved.step()
    for (let step = 0; step < 60; step++) {
      now += 1000
      await interleaved.step()
    }
    expect(calls).toBeGreaterThan(20)
  })

  it('asks at every step while there is nothing to do', async () => {
    let asked = 0
    const interleaved = new InterleavedWork(async () => {
      asked++
      return false
    })
    for (let step = 0; step < 5; step++) await interleaved.step()
    expect(asked).toBe(5)
    expect(interleaved.ms).toBe(0)
  })
})
