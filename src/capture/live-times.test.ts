import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LivePair } from './live-source.ts'
import { liveSetUp as setUp } from './testing/fake-live.ts'

/** A camera: frames at about its rate, each a while on its way; and a reader that asks after each of its readings. */
interface Run {
  readonly perSecond: number
  readonly framesPerSecond: number
  /** Of a frame's interval, by how much it is longer or shorter. */
  readonly uneven: readonly number[]
  /** Of the way of each frame, ms. */
  readonly delaysMs: readonly number[]
  /** How long the reader is busy with each pair, ms. */
  readonly busyMs: readonly number[]
}

const frames = 90

function runs(longestDelayMs: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Run> {
  return fc.record({
    // From one in five seconds to sixty in one, on a scale of powers.
    perSecond: fc.double({ min: Math.log(0.2), max: Math.log(60), noNaN: true }).map(Math.exp),
    framesPerSecond: fc.constantFrom(0.5, 1, 2, 5, 8),
    uneven: fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: frames, maxLength: frames }),
    delaysMs: longestDelayMs,
    busyMs: fc.array(fc.integer({ min: 0, max: 7000 }), { minLength: 5, maxLength: 5 }),
  })
}

const sameDelay = fc.integer({ min: 0, max: 120 }).map((ms) => [ms])
const unevenDelays = fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 5, maxLength: 5 })

/** When each frame began to be on show, in seconds from the first; and the pairs that came of it. */
async function watch(run: Run): Promise<{ readonly startsS: readonly number[]; readonly pairs: readonly LivePair[] }> {
  const { source, clock, stream, arriveDated } = setUp(run.framesPerSecond)
  const pairs: LivePair[] = []
  const reader = (async () => {
    for (;;) {
      const pair = await source.nextPair()
      if (!pair) return
      pairs.push(pair)
      const busyMs = run.busyMs[pairs.length % run.busyMs.length]
      if (busyMs > 0) await new Promise<void>((resolve) => void clock.after(busyMs, resolve))
    }
  })()
  const startsS: number[] = []
  let shownMs = 0
  let arrivedMs = 0
  for (let i = 0; i < frames; i++) {
    startsS.push(shownMs / 1000)
    // A frame does not overtake the one before it.
    arrivedMs = Math.max(arrivedMs, shownMs + run.delaysMs[i % run.delaysMs.length])
    await arriveDated(arrivedMs, shownMs)
    shownMs += (1000 / run.perSecond) * (1 + run.uneven[i])
  }
  stream.controller?.close()
  await clock.advance(arrivedMs + 10_000)
  await reader
  return { startsS, pairs }
}

/** By how many seconds the time of a frame misses the time for which it was on show. */
function missS(startsS: readonly number[], number: number, timeS: number): number {
  return Math.max(startsS[number] - timeS, timeS - (startsS[number + 1] ?? Number.POSITIVE_INFINITY), 0)
}

describe('the times of live frames', () => {
  it('are ones at which they were on show, from one frame in five seconds to sixty in one', async () => {
    await fc.assert(
      fc.asyncProperty(runs(sameDelay), async (run) => {
        const { startsS, pairs } = await watch(run)
        for (const { frames } of pairs) {
          for (const { rgba, timeS } of frames) expect(missS(startsS, rgba[0], timeS)).toBeLessThan(1e-6)
          const [first, second] = frames
          const gap = (second.timeS - first.timeS) * run.framesPerSecond
          expect(gap, 'periods between the frames of a pair').toBeGreaterThan(0.64)
          expect(gap).toBeLessThan(2 + 1e-6)
        }
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('are off by no more than the way of a frame varies, however long it goes on', async () => {
    await fc.assert(
      fc.asyncProperty(runs(unevenDelays), async (run) => {
        const { startsS, pairs } = await watch(run)
        const variesS = (Math.max(...run.delaysMs) - Math.min(...run.delaysMs)) / 1000
        const times = pairs.flatMap(({ frames }) => frames.map(({ timeS }) => timeS))
        for (const { rgba, timeS } of pairs.flatMap(({ frames }) => frames)) {
          expect(missS(startsS, rgba[0], timeS)).toBeLessThan(variesS + 1e-6)
        }
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
