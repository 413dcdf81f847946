import { describe, expect, it } from 'vitest'
import { axisTime, fileScale, liveScale, shareOf, ticksOf, timeAt } from './time-scale.ts'

describe('a scale', () => {
  it('of a file is the clip, and where its length is not known what was read of it', () => {
    expect(fileScale(9, 4)).toEqual({ fromS: 0, toS: 9 })
    expect(fileScale(undefined, 4)).toEqual({ fromS: 0, toS: 4 })
    expect(fileScale(Number.NaN, 4)).toEqual({ fromS: 0, toS: 4 })
    expect(fileScale(Number.POSITIVE_INFINITY, 4)).toEqual({ fromS: 0, toS: 4 })
    // A picture has no time; its reading still has a place.
    expect(fileScale(0, 0)).toEqual({ fromS: 0, toS: 1 })
  })

  it('grows live from ten seconds to a minute, and then moves on', () => {
    expect(liveScale(0)).toEqual({ fromS: 0, toS: 10 })
    expect(liveScale(31)).toEqual({ fromS: 0, toS: 31 })
    expect(liveScale(90)).toEqual({ fromS: 30, toS: 90 })
  })

  it('places times and finds them again', () => {
    const scale = { fromS: 30, toS: 90 }
    expect(shareOf(scale, 45)).toBe(0.25)
    expect(timeAt(scale, 0.25)).toBe(45)
    expect([shareOf(scale, 0), shareOf(scale, 100)]).toEqual([0, 1])
    expect([timeAt(scale, -1), timeAt(scale, 2)]).toEqual([30, 90])
  })
})

it('names round times, within the scale and not more than asked for', () => {
  expect(ticksOf({ fromS: 0, toS: 9 }, 8)).toEqual([0, 2, 4, 6, 8])
  expect(ticksOf({ fromS: 30, toS: 90 }, 8)).toEqual([30, 40, 50, 60, 70, 80, 90])
  expect(ticksOf({ fromS: 0, toS: 1 }, 8)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  for (const toS of [0.4, 3.7, 61, 700, 5000, 90_000]) {
    const ticks = ticksOf({ fromS: 0, toS }, 8)
    expect(ticks.length).toBeLessThanOrEqual(9)
    expect(ticks.length).toBeGreaterThan(1)
    expect(Math.max(...ticks)).toBeLessThanOrEqual(toS + 1e-6)
  }
})

it('tells times as a clock does, with tenths where there are some', () => {
  expect([0, 12, 12.44, 59.96, 64, 3724].map(axisTime)).toEqual(['0:00', '0:12', '0:12.4', '1:00', '1:04', '1:02:04'])
})
