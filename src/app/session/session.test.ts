import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import type { LoadedBundle } from '../../readers/worker/protocol.ts'
import type { UpdateFigures } from '../../reading/events.ts'
import { FakeClient, workerDied } from '../testing/fake-client.ts'
import { fakeMedia } from '../testing/fake-media.ts'
import { fullBundle, fullManifest, smallBundle, smallManifest } from '../testing/story-facts.ts'
import { Session } from './session.ts'

const url = (name: string) => `https://models.example/${name}/`
const address = (name: string) => ({ type: 'url', url: url(name) }) as const
const bundle = (name: string): LoadedBundle => ({ ...smallBundle, name, source: address(name) })

/** Begins as Matroska files do. */
const clip = (name: string) => ({ name, file: new Blob([new Uint8Array([0x1a, 0x45, 0xdf, 0xa3]), name]) })
const notAClip = (name: string) => ({ name, file: new Blob([]) })

const figures: UpdateFigures = {
  updateMs: 1,
  visionPairs: 1,
  visionMs: 1,
  prefillTokens: 1,
  prefillMs: 1,
  answerTokens: 1,
  decodeMs: 1,
  passes: 1,
  drafted: 0,
  accepted: 0,
  firstTokenMs: 1,
}

const notLoaded = () => new EngineError({ code: 'no-model', message: 'No.', action: 'Wait.', recoverable: true })
const outOfMemory = () => new EngineError({ code: 'out-of-memory', message: 'Full.', action: 'Close pages.' })

/** As many turns of the event loop as any chain of promises here needs. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve))
}

function setUp(defaultBundle = 'first') {
  const clients: FakeClient[] = []
  const session = new Session({
    createClient: () => {
      const client = new FakeClient()
      clients.push(client)
      return client
    },
    defaultBundle: url(defaultBundle),
    smallBundle: url('small'),
    sampleUrl: 'https://page.example/sample.webm',
    trustsLinks: true,
    startsByItself: false,
  })
  const state = () => session.store.get()
  return {
    session,
    clients,
    state,
    /** The newest one. */
    client: () => clients[clients.length - 1],
    /** Loads a bundle to its end. */
    load: async (name: string) => {
      const loaded = session.loadBundle(address(name))
      clients[clients.length - 1].load.finish(bundle(name))
      await settle()
      return loaded
    },
    queue: () => state().queue.map(({ name, progress }) => `${name} ${progress.state}`),
    fromS: () => {
      const { source } = clients[clients.length - 1].reading.request
      return source.type === 'file' ? source.fromS : undefined
    },
  }
}

