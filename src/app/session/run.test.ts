import { afterEach, describe, expect, it, vi } from 'vitest'
import { workerDied } from '../testing/fake-client.ts'
import { fakeMedia } from '../testing/fake-media.ts'
import { address, bundle, clip, figures, frame, notLoaded, outOfMemory, settle, setUp } from '../testing/led-session.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a reading', () => {
  async function reading(...names: string[]) {
    const all = setUp()
    await all.load('a')
    void all.session.openFiles(names.map(clip))
    await vi.waitFor(() => expect(all.client().readings).toHaveLength(1))
    return all
  }

  const update = (number: number) =>
    [
      { type: 'update', track: 'picture', update: number, window: number, frames: frames(number) },
      { type: 'updated', track: 'picture', update: number, figures },
    ] as const
  const frames = (window: number) =>
    Array.from({ length: 16 }, (_, index) => ({ number: window * 8 + index, timeS: 0.25 + (window * 8 + index) / 2 }))

  it('waits for the model; stopped meanwhile, it does not begin', async () => {
    const { session, client, state, queue } = setUp()
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    expect(queue()).toEqual(['x reading', 'y waiting'])
    session.stop()
    expect(state().run.state).toBe('idle')
    expect(queue()).toEqual(['x stopped', 'y waiting'])
    const loading = session.loadBundle(address('a'))
    client().newestLoad.finish(bundle('a'))
    await loading
    expect(client().readings).toHaveLength(0)
    expect(state().run.state).toBe('idle')
  })

  it('begins anew where a person goes to another place, and the one before it is not heard', async () => {
    const { session, client, state, fromS, queue } = await reading('x', 'y')
    const { reading: old } = client()
    old.send({ type: 'opened', width: 4, height: 4 })
    await settle()
    expect(state().run.state).toBe('warming')
    void session.readFrom(7)
    await settle()
    expect(client().readings).toHaveLength(2)
    expect(fromS()).toBe(7)
    expect(state().run.state).toBe('opening')
    old.send({ type: 'notice', code: 'began-late', message: 'late' })
    await settle()
    expect(state().fileNotices).toEqual([])
    expect(queue()).toEqual(['x reading', 'y waiting'])
    session.stop()
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(state().run).toEqual({ state: 'over', reason: 'stopped' })
    expect(queue()).toEqual(['x stopped', 'y waiting'])
  })

  it('closes a frame that comes for one that was superseded', async () => {
    const { session, client } = await reading('x')
    const { event, image } = frame()
    client().reading.send(event)
    session.erase()
    await settle()
    expect(image.close).toHaveBeenCalledOnce()
  })

  it('that begins does not cut off what is being said, and its end is said again', async () => {
    const { session, client, state } = await reading('x')
    client().reading.send({ type: 'over', reason: 'ended' })
    await settle()
    expect(state().announcement).toBe('The reading is complete.')
    void session.start()
    await settle()
    expect(state().announcement).toBe('')
    client().reading.send({ type: 'over', reason: 'ended' })
    await settle()
    expect(state().announcement).toBe('The reading is complete.')
    session.announce('The model is ready.')
    void session.start()
    await settle()
    expect(state().announcement).toBe('The model is ready.')
  })

  it('is erased with everything it said, and nothing of it comes back', async () => {
    const { session, client, state } = await reading('x', 'y')
    const kept = frame(0)
    client().reading.send(kept.event, {
      type: 'pair',
      track: 'picture',
      window: 0,
      pairsInWindow: 1,
      pairsPerWindow: 8,
      visionMs: 1,
      prefillMs: 1,
      prefillTokens: 1,
    })
    client().reading.send(...update(0))
    await settle()
    expect(state().recording).toHaveLength(1)
    expect(state().frames).toHaveLength(1)
    session.erase()
    expect(kept.image.close).toHaveBeenCalledOnce()
    expect(client().stops).toBe(1)
    client().reading.send(...update(1), { type: 'over', reason: 'stopped' })
    await settle()
    expect(state()).toMatchObject({
      recording: [],
      frames: [],
      source: undefined,
      current: undefined,
      queue: [],
      run: { state: 'idle' },
      announcement: 'Everything was erased.',
    })
  })

  it('whose worker dies after it was erased is not gone on with', async () => {
    const { session, clients, client, state } = await reading('x')
    session.erase()
    client().reading.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(1)
    expect(state().run.state).toBe('idle')
  })

  it('is held and let go', async () => {
    const { session, client, state } = await reading('x')
    client().reading.send({ type: 'opened', width: 4, height: 4 })
    await settle()
    session.pause()
    client().reading.send({ type: 'paused', isPaused: true })
    await settle()
    expect(state().run.state).toBe('paused')
    await session.start()
    expect(client().pauses).toEqual([true, false])
    expect(client().readings).toHaveLength(1)
  })

  it('goes on from its window with another worker after its own died', async () => {
    const { clients, client, state, fromS } = await reading('x')
    client().reading.send(...update(0))
    await settle()
    clients[0].reading.fail(workerDied())
    await settle()
    expect(state().run).toEqual({ state: 'recovering', attempt: 1, of: 2 })
    expect(clients[0].isTerminated).toBe(true)
    expect(client().newestLoad.request).toEqual({ source: address('a') })
    client().newestLoad.finish(bundle('a'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(fromS()).toBe(4)
    expect(state().recording).toHaveLength(1)
  })

  it('gets its files back without a download where they were kept, as what they were', async () => {
    const { session, clients, client, state } = setUp()
    const kept = [{ path: 'vision.onnx', blob: new Blob(['x']) }]
    const loading = session.loadBundle(address('a'))
    client().newestLoad.finish({ ...bundle('a'), store: 'memory', kept })
    await loading
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    clients[0].reading.fail(workerDied())
    await settle()
    const source = { type: 'files', name: 'a', files: kept } as const
    expect(client().newestLoad.request).toEqual({ source, isTrusted: true })
    client().newestLoad.finish({ ...bundle('files'), source, store: 'folder', kept })
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(state().bundle).toMatchObject({ name: 'a', source: address('a'), store: 'memory' })
    // What is loaded again by hand is what was chosen, not what was kept.
    void session.retryLoad()
    expect(client().newestLoad.request).toEqual({ source: address('a') })
  })

  it('gives up after two workers in a row, and holds the queue', async () => {
    const { clients, client, state, queue } = await reading('x', 'y')
    for (let attempt = 1; attempt <= 2; attempt++) {
      client().reading.fail(workerDied())
      await settle()
      expect(state().run).toEqual({ state: 'recovering', attempt, of: 2 })
      client().newestLoad.finish(bundle('a'))
      await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    }
    client().reading.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(3)
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'worker-died' } })
    expect(state().load).toMatchObject({ state: 'failed', source: address('a') })
    expect(state().bundle).toBeUndefined()
    expect(queue()).toEqual(['x stopped', 'y waiting'])
  })

  it('that gets anywhere may lose two more', async () => {
    const { clients, client, state } = await reading('x')
    for (let loss = 1; loss <= 3; loss++) {
      client().reading.send(...update(loss))
      await settle()
      client().reading.fail(workerDied())
      await settle()
      expect(state().run).toEqual({ state: 'recovering', attempt: 1, of: 2 })
      client().newestLoad.finish(bundle('a'))
      await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    }
    expect(clients).toHaveLength(4)
  })

  it('whose worker dies again while the model comes back tries once more', async () => {
    const { clients, client, state } = await reading('x')
    client().reading.fail(workerDied())
    await settle()
    client().newestLoad.fail(workerDied())
    await settle()
    expect(state().run).toEqual({ state: 'recovering', attempt: 2, of: 2 })
    expect(clients).toHaveLength(3)
    client().newestLoad.finish(bundle('a'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  })

  it('fails where the model does not come back, and a second try goes on with it', async () => {
    const { session, client, state, queue } = await reading('x', 'y')
    client().reading.fail(workerDied())
    await settle()
    client().newestLoad.fail(notLoaded())
    await settle()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'no-model' } })
    expect(queue()).toEqual(['x stopped', 'y waiting'])
    const again = session.retryLoad()
    expect(state().run.state).toBe('queued')
    client().newestLoad.finish(bundle('a'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send({ type: 'over', reason: 'ended' })
    await again
  })

  it('stopped while the model comes back does not go on', async () => {
    const { session, client, state, queue } = await reading('x', 'y')
    client().reading.fail(workerDied())
    await settle()
    session.stop()
    expect(state().run.state).toBe('idle')
    client().newestLoad.finish(bundle('a'))
    await settle()
    expect(client().readings).toHaveLength(0)
    expect(state().bundle?.name).toBe('a')
    expect(queue()).toEqual(['x stopped', 'y waiting'])
  })

  it('goes on with another model that was chosen while its own came back', async () => {
    const { session, client, state } = await reading('x')
    client().reading.fail(workerDied())
    await settle()
    void session.loadBundle(address('b'))
    await settle()
    expect(state().run.state).toBe('queued')
    client().newestLoad.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(state().bundle?.name).toBe('b')
  })

  it('waits where its model is cancelled while it comes back', async () => {
    const { session, client, state } = await reading('x')
    client().reading.fail(workerDied())
    await settle()
    session.cancelLoad()
    await settle()
    expect(state().run.state).toBe('queued')
    void session.loadBundle(address('b'))
    client().newestLoad.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  })

  it('does not begin with a model that is about to go', async () => {
    const { session, client, state, fromS } = await reading('x')
    void session.loadBundle(address('b'))
    client().newestLoad.report({ type: 'starting', graph: 'vision' })
    expect(state().bundle).toBeUndefined()
    void session.readFrom(3)
    expect(state().run.state).toBe('queued')
    client().newestLoad.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(fromS()).toBe(3)
  })

  it('of a failure that lasts is not repeated', async () => {
    const { clients, client, state } = await reading('x')
    client().reading.fail(outOfMemory())
    await settle()
    expect(clients).toHaveLength(1)
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'out-of-memory' } })
    expect(state().bundle).toBeUndefined()
  })

  it('goes on from its window with another model, without a word of an end', async () => {
    const { session, client, state, fromS, queue } = await reading('x')
    client().reading.send(...update(0))
    await settle()
    void session.loadBundle(address('b'))
    // The worker ends what is read with the model before when it makes room for the next.
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(state().run.state).toBe('queued')
    expect(state().announcement).not.toBe('Stopped.')
    client().newestLoad.report({ type: 'starting', graph: 'vision' })
    client().newestLoad.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(fromS()).toBe(4)
    expect(queue()).toEqual([])
  })

  it('of a file that was read to its end is not shown as another model’s, and can be read again', async () => {
    const { session, client, state } = await reading('x')
    const kept = frame(0)
    client().reading.send(kept.event, ...update(0), { type: 'over', reason: 'ended' })
    await settle()
    expect(state().current).toBeDefined()
    const loading = session.loadBundle(address('b'))
    client().newestLoad.finish(bundle('b'))
    await loading
    expect(client().readings).toHaveLength(1)
    expect(state()).toMatchObject({
      run: { state: 'over', reason: 'ended' },
      current: undefined,
      frames: [],
      probes: {},
    })
    expect(state().recording).toHaveLength(1)
    void session.start()
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
  })

  it('of a live source begins again with another model where the one before had failed', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openScreen()
    await settle()
    questions[0].allow('window')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.fail(notLoaded())
    await settle()
    expect(state().run.state).toBe('failed')
    void session.loadBundle(address('b'))
    client().newestLoad.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
  })
})
