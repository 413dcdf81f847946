import { describe, expect, it } from 'vitest'
import { probesAt } from './probes-at.ts'
import { shownBy } from './shown.ts'
import { recorded } from './testing/recorded.ts'

const readings = [
  recorded(0, 7.5, { update: 0 }),
  recorded(4, 11.5, { update: 1 }),
  recorded(4, 11.5, { update: 2, track: 'face-2' }),
  recorded(20, 27.5, { update: 3 }),
  recorded(0, 40, { update: 4, opened: 2 }),
]
const state = { recording: readings, shownTrack: 'picture', opened: 1 } as const
const at = (timeS: number, more: Partial<Parameters<typeof shownBy>[1]> = {}) => {
  const shown = shownBy({ kind: 'playhead', timeS }, { ...state, ...more })
  return shown.kind === 'earlier' ? shown.reading.update : shown.kind
}

describe('a review of a time', () => {
  it('shows the last window that covers it', () => {
    expect([0, 3.9, 4, 7.5, 11.5].map((timeS) => at(timeS))).toEqual([0, 0, 1, 1, 1])
  })

  it('shows a reading until its next frame would be taken, and then that nothing was read', () => {
    expect([11.99, 12, 19.9, 20, 28.1].map((timeS) => at(timeS))).toEqual([1, 'unread', 'unread', 3, 'unread'])
  })

  it('shows who is on show, and somebody else only where that person was not read', () => {
    expect(at(5, { shownTrack: 'face-2' })).toBe(2)
    expect(at(1, { shownTrack: 'face-2' })).toBe(0)
  })

  it('never shows a reading of another source', () => {
    expect(at(35)).toBe('unread')
    expect(at(35, { opened: 2 })).toBe(4)
  })

  it('shows nothing of what was erased', () => {
    expect(at(5, { recording: [] })).toBe('unread')
    expect(shownBy({ kind: 'reading', update: 1 }, { ...state, recording: [] })).toEqual({ kind: 'newest' })
  })
})

it('shows one reading that was chosen, and says where it is of another source', () => {
  expect(shownBy({ kind: 'reading', update: 4 }, state)).toMatchObject({ kind: 'earlier', isOfAnotherSource: true })
  expect(shownBy({ kind: 'reading', update: 1 }, state)).toMatchObject({ kind: 'earlier', isOfAnotherSource: false })
  expect(shownBy(undefined, state)).toEqual({ kind: 'newest' })
})

it('gives the probabilities as they were at a time, and before the first answer the first', () => {
  const probes = [
    { id: 'emotion', timeS: 1, probabilities: [0.9, 0.1] },
    { id: 'AU1', timeS: 1, probabilities: [0.2, 0.8] },
    { id: 'emotion', timeS: 2, probabilities: [0.5, 0.5] },
  ]
  expect(probesAt({ probes }, 0)).toEqual({
    emotion: [{ timeS: 1, probabilities: [0.9, 0.1] }],
    AU1: [{ timeS: 1, probabilities: [0.2, 0.8] }],
  })
  expect(probesAt({ probes }, 2).emotion).toHaveLength(2)
  expect(probesAt({ probes: [] }, 2)).toEqual({})
})