function frame(number = 0) {
  const image = { close: vi.fn() }
  const event = {
    type: 'frame',
    number,
    timeS: number / 2,
    image: image as unknown as ImageBitmap,
    thumbnail: new Blob(['x']),
  } as const
  return { event, image }
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => run())
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a load', () => {
  it('that another one supersedes changes nothing any more', async () => {
    const { session, client, state } = setUp()
    const first = session.loadBundle(address('a'))
    const { load: old } = client()
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
    client().load.finish(bundle('b'))
    await second
    expect(state().bundle?.name).toBe('b')
    expect(state().load).toEqual({ state: 'idle' })
    expect(client().loads).toHaveLength(2)
  })

  it('that is superseded does not begin the reading that waits', async () => {
    const { session, client, state } = setUp()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    void session.loadBundle(address('a'))
    const { load: old } = client()
    void session.loadBundle(address('b'))
    old.finish(bundle('a'))
    await settle()
    expect(client().readings).toHaveLength(0)
    client().load.finish(bundle('b'))
    await settle()
    expect(client().readings).toHaveLength(1)
  })

  it('that is cancelled leaves the model before it, and takes no late word', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    const loading = session.loadBundle(address('b'))
    const { load: old } = client()
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
    const { load } = client()
    load.report({ type: 'manifest', manifest: fullManifest, isStored: false, room })
    const answer = load.ask()
    expect(state().load).toMatchObject({ state: 'offered', source: address('large'), room: { storedBytes: 5 } })
    session.cancelLoad()
    expect(await answer).toBe(false)
    const again = session.loadBundle(address('large'))
    client().load.report({ type: 'manifest', manifest: fullManifest, isStored: false, room })
    const yes = client().load.ask()
    session.acceptLoad()
    expect(state().load).toMatchObject({ state: 'downloading', doneBytes: 5, keptBytes: 5 })
    expect(await yes).toBe(true)
    client().load.finish(fullBundle)
    await again
    expect(state().bundle).toBe(fullBundle)
  })

  it('that waits for an answer is declined by the next one', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('large'))
    client().load.report({ type: 'manifest', manifest: fullManifest, isStored: false })
    const answer = client().load.ask()
    expect(state().load.state).toBe('offered')
    const next = session.loadBundle(address('b'))
    expect(await answer).toBe(false)
    client().load.finish(bundle('b'))
    await next
    expect(state().bundle?.name).toBe('b')
  })

  it('that another tab stores is told of, and goes on by itself where that tab gives up', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    const { load } = client()
    load.report({ type: 'waiting' })
    expect(state().load.state).toBe('asking')
    load.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    load.report({ type: 'waiting' })
    expect(state().load).toMatchObject({ state: 'waiting', totalBytes: 1_800_000 })
    load.report({ type: 'downloading', doneBytes: 5, totalBytes: 10 })
    expect(state().load).toMatchObject({ state: 'downloading', manifest: smallManifest, doneBytes: 5, totalBytes: 10 })
    load.report({ type: 'checking' })
    load.report({ type: 'downloading', doneBytes: 6, totalBytes: 10 })
    expect(state().load).toEqual({ state: 'checking', source: address('a') })
  })

  it('of little, or of what is stored, is not offered', async () => {
    const { session, client, state } = setUp()
    void session.loadBundle(address('a'))
    client().load.report({ type: 'manifest', manifest: smallManifest, isStored: false })
    expect(await client().load.ask()).toBe(true)
    expect(state().load.state).toBe('downloading')
  })

  it('is repeated once with another worker after one that died', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    clients[0].load.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(2)
    expect(clients[0].isTerminated).toBe(true)
    expect(state().load).toEqual({ state: 'asking', source: address('a') })
    expect(state().announcement).toContain('being loaded again')
    client().load.finish(bundle('a'))
    await loading
    expect(state().bundle?.name).toBe('a')
  })

  it('fails where the second worker dies, too, and begins with a third one', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    clients[0].load.fail(workerDied())
    await settle()
    clients[1].load.fail(workerDied())
    await loading
    expect(clients).toHaveLength(2)
    expect(state().load).toMatchObject({ state: 'failed', source: address('a'), error: { code: 'worker-died' } })
    const again = session.retryLoad()
    expect(clients).toHaveLength(3)
    client().load.finish(bundle('a'))
    await again
    expect(state().bundle?.name).toBe('a')
  })

  it('is not repeated for want of memory, and the next one begins with another worker', async () => {
    const { session, clients, client, state } = setUp()
    const loading = session.loadBundle(address('a'))
    client().load.fail(outOfMemory())
    await loading
    expect(clients).toHaveLength(1)
    expect(state().load).toMatchObject({ state: 'failed', error: { code: 'out-of-memory' } })
    void session.loadSmallBundle()
    expect(clients).toHaveLength(2)
    expect(client().load.request.source).toEqual(address('small'))
  })

  it('that fails by itself leaves the model before it and the worker', async () => {
    const { session, clients, client, state, load } = setUp()
    await load('a')
    const loading = session.loadBundle(address('b'))
    client().load.fail(notLoaded())
    await loading
    expect(clients).toHaveLength(1)
    expect(state().load).toMatchObject({ state: 'failed', source: address('b'), error: { code: 'no-model' } })
    expect(state().bundle?.name).toBe('a')
  })

  it('lost with its worker while another one is chosen is not repeated', async () => {
    const { session, clients, client, state } = setUp()
    void session.loadBundle(address('a'))
    const { load: old } = client()
    const second = session.loadBundle(address('b'))
    old.fail(workerDied())
    await settle()
    expect(clients).toHaveLength(1)
    client().load.finish(bundle('b'))
    await second
    expect(state().bundle?.name).toBe('b')
  })
})

