import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateMeter } from './rate.ts'

function clock() {
  const time = { ms: 0, now: () => time.ms }
  return time
}

describe('RateMeter', () => {
  it('says nothing before there is enough to tell', () => {
    const time = clock()
    const meter = new RateMeter(time.now)
    expect(meter.measure(10, 1000)).toEqual({})
    time.ms = 499
    expect(meter.measure(20, 1000)).toEqual({})
    time.ms = 500
    expect(meter.measure(60, 1000)).toEqual({ bytesPerS: 100, leftS: 9.4 })
  })

  it('finds a steady rate, however long the steps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 3 }),
        (bytesPerMs, steps) => {
          const time = clock()
          const meter = new RateMeter(time.now)
          const totalBytes = 1e12
          meter.measure(0, totalBytes)
          for (const step of [...steps, 500]) {
            time.ms += step
            const done = time.ms * bytesPerMs
            const { bytesPerS, leftS } = meter.measure(done, totalBytes)
            if (time.ms < 500) continue
            expect(bytesPerS).toBeCloseTo(bytesPerMs * 1000, 3)
            expect(leftS).toBeCloseTo((totalBytes - done) / (bytesPerMs * 1000), 3)
          }
        },
      ),
    )
  })

  it('forgets what is more than a few seconds past', () => {
    const time = clock()
    const meter = new RateMeter(time.now)
    const measured: (number | undefined)[] = []
    // 1 byte/ms for ten seconds, then a tenth of it.
    for (let ms = 0; ms <= 20_000; ms += 100) {
      time.ms = ms
      measured.push(meter.measure(Math.min(ms, 10_000) + Math.max(0, ms - 10_000) / 10, 1e6).bytesPerS)
    }
    expect(measured[100]).toBeCloseTo(1000)
    expect(measured[125]).toBeCloseTo(550)
    expect(measured[150]).toBeCloseTo(100)
  })

  it('knows no time left when nothing comes in', () => {
    const time = clock()
    const meter = new RateMeter(time.now)
    meter.measure(10, 100)
    time.ms = 6000
    expect(meter.measure(10, 100)).toEqual({ bytesPerS: 0 })
  })

  it('begins anew when bytes were lost', () => {
    const time = clock()
    const meter = new RateMeter(time.now)
    meter.measure(0, 10_000)
    time.ms = 1000
    meter.measure(9000, 10_000)
    time.ms = 1100
    expect(meter.measure(1000, 10_000)).toEqual({})
    time.ms = 2100
    expect(meter.measure(2000, 10_000)).toEqual({ bytesPerS: 1000, leftS: 8 })
  })
})
