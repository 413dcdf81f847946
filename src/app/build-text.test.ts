import { describe, expect, it } from 'vitest'
import { hasRoom, keptText, roomText, statesLicense, stepText } from './build-text.ts'

describe('what is said of a build', () => {
  it('has bytes, rate and time left, and says when it is paused', () => {
    const step = {
      type: 'building',
      doneBytes: 1.2e9,
      totalBytes: 7.5e9,
      bytesPerS: 12e6,
      leftS: 525,
      weight: 'layers.3.mlp.up_proj.weight_q4',
    } as const
    expect(stepText({ step, isPaused: false })).toEqual({
      text: '1.2 GB of 7.5 GB read · 12.0 MB/s · about 9 min left',
      share: 0.16,
    })
    expect(stepText({ step, isPaused: true }).text).toBe('1.2 GB of 7.5 GB read · paused')
    expect(stepText({ step: undefined, isPaused: false })).not.toHaveProperty('share')
    expect(stepText({ step: { type: 'checking' }, isPaused: false })).not.toHaveProperty('share')
  })

  it('says what is gone on with, and why not', () => {
    expect(keptText({ type: 'kept', doneBytes: 3e9 })).toContain('3.0 GB')
    expect(keptText({ type: 'restarted', reason: 'changed' })).toContain('starts again')
    expect(keptText({ type: 'restarted', reason: 'damaged' })).toContain('damaged')
  })

  it('compares what is needed with what is free, where the browser says', () => {
    const room = (neededBytes: number, freeBytes?: number) => ({ room: { neededBytes, freeBytes } })
    expect([hasRoom(room(2e9, 3e9)), hasRoom(room(2e9, 1e9)), hasRoom(room(2e9))]).toEqual([true, false, true])
    expect(roomText(room(2e9, 1e9))).toBe('1.0 GB are free for this site: too little for 2.0 GB')
    expect(roomText(room(2e9))).toBeUndefined()
  })

  it('takes no mere address for a license', () => {
    expect(statesLicense({ license: { link: 'https://example.org/' } })).toBe(false)
    expect(statesLicense({ license: { name: 'mit' } })).toBe(true)
    expect(statesLicense({ license: { text: 'As you like.' } })).toBe(true)
  })
})
