import { describe, expect, it } from 'vitest'
import { Stillness } from './stillness.ts'
import { signals } from './testing/signals.ts'

/** The times at which 25 frames a second of what `at` says are told still. */
function stillAt(seconds: number, at: (timeS: number) => Parameters<typeof signals>[0]): number[] {
  const stillness = new Stillness()
  return Array.from({ length: seconds * 25 }, (_, index) => index / 25).filter((timeS) =>
    stillness.watch(signals(at(timeS)), timeS),
  )
}

describe('Stillness', () => {
  it('is told of what does not move for some seconds, noise included, and not before', () => {
    const times = stillAt(8, (t) => ({ squint: 0.4 + 0.01 * Math.sin(t * 70), smile: 0.1 + 0.01 * Math.cos(t * 90) }))
    expect(times[0]).toBeCloseTo(4)
    expect(times.at(-1)).toBeCloseTo(7.96)
  })

  it('is not told of a face at rest that blinks once', () => {
    expect(
      stillAt(6, (t) => ({ blinkLeft: t > 2 && t < 2.15 ? 0.6 : 0.1, blinkRight: t > 2 && t < 2.15 ? 0.6 : 0.1 })),
    ).toEqual([])
  })

  it('ends with the first movement', () => {
    expect(stillAt(9, (t) => ({ smile: t > 5 ? 0.8 : 0 })).filter((t) => t > 5.2)).toEqual([])
  })
})
