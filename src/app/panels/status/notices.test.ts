import { describe, expect, it } from 'vitest'
import { EngineError } from '../../../base/errors.ts'
import type { SessionState, Source } from '../../session/session-state.ts'
import { blankState } from '../../testing/fake-session.ts'
import { fullBundle, smallBundle, smallManifest } from '../../testing/story-facts.ts'
import { noticeText } from './notice-text.ts'
import { type Notice, noticeKey, noticesOf } from './notices.ts'

const kinds = (state: Partial<SessionState>, isUpdateReady = false) =>
  noticesOf({ ...blankState, ...state }, isUpdateReady).map(({ kind }) => kind)
const drawings = {
  ...smallBundle,
  manifest: { ...smallManifest, source: { ...smallManifest.source, origin: 'elsewhere' }, reads: 'drawn-faces' },
} as const
const url = 'https://models.example/b/'
const clip: Source = { kind: 'file', name: 'a.mp4', url: 'blob:a', file: new Blob(), isSample: false }
const viewed = (view: 'picture' | 'twin') => ({
  settings: { ...blankState.settings, faces: { ...blankState.settings.faces, view } },
})
const error = new EngineError({ code: 'worker-died', message: 'The worker died.', action: 'Load again.' })

describe('the notices of the status line', () => {
  it('there is none before the first load has been decided, and none of a load that failed', () => {
    expect(kinds({})).toEqual([])
    expect(kinds({ load: { state: 'asking', source: { type: 'url', url } } })).toEqual([])
    expect(kinds({ load: { state: 'failed', source: { type: 'url', url }, error } })).toEqual([])
  })

  it('a model that is whole and reads real faces has none', () => {
    expect(kinds({ bundle: fullBundle, source: clip })).toEqual([])
  })

  it('a small model is warned of only where it is shown a real face as it is', () => {
    expect(kinds({ bundle: drawings })).toEqual([])
    expect(kinds({ bundle: drawings, source: { ...clip, isSample: true } })).toEqual([])
    expect(kinds({ bundle: drawings, source: clip, ...viewed('picture') })).toEqual(['not-for-real-faces'])
    expect(kinds({ bundle: drawings, source: clip, ...viewed('twin') })).toEqual([])
    // Of the model before, nothing is said while another one is loaded.
    expect(kinds({ bundle: drawings, load: { state: 'asking', source: { type: 'url', url } } })).toEqual([])
  })

  it('that no model is there is said when a person has ended the load, and not beside a lost one', () => {
    const load = { state: 'idle', isCancelled: true } as const
    const lostLoad = { name: 'b', url, phase: 'starting', at: '2026-03-01T10:20:00.000Z' } as const
    expect(kinds({ load })).toEqual(['no-model'])
    expect(kinds({ load, lostLoad })).toEqual(['lost-load'])
    expect(kinds({ load, bundle: fullBundle })).toEqual([])
  })

  it('the processor is told apart from what else a bundle’s notices say', () => {
    const reason = 'This browser does not offer WebGPU.'
    const bundle = {
      ...smallBundle,
      provider: 'wasm',
      check: { ...smallBundle.check, reason },
      notices: [`Computing on the processor instead of the GPU, which is slow. ${reason}`, 'It is from Monday.'],
    } as const
    expect(kinds({ bundle })).toEqual(['random-weights', 'on-the-processor', 'bundle'])
  })

  it('a new version stands first, and what it forgets is said', () => {
    const evicted = [{ key: 'a', name: 'b', bytes: 2e9 }]
    expect(kinds({ bundle: smallBundle, evicted }, true)).toEqual(['update', 'evicted', 'random-weights'])
    expect(noticeText({ kind: 'update', readings: 3 }).cause).toContain('3 readings')
    expect(noticeText({ kind: 'update', readings: 0 }).cause).not.toContain('forgets')
  })
})

it('a notice says its first sentence as a chip and the others in full', () => {
  expect(noticeText({ kind: 'bundle', text: 'It is full. 1.2 MB are kept. Free some room.' })).toEqual({
    title: 'It is full.',
    cause: '1.2 MB are kept. Free some room.',
    tone: 'info',
  })
  expect(noticeText({ kind: 'bundle', text: 'It is full.' })).toEqual({ title: 'It is full.', tone: 'info' })
})

it('what was dismissed comes back with another cause only', () => {
  const gone = (key: string): Notice => ({ kind: 'evicted', models: [{ key, name: 'b', bytes: 1 }] })
  expect(noticeKey(gone('a'))).toBe(noticeKey(gone('a')))
  expect(noticeKey(gone('a'))).not.toBe(noticeKey(gone('b')))
  expect(noticeKey({ kind: 'update', readings: 1 })).toBe(noticeKey({ kind: 'update', readings: 2 }))
})
