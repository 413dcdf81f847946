import { describe, expect, it } from 'vitest'
import { recorded } from '../../testing/recorded.ts'
import { lanesOf, nextStart, runAt } from './lanes.ts'

const spans = (lane: { readonly runs: readonly { fromS: number; toS: number; label: string | undefined }[] }) =>
  lane.runs.map(({ fromS, toS, label }) => [fromS, toS, label])

describe('the lanes of a source', () => {
  it('merge runs of the same verdict, and let a window stand for what it adds to the one before', () => {
    const [lane, ...others] = lanesOf(
      [recorded(0.25, 7.75), recorded(4.25, 11.75), recorded(8.25, 15.75, { emotion: 'sad' }), recorded(12.25, 19.75)],
      1,
    )
    expect(others).toEqual([])
    expect(spans(lane)).toEqual([
      [0, 12, 'happy'],
      [12, 16, 'sad'],
      // The last frame stands for the part of a pair that a file may have left, too.
      [16, 21, 'happy'],
    ])
    expect(lane.startsS).toEqual([0, 8, 12, 16])
  })

  it('leave empty what was not read', () => {
    const [lane] = lanesOf([recorded(0.25, 1.75), recorded(6.25, 7.75)], 1)
    expect(spans(lane)).toEqual([
      [0, 2, 'happy'],
      [6, 9, 'happy'],
    ])
    expect(runAt(lane, 3)).toBeUndefined()
    expect(runAt(lane, 6)?.label).toBe('happy')
    expect(runAt(undefined, 6)).toBeUndefined()
  })

  it('keep what a file read again from the middle does not cover', () => {
    const [lane] = lanesOf([recorded(0.25, 9.75), recorded(4.25, 5.75, { emotion: 'angry' })], 1)
    expect(spans(lane)).toEqual([
      [0, 4, 'happy'],
      [4, 6, 'angry'],
      [6, 11, 'happy'],
    ])
  })

  it('are one a person, in the order of their numbers, and never of two sources', () => {
    const lanes = lanesOf(
      [
        recorded(0, 1.5, { track: 'face-10' }),
        recorded(0, 1.5, { track: 'face-2', emotion: 'sad' }),
        recorded(0, 9, { opened: 2 }),
      ],
      1,
    )
    expect(lanes.map(({ track }) => track)).toEqual(['face-2', 'face-10'])
    expect(lanesOf([], 1)).toEqual([])
  })

  it('show an answer without an emotion as a run of its own', () => {
    const [lane] = lanesOf([recorded(0.25, 1.75), recorded(2.25, 3.75, { emotion: '' })], 1)
    expect(spans(lane)).toEqual([
      [0, 2, 'happy'],
      [2, 5, undefined],
    ])
  })

  it('begin anew with the clock of a live source', () => {
    const source = { kind: 'camera', name: 'Camera' } as const
    const [lane] = lanesOf([recorded(30, 37.5, { source }), recorded(0.25, 3.75, { source, emotion: 'sad' })], 1)
    expect(spans(lane)).toEqual([[0, 4, 'sad']])
  })

  it('hold a thousand readings', () => {
    const many = Array.from({ length: 1000 }, (_, at) =>
      recorded(at * 4, at * 4 + 7.5, { emotion: at % 2 ? 'sad' : 'happy' }),
    )
    const [lane] = lanesOf(many, 1)
    expect(lane.runs).toHaveLength(1000)
  })
})

it('jumps to where the reading before or after begins', () => {
  const [lane] = lanesOf([recorded(0.25, 7.75), recorded(4.25, 11.75), recorded(8.25, 15.75)], 1)
  expect(nextStart(lane, 8, 1)).toBe(12)
  expect(nextStart(lane, 8, -1)).toBe(0)
  expect(nextStart(lane, 9, -1)).toBe(8)
  expect(nextStart(lane, 12, 1)).toBeUndefined()
})
