import { describe, expect, it } from 'vitest'
import { ProgressCounter, type TransferProgress } from './progress.ts'

describe('ProgressCounter', () => {
  it('tells of the first bytes, of the last ones, and ten times a second in between', () => {
    const time = { ms: 0, now: () => time.ms }
    const told: TransferProgress[] = []
    const counter = new ProgressCounter(1000, (progress) => told.push(progress), time.now)
    for (let i = 0; i < 100; i++) {
      counter.add(10)
      time.ms += 10
    }
    expect(told.map(({ doneBytes }) => doneBytes)).toEqual([10, 110, 210, 310, 410, 510, 610, 710, 810, 910, 1000])
    expect(told.at(-1)).toEqual({ doneBytes: 1000, totalBytes: 1000, bytesPerS: 1000, leftS: 0 })
  })
})
