import { expect, it } from 'vitest'
import { EngineError } from '../base/errors.ts'
import { isActive, loadText, runText } from './run-text.ts'
import type { RunState } from './session/session-state.ts'
import { fullManifest } from './testing/story-facts.ts'

const error = new EngineError({ code: 'x', message: 'x', action: 'x' })
const runs: readonly RunState[] = [
  { state: 'idle' },
  { state: 'queued' },
  { state: 'opening' },
  { state: 'warming' },
  { state: 'running' },
  { state: 'lagging', lagS: 2.44 },
  { state: 'paused' },
  { state: 'stopping' },
  { state: 'recovering', attempt: 1, of: 2 },
  { state: 'over', reason: 'ended' },
  { state: 'over', reason: 'stopped' },
  { state: 'over', reason: 'source-ended' },
  { state: 'failed', error },
]

it('every state has words of its own', () => {
  const texts = runs.map((run) => runText(run).text)
  expect(new Set(texts).size).toBe(runs.length)
  expect(texts).toContain('Lagging by 2.4 s')
  expect(texts).toContain('Recovering, try 1 of 2')
})

it('what can be stopped is under way', () => {
  expect(runs.filter((run) => !isActive(run)).map(({ state }) => state)).toEqual([
    'idle',
    'over',
    'over',
    'over',
    'failed',
  ])
})

const source = { type: 'url', url: 'https://a.test/videmo-3b/' } as const
const bytes = { doneBytes: 812e6, totalBytes: 2124e6 }

it('a download tells bytes, rate and time left, as far as they are known', () => {
  const load = { state: 'downloading', source, manifest: fullManifest, ...bytes } as const
  expect(loadText(load)).toEqual({
    name: 'videmo-3b',
    text: '812.0 MB of 2.1 GB',
    share: expect.closeTo(0.382, 3),
  })
  expect(loadText({ ...load, bytesPerS: 24e6, leftS: 55 }).text).toBe(
    '812.0 MB of 2.1 GB · 24.0 MB/s · about 55 s left',
  )
  expect(loadText({ ...load, totalBytes: 0 }).share).toBeUndefined()
})

it('tells no rate and no time left while the host gives no answer', () => {
  const quiet = { host: 'a.test', s: 10 }
  const load = { state: 'downloading', source, manifest: fullManifest, ...bytes, bytesPerS: 24e6, leftS: 55 } as const
  expect(loadText({ ...load, quiet }).text).toBe('812.0 MB of 2.1 GB')
})

it('an address that is none is named as it stands', () => {
  expect(loadText({ state: 'asking', source: { type: 'url', url: 'http://' } }).name).toBe('http://')
})
