import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { SessionState } from '../../session/session-state.ts'
import { blankState } from '../../testing/fake-session.ts'
import { fullBundle, fullManifest, graphicsCard, smallBundle, softwareAdapter } from '../../testing/story-facts.ts'
import { checkText, deviceText, hostText, modelText } from './status-text.ts'

beforeAll(() => vi.stubGlobal('document', { baseURI: 'https://page.example/videmo/' }))

const url = 'https://page.example/videmo/models/videmo-tiny/'
const small = { ...smallBundle, source: { type: 'url', url }, provider: 'wasm' } as const
const line = (change: Partial<SessionState>) => {
  const state = { ...blankState, smallBundle: url, ...change }
  return [hostText(state), modelText(state), deviceText(state), checkText(state)]
    .filter((part) => part !== undefined)
    .join(' · ')
}

describe('the status line', () => {
  it('names the model, where it computes and the check', () => {
    expect(line({ bundle: small, check: small.check, device: softwareAdapter })).toBe(
      'small model · processor · checked',
    )
    expect(line({ bundle: fullBundle, check: fullBundle.check, device: graphicsCard })).toBe(
      'from models.example: · videmo-3b · q4f16 · apple metal-3 · checked',
    )
    expect(line({ bundle: { ...small, provider: 'webgpu' }, device: softwareAdapter })).toContain('(software, slow)')
  })

  it('misses nothing before the first load has been decided', () => {
    expect(line({})).toBe('Preparing the model')
    expect(line({ load: { state: 'idle', isCancelled: true } })).toBe('No model')
    expect(line({ lostLoad: { name: 'b', phase: 'starting', at: '2026-03-01T10:20:00.000Z' } })).toBe('No model')
  })

  it('says what a load waits for', () => {
    const source = { type: 'url', url: 'https://page.example/videmo/b/' } as const
    const asking = { state: 'asking', source } as const
    expect(line({ load: { ...asking, quiet: { host: 'page.example', s: 10 } } })).toBe('Loading b · no answer for 10 s')
    expect(line({ load: { ...asking, wait: { untilMs: 0, isTold: false } } })).toBe(
      'Loading b · the server asks to wait',
    )
    expect(line({ load: { state: 'waiting', source, manifest: fullManifest, totalBytes: 1 } })).toContain('another tab')
  })

  it('says how far a load is, and never more than is there', () => {
    const source = { type: 'url', url: 'https://page.example/videmo/b/' } as const
    const load = (doneBytes: number): SessionState['load'] => ({
      state: 'downloading',
      source,
      manifest: fullManifest,
      doneBytes,
      totalBytes: 1000,
    })
    expect(line({ load: load(389) })).toBe('Loading b: 38 %')
    expect(line({ load: load(999) })).toBe('Loading b: 99 %')
    expect(line({ load: { state: 'asking', source } })).toBe('Loading b')
    expect(line({ load: { state: 'offered', source, manifest: fullManifest, totalBytes: 1000 } })).toContain(
      'your answer',
    )
  })
})