describe('a source', () => {
  it('that is allowed after another was opened is stopped at once', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    session.giveCameraConsent()
    void session.openCamera()
    void session.openScreen()
    await settle()
    const [camera, screen] = questions
    const shared = screen.allow('window')
    await settle()
    expect(state().source).toMatchObject({ kind: 'screen', name: 'window' })
    const late = camera.allow('webcam')
    await settle()
    expect(late.isStopped).toBe(true)
    expect(shared.isStopped).toBe(false)
    expect(state().source).toMatchObject({ kind: 'screen' })
    expect(client().readings).toHaveLength(1)
  })

  it('that is denied after another was opened says nothing', async () => {
    const questions = fakeMedia()
    const { session, state } = setUp()
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    questions[0].deny()
    await settle()
    expect(state().run.state).toBe('queued')
  })

  it('needs consent where it is a camera', async () => {
    const questions = fakeMedia()
    const { session } = setUp()
    await session.openCamera()
    expect(questions).toHaveLength(0)
  })

  it('that is denied fails, and the one before it stays', async () => {
    const questions = fakeMedia()
    const { session, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('opening'))
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    questions[0].deny()
    await settle()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'camera-denied' } })
    expect(state().source).toMatchObject({ kind: 'file', name: 'x' })
  })

  it('that is asked for ends the reading under way at its next word', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    const { event, image } = frame()
    client().reading.send(event)
    await settle()
    expect(image.close).toHaveBeenCalled()
    expect(client().stops).toBe(1)
    expect(questions).toHaveLength(1)
    expect(state().run.state).toBe('opening')
  })

  it('opened while the sample clip is on its way wins', async () => {
    let answer: (response: Response) => void = () => undefined
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)))
    const { session, state } = setUp()
    void session.openSample()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    answer(new Response(clip('sample').file))
    await settle()
    expect(state().source).toMatchObject({ name: 'x', isSample: false })
  })

  it('is the sample clip where that comes', async () => {
    vi.stubGlobal('fetch', async () => new Response(clip('sample').file))
    const { session, state } = setUp()
    await session.openSample()
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    expect(state().source).toMatchObject({ name: 'Sample clip', isSample: true })
  })

  it('says of the sample clip that it does not come', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }))
    const { session, state } = setUp()
    await session.openSample()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'clip-not-loaded' } })
  })

  it('that goes away ends its reading', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openScreen()
    await settle()
    const track = questions[0].allow('window')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    track.end()
    expect(state().source).toBeUndefined()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'screen-ended' } })
    expect(client().stops).toBe(1)
    client().reading.send({ type: 'over', reason: 'source-ended' })
    await settle()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'screen-ended' } })
  })

  it('that is live is closed by stopping, a file is not', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openScreen()
    await settle()
    const track = questions[0].allow('window')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.stop()
    expect(state().run.state).toBe('stopping')
    expect(track.isStopped).toBe(true)
    expect(state().source).toBeUndefined()
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(state().run).toEqual({ state: 'over', reason: 'stopped' })
  })

  it('that cannot be read says so, and closes the one before it', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    await session.openFiles([notAClip('y')])
    expect(state().source).toBeUndefined()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'empty-file' } })
    expect(client().stops).toBe(1)
  })

  it('of a choice without files is said not to be there, without ending a reading', async () => {
    const { session, client, state, load } = setUp()
    await session.openFiles([])
    expect(state().run.state).toBe('failed')
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    await session.openFiles([])
    expect(state().run.state).toBe('opening')
    expect(state().announcement).not.toBe('')
  })
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
      { type: 'update', update: number, window: number, frames: frames(number) },
      { type: 'updated', update: number, figures },
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
    client().load.finish(bundle('a'))
    await loading
    expect(client().readings).toHaveLength(0)
    expect(state().run.state).toBe('idle')
  })

  it('begins anew where a person goes to another place, and the one before it is not heard', async () => {
    const { session, client, state, fromS } = await reading('x')
    const { reading: old } = client()
    old.send({ type: 'opened', width: 4, height: 4 })
    await settle()
    expect(state().run.state).toBe('warming')
    void session.seek(7)
    await settle()
    expect(client().readings).toHaveLength(2)
    expect(fromS()).toBe(7)
    expect(state().run.state).toBe('opening')
    old.send({ type: 'notice', code: 'began-late', message: 'late' })
    await settle()
    expect(state().fileNotices).toEqual([])
    client().reading.send({ type: 'over', reason: 'ended' })
    await settle()
    expect(state().run).toEqual({ state: 'over', reason: 'ended' })
  })

  it('closes a frame that comes for one that was superseded', async () => {
    const { session, client } = await reading('x')
    const { event, image } = frame()
    client().reading.send(event)
    session.erase()
    await settle()
    expect(image.close).toHaveBeenCalledOnce()
  })

  it('is erased with everything it said, and nothing of it comes back', async () => {
    const { session, client, state } = await reading('x', 'y')
    const kept = frame(0)
    client().reading.send(kept.event, {
      type: 'pair',
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
    expect(client().load.request).toEqual({ source: address('a') })
    client().load.finish(bundle('a'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(fromS()).toBe(4)
    expect(state().recording).toHaveLength(1)
  })

  it('gets its files back without a download where they were kept, as what they were', async () => {
    const { session, clients, client, state } = setUp()
    const kept = [{ path: 'vision.onnx', blob: new Blob(['x']) }]
    const loading = session.loadBundle(address('a'))
    client().load.finish({ ...bundle('a'), store: 'memory', kept })
    await loading
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    clients[0].reading.fail(workerDied())
    await settle()
    const source = { type: 'files', name: 'a', files: kept } as const
    expect(client().load.request).toEqual({ source, isTrusted: true })
    client().load.finish({ ...bundle('files'), source, store: 'folder', kept })
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(state().bundle).toMatchObject({ name: 'a', source: address('a'), store: 'memory' })
    // What is loaded again by hand is what was chosen, not what was kept.
    void session.retryLoad()
    expect(client().load.request).toEqual({ source: address('a') })
  })

  it('gives up after two workers in a row, and holds the queue', async () => {
    const { clients, client, state, queue } = await reading('x', 'y')
    for (let attempt = 1; attempt <= 2; attempt++) {
      client().reading.fail(workerDied())
      await settle()
      expect(state().run).toEqual({ state: 'recovering', attempt, of: 2 })
      client().load.finish(bundle('a'))
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
      client().load.finish(bundle('a'))
      await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    }
    expect(clients).toHaveLength(4)
  })

  it('whose worker dies again while the model comes back tries once more', async () => {
    const { clients, client, state } = await reading('x')
    client().reading.fail(workerDied())
    await settle()
    client().load.fail(workerDied())
    await settle()
    expect(state().run).toEqual({ state: 'recovering', attempt: 2, of: 2 })
    expect(clients).toHaveLength(3)
    client().load.finish(bundle('a'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  })

  it('fails where the model does not come back, and a second try goes on with it', async () => {
    const { session, client, state, queue } = await reading('x', 'y')
    client().reading.fail(workerDied())
    await settle()
    client().load.fail(notLoaded())
    await settle()
    expect(state().run).toMatchObject({ state: 'failed', error: { code: 'no-model' } })
    expect(queue()).toEqual(['x stopped', 'y waiting'])
    const again = session.retryLoad()
    expect(state().run.state).toBe('queued')
    client().load.finish(bundle('a'))
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
    client().load.finish(bundle('a'))
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
    client().load.finish(bundle('b'))
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
    client().load.finish(bundle('b'))
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  })

  it('does not begin with a model that is about to go', async () => {
    const { session, client, state, fromS } = await reading('x')
    void session.loadBundle(address('b'))
    client().load.report({ type: 'starting', graph: 'vision' })
    expect(state().bundle).toBeUndefined()
    void session.seek(3)
    expect(state().run.state).toBe('queued')
    client().load.finish(bundle('b'))
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
})

describe('a queue', () => {
  it('goes on behind what was read, what failed and what cannot be read, and says so at its end', async () => {
    const { session, client, state, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y'), notAClip('z')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send({ type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(queue()).toEqual(['x read', 'y reading', 'z waiting'])
    client().reading.fail(notLoaded())
    await vi.waitFor(() => expect(queue()).toEqual(['x read', 'y failed', 'z failed']))
    expect(state().announcement).toContain('1 of 3 files')
  })

  it('is held where a person stops, and goes on where they ask for it', async () => {
    const { session, client, state, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.stop()
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(queue()).toEqual(['x stopped', 'y waiting'])
    expect(client().readings).toHaveLength(1)
    void session.readWaiting()
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(state().source).toMatchObject({ name: 'y' })
    expect(queue()).toEqual(['x stopped', 'y reading'])
  })

  it('skips what is read where the next one is asked for', async () => {
    const { session, client, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    void session.readWaiting()
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(client().stops).toBe(1)
    expect(queue()).toEqual(['x stopped', 'y reading'])
  })

  it('numbers the sources, whose names may be the same', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), { ...clip('other'), name: 'x' }])
    const said = [
      { type: 'update', update: 0, window: 0, frames: [] },
      { type: 'updated', update: 0, figures },
    ] as const
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send(...said, { type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    client().reading.send(...said)
    await settle()
    void session.seek(1)
    await settle()
    client().reading.send(...said)
    await settle()
    const [first, second, third] = state().recording.map(({ opened }) => opened)
    expect(second).not.toBe(first)
    expect(third).toBe(second)
  })
})
