import { describe, expect, it } from 'vitest'
import { shownBy } from './shown.ts'
import { recorded } from './testing/recorded.ts'

const readings = [
  recorded(0.25, 7.75, { update: 0 }),
  recorded(4.25, 11.75, { update: 1 }),
  recorded(4.25, 11.75, { update: 2, track: 'face-2' }),
  recorded(20.25, 27.75, { update: 3 }),
  recorded(0.25, 39.75, { update: 4, opened: 2 }),
]
const state = { recording: readings, shownTrack: 'picture', opened: 1 } as const
const at = (timeS: number, more: Partial<Parameters<typeof shownBy>[1]> = {}) => {
  const shown = shownBy({ kind: 'playhead', timeS }, { ...state, ...more })
  return shown.kind === 'earlier' ? shown.reading.update : shown.kind
}

describe('a review of a time', () => {
  it('shows the window that was newest then', () => {
    expect([0, 3.9, 4, 7.9, 8, 11.9].map((timeS) => at(timeS))).toEqual([0, 0, 0, 0, 1, 1])
  })

  it('says of what lies between windows that it was not read', () => {
    expect([11.99, 12, 19.9, 20, 29].map((timeS) => at(timeS))).toEqual([1, 'unread', 'unread', 3, 'unread'])
  })

  it('shows what was read again in place of what was read before', () => {
    const again = [...readings, recorded(2.25, 9.75, { update: 5 }), recorded(6.25, 13.75, { update: 6 })]
    const times = [1, 2, 9.9, 10, 13.9]
    expect(times.map((timeS) => at(timeS, { recording: again }))).toEqual([0, 5, 5, 6, 6])
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
