import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { workerDied } from '../testing/fake-client.ts'
import { address, bundle, clip, notLoaded, outOfMemory, settle, setUp } from '../testing/led-session.ts'
import { fullBundle, fullManifest, smallManifest } from '../testing/story-facts.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a load', () => {
  it('that another one supersedes changes nothing any more', async () => {
    const { session, client, state } = setUp()
    const first = session.loadBundle(address('a'))
    const { newestLoad: old } = client()
    old.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    expect(state().load).toMatchObject({ state: 'downloading', source: address('a') })
    const second = session.loadBundle(address('b'))
    expect(state().load).toEqual({ state: 'asking', source: address('b') })
    old.report({ type: 'checking' })
    old.finish(bundle('a'))
    await first
    expect(state().load).toEqual({ state: 'asking', source: address('b') })
    expect(state().bundle).toBeUndefined()
    expect(await old.ask()).toBe(false)
    client().newestLoad.finish(bundle('b'))
    await second
    expect(state().bundle?.name).toBe('b')
    expect(state().load).toEqual({ state: 'idle' })
    expect(client().loads).toHaveLength(2)
  })

  it('that ends just as another one begins is not taken for it', async () => {
    const { session, client, state } = setUp()
    const first = session.loadBundle(address('a'))
    client().newestLoad.finish(bundle('a'))
    const second = session.loadBundle(address('b'))
    await first
    expect(state().bundle).toBeUndefined()
    expect(state().load).toEqual({ state: 'asking', source: address('b') })
    client().newestLoad.finish(bundle('b'))
    await second
    expect(state().bundle?.name).toBe('b')
  })

  it('that is superseded does not begin the reading that waits', async () => {
    const { session, client, state } = setUp()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    void session.loadBundle(address('a'))
    const { newestLoad: old } = client()
    void session.loadBundle(address('b'))
    old.finish(bundle('a'))
    await settle()
    expect(client().readings).toHaveLength(0)
    client().newestLoad.finish(bundle('b'))
    await settle()
    expect(client().readings).toHaveLength(1)
  })

  it('that is cancelled leaves the model before it, and takes no late word', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    const loading = session.loadBundle(address('b'))
    const { newestLoad: old } = client()
    old.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    session.cancelLoad()
    expect(state().load).toEqual({ state: 'idle', isCancelled: true })
    old.report({ type: 'starting', graph: 'vision' })
    await loading
    await settle()
    expect(client().cancels).toBe(1)
    expect(state().load).toEqual({ state: 'idle', isCancelled: true })
    expect(state().bundle?.name).toBe('a')
  })

  it('of much is offered, and a cancelled offer is a no', async () => {
    const { session, client, state } = setUp()
    const room = { storedBytes: 5 } as const
    void session.loadBundle(address('large'))
    const { newestLoad } = client()
    newestLoad.report({ type: 'manifest', manifest: fullManifest, isStored: false, room })
    const answer = newestLoad.ask()
    expect(state().load).toMatchObject({ state: 'offered', source: address('large'), room: { storedBytes: 5 } })
    session.cancelLoad()
    expect(await answer).toBe(false)
    const again = session.loadBundle(address('large'))
    client().newestLoad.report({ type: 'manifest', manifest: fullManifest, isStored: false, room })
    const yes = client().newestLoad.ask()
    session.acceptLoad()
    expect(state().load).toMatchObject({ state: 'downloading', doneBytes: 5, keptBytes: 5 })
    expect(await yes).toBe(true)
    client().newestLoad.finish(fullBundle)
    await again
    expect(state().bundle).toBe(fullBundle)
  })

  it('that waits for an answer is declined by the next one', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('large'))
    client().newestLoad.report({ type: 'manifest', manifest: fullManifest, isStored: false })
    const answer = client().newestLoad.ask()
    expect(state().load.state).toBe('offered')
    const next = session.loadBundle(address('b'))
    expect(await answer).toBe(false)
    client().newestLoad.finish(bundle('b'))
    await next
    expect(state().bundle?.name).toBe('b')
  })

  it('that another tab stores is told of, and goes on by itself where that tab gives up', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    const { newestLoad } = client()
    newestLoad.report({ type: 'waiting' })
    expect(state().load.state).toBe('asking')
    newestLoad.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    newestLoad.report({ type: 'waiting' })
    expect(state().load).toMatchObject({ state: 'waiting', totalBytes: 1_800_000 })
    newestLoad.report({ type: 'downloading', doneBytes: 5, totalBytes: 10 })
    expect(state().load).toMatchObject({ state: 'downloading', manifest: smallManifest, doneBytes: 5, totalBytes: 10 })
    newestLoad.report({ type: 'checking' })
    newestLoad.report({ type: 'downloading', doneBytes: 6, totalBytes: 10 })
    expect(state().load).toEqual({ state: 'checking', source: address('a') })
  })

  it('of little, or of what is stored, is not offered', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    client().newestLoad.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    expect(await client().newestLoad.ask()).toBe(true)
    expect(state().load.state).toBe('downloading')
  })

  it('is repeated once with another worker after one that died', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    clients[0].newestLoad.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(2)
    expect(clients[0].isTerminated).toBe(true)
    expect(state().load).toEqual({ state: 'asking', source: address('a') })
    expect(state().announcement).toContain('being loaded again')
    client().newestLoad.finish(bundle('a'))
    await loading
    expect(state().bundle?.name).toBe('a')
  })

  it('fails where the second worker dies, too, and begins with a third one', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    clients[0].newestLoad.fail(workerDied())
    await settle()
    clients[1].newestLoad.fail(workerDied())
    await loading
    expect(clients).toHaveLength(2)
    expect(state().load).toMatchObject({ state: 'failed', source: address('a'), error: { code: 'worker-died' } })
    const again = session.retryLoad()
    expect(clients).toHaveLength(3)
    client().newestLoad.finish(bundle('a'))
    await again
    expect(state().bundle?.name).toBe('a')
  })

  it('is not repeated for want of memory, and the next one begins with another worker', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    client().newestLoad.fail(outOfMemory())
    await loading
    expect(clients).toHaveLength(1)
    expect(state().load).toMatchObject({ state: 'failed', error: { code: 'out-of-memory' } })
    void session.loadSmallBundle()
    expect(clients).toHaveLength(2)
    expect(client().newestLoad.request.source).toEqual(address('small'))
  })

  it('that fails by itself leaves the model before it and the worker', async () => {
    const { session, clients, client, state, load } = setUp()
    await load('a')
    const loading = session.loadBundle(address('b'))
    client().newestLoad.fail(notLoaded())
    await loading
    expect(clients).toHaveLength(1)
    expect(state().load).toMatchObject({ state: 'failed', source: address('b'), error: { code: 'no-model' } })
    expect(state().bundle?.name).toBe('a')
  })

  it('lost with its worker while another one is chosen is not repeated', async () => {
    const { session, clients, client, state } = setUp()
    void session.loadBundle(address('a'))
    const { newestLoad: old } = client()
    const second = session.loadBundle(address('b'))
    old.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(1)
    client().newestLoad.finish(bundle('b'))
    await second
    expect(state().bundle?.name).toBe('b')
  })

  it('that is tried once more is no failure meanwhile', async () => {
    const { session, clients, client } = setUp()
    const states: string[] = []
    session.store.subscribe(() => states.push(session.store.get().load.state))
    const loading = session.loadBundle(address('a'))
    clients[0].newestLoad.fail(workerDied())
    await settle()
    client().newestLoad.finish(bundle('a'))
    await loading
    expect(states).not.toContain('failed')
  })
})

