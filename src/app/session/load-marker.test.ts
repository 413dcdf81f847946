import { describe, expect, it } from 'vitest'
import { LoadMarker, type MarkerEnvironment } from './load-marker.ts'
import type { LoadState } from './session-state.ts'

/** A browser whose tabs share storage and locks; a tab that ends lets go of its locks. */
function browser() {
  const kept = new Map<string, string>()
  const storage = {
    get length() {
      return kept.size
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  let minutes = 0
  const tabs: { readonly locks: Set<string> }[] = []
  const openTab = () => {
    const locks = new Set<string>()
    tabs.push({ locks })
    const manager = {
      request: async (name: string) => void locks.add(name),
      query: async () => ({ held: tabs.flatMap((tab) => [...tab.locks].map((name) => ({ name }))) }),
    }
    const environment: MarkerEnvironment = {
      storage: () => storage,
      locks: manager as unknown as LockManager,
      now: () => new Date(Date.UTC(2026, 0, 1, 0, minutes++)),
    }
    return { marker: new LoadMarker(environment), crash: () => locks.clear() }
  }
  return { openTab, kept }
}

const source = { type: 'url', url: 'https://host.example/models/large/' } as const
const starting: LoadState = { state: 'starting', source, graph: 'decoder' }

describe('LoadMarker', () => {
  it('tells the next start, once, where a load ended with its tab', async () => {
    const { openTab } = browser()
    const { marker, crash } = openTab()
    marker.follow({ state: 'asking', source })
    marker.follow({ state: 'checking', source })
    marker.follow(starting)
    crash()
    const next = openTab().marker
    expect(await next.takeLost()).toEqual({
      name: 'large',
      url: source.url,
      phase: 'starting',
      at: '2026-01-01T00:02:00.000Z',
    })
    expect(await next.takeLost()).toBeUndefined()
  })

  it('says nothing of loads that ended well, failed, wait for an answer, or were left', async () => {
    const { openTab, kept } = browser()
    for (const last of ['idle', 'failed', 'offered'] as const) {
      const { marker, crash } = openTab()
      marker.follow(starting)
      marker.follow({ state: last, source } as LoadState)
      crash()
    }
    const { marker, crash } = openTab()
    marker.follow(starting)
    marker.leave()
    crash()
    expect(kept.size).toBe(0)
    expect(await openTab().marker.takeLost()).toBeUndefined()
  })

  it('leaves the load of a living tab alone', async () => {
    const { openTab } = browser()
    const one = openTab()
    one.marker.follow(starting)
    expect(await openTab().marker.takeLost()).toBeUndefined()
    one.crash()
    expect(await openTab().marker.takeLost()).toMatchObject({ name: 'large' })
  })

  it('marks again when a page comes back in the middle of a load', async () => {
    const { openTab } = browser()
    const { marker, crash } = openTab()
    marker.follow(starting)
    marker.leave()
    marker.follow(starting)
    crash()
    expect(await openTab().marker.takeLost()).toMatchObject({ phase: 'starting' })
  })

  it('does without storage, without locks, and with what is no mark', async () => {
    const storage = () => {
      throw new Error('private')
    }
    const blind = new LoadMarker({ storage, locks: undefined, now: () => new Date() })
    blind.follow(starting)
    blind.leave()
    expect(await blind.takeLost()).toBeUndefined()
    const { openTab, kept } = browser()
    kept.set('videmo-load:x', '{"name":1}').set('videmo-load:y', '{').set('videmo-settings', '{}')
    expect(await openTab().marker.takeLost()).toBeUndefined()
    expect([...kept.keys()]).toEqual(['videmo-settings'])
  })
})
