import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BundleEntry } from '../../readers/worker/protocol.ts'
import { Store } from '../store.ts'
import { FakeClient, workerDied } from '../testing/fake-client.ts'
import { blankState } from '../testing/fake-session.ts'
import { goneOf, isStoredAs, loadStoredNames, StoredModels, saveStoredNames } from './stored-models.ts'

const entry = (key: string, state: BundleEntry['state'] = 'whole'): BundleEntry => ({
  key,
  name: `model ${key}`,
  url: '',
  bytes: 10,
  savedAt: '2026-11-22',
  state,
  storedBytes: 10,
})

function storage(value: string | null = null) {
  let kept = value
  return {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      kept = text
    },
  }
}

it('what was whole at the last look and is not there now, or not whole, has gone', () => {
  const own = storage()
  saveStoredNames([entry('a'), entry('b'), entry('c', 'partial')], () => own)
  const before = loadStoredNames(() => own)
  expect(before.map(({ key }) => key)).toEqual(['a', 'b'])
  expect(goneOf(before, [entry('b'), entry('d')])).toEqual([{ key: 'a', name: 'model a', bytes: 10 }])
  expect(goneOf(before, [entry('a', 'partial'), entry('b')]).map(({ key }) => key)).toEqual(['a'])
  expect(
    goneOf(
      before,
      before.map(({ key }) => entry(key)),
    ),
  ).toEqual([])
})

it.each([null, 'junk', '{}', '[{"key":1}]'])('reads %s in the storage as nothing', (text) => {
  expect(loadStoredNames(() => storage(text))).toEqual([])
})

it('does without storage', () => {
  const denied = () => {
    throw new DOMException('no', 'SecurityError')
  }
  saveStoredNames([entry('a')], denied)
  expect(loadStoredNames(denied)).toEqual([])
})

it('is the model that was loaded from its key or its address', () => {
  const stored = { key: 'a', url: 'https://models.example/a/' }
  expect(isStoredAs(stored, { type: 'stored', key: 'a', name: 'x' })).toBe(true)
  expect(isStoredAs(stored, { type: 'url', url: 'https://models.example/a/' })).toBe(true)
  expect(isStoredAs(stored, { type: 'stored', key: 'b', name: 'a', url: 'https://models.example/a/' })).toBe(false)
  expect(isStoredAs(stored, { type: 'files', name: 'a', files: [] })).toBe(false)
  expect(isStoredAs(stored, undefined)).toBe(false)
})

describe('StoredModels', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  function setUp(before: readonly BundleEntry[] = []) {
    const own = storage()
    vi.stubGlobal('localStorage', own)
    saveStoredNames(before)
    const client = new FakeClient()
    const store = new Store(blankState)
    return { client, store, models: new StoredModels(store, { get: () => client }) }
  }

  it('tells which models have gone since the last visit, once', async () => {
    const { client, store, models } = setUp([entry('a'), entry('b')])
    client.report = { bundles: [entry('b')], usedBytes: 10 }
    await models.lookFirst()
    expect(store.get().evicted.map(({ key }) => key)).toEqual(['a'])
    expect(store.get().stored).toMatchObject({ state: 'known', usedBytes: 10, isPersistent: false })
    await models.lookFirst()
    expect(store.get().evicted).toEqual([])
  })

  it('says by its name that a model was deleted', async () => {
    const { client, store, models } = setUp()
    client.report = { bundles: [entry('a')], usedBytes: 10 }
    await models.look()
    client.report = { bundles: [], usedBytes: 0 }
    await models.remove('a')
    expect(store.get().stored).toMatchObject({ state: 'known', bundles: [] })
    expect(store.get().announcement).toBe('model a was deleted.')
  })

  it('says that nothing can be listed or deleted without a worker', async () => {
    const { client, store, models } = setUp()
    client.close()
    await models.look()
    expect(store.get().stored).toMatchObject({ state: 'failed', error: { code: workerDied().code } })
    await models.remove('a')
    expect(store.get().stored).toMatchObject({ state: 'failed' })
    expect(store.get().announcement).toBe('')
  })
})