describe('a host that gives no answer', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is told after five seconds, and no longer when bytes come', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    await vi.advanceTimersByTimeAsync(4999)
    expect(state().load).toEqual({ state: 'asking', source: address('a') })
    await vi.advanceTimersByTimeAsync(1)
    expect(state().load).toMatchObject({ state: 'asking', quiet: { host: 'models.example', s: 5 } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(state().load).toMatchObject({ quiet: { s: 10 } })
    const { newestLoad } = client()
    newestLoad.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    newestLoad.report({ type: 'downloading', doneBytes: 5, totalBytes: 10 })
    expect(state().load).not.toHaveProperty('quiet')
    await vi.advanceTimersByTimeAsync(3000)
    // Told again, and nothing has come.
    newestLoad.report({ type: 'downloading', doneBytes: 5, totalBytes: 10 })
    await vi.advanceTimersByTimeAsync(2000)
    expect(state().load).toMatchObject({ state: 'downloading', doneBytes: 5, quiet: { host: 'models.example', s: 5 } })
    newestLoad.report({ type: 'downloading', doneBytes: 6, totalBytes: 10 })
    expect(state().load).toMatchObject({ doneBytes: 6 })
    expect(state().load).not.toHaveProperty('quiet')
  })

  it('is not told where the server asked for a pause, nor of what lies on this device', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    client().newestLoad.report({ type: 'server-wait', wait: { ms: 60_000, isTold: true } })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state().load).not.toHaveProperty('quiet')
    void session.loadBundle({ type: 'stored', key: 'k', name: 'kept' })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state().load).toMatchObject({ state: 'asking' })
    expect(state().load).not.toHaveProperty('quiet')
  })

  it('is not told of a load that is over', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    session.cancelLoad()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state().load).toEqual({ state: 'idle', isCancelled: true })
    expect(client().cancels).toBe(1)
  })
})
