import { expect, it } from 'vitest'
import type { TimedFrame } from '../../capture/painter.ts'
import type { PairReader } from './pair-reader.ts'
import { TrackWindow } from './track-window.ts'

/** A window that would fail as the engine's does if its KV cache went while an answer is being made. */
class StrictReader implements PairReader {
  readonly pairsPerWindow = 4
  readonly leastFrames = 2
  readonly hasProbes = true
  readonly squareSide = 28
  readonly isAskable = true
  readonly isDue = false
  readonly seen: number[][] = []
  private isAnswering = false
  pairs = 0

  async add(pair: readonly TimedFrame[]) {
    this.pairs++
    this.seen.push(pair.map(({ timeS }) => timeS))
  }

  async beginAnew() {
    if (this.isAnswering) throw new Error('The KV cache is in use.')
    this.pairs = 0
  }

  async update(meanwhile?: () => Promise<boolean>) {
    this.isAnswering = true
    while (await meanwhile?.()) {}
    this.isAnswering = false
  }

  dispose() {
    return this.beginAnew()
  }
}

function frame(timeS: number): TimedFrame {
  return { width: 28, height: 28, rgba: new Uint8ClampedArray(28 * 28 * 4), timeS }
}

it('keeps its KV cache while an answer is made of a face that goes and comes back meanwhile', async () => {
  const reader = new StrictReader()
  const window = new TrackWindow({
    shown: { track: 'face-1', view: 'face' },
    isLive: true,
    keptPairs: 4,
    control: { signal: new AbortController().signal, gate: async () => undefined, onPicture: () => undefined },
    makeReader: () => reader,
  })
  await window.take([frame(0), frame(0.5)], true)
  const meanwhile = [() => window.take([undefined, undefined], true), () => window.take([frame(2), frame(2.5)], true)]
  await window.update(async () => {
    const next = meanwhile.shift()
    await next?.()
    return next !== undefined
  })
  expect(reader.seen).toEqual([[0, 0.5]])
  await window.take([frame(3), frame(3.5)], true)
  expect(reader.seen.slice(1)).toEqual([
    [2, 2.5],
    [3, 3.5],
  ])
  expect(reader.pairs).toBe(2)
  expect(window.isDue).toBe(true)
})
