import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeMedia } from '../testing/fake-media.ts'
import { clip, frame, notAClip, settle, setUp } from '../testing/led-session.ts'

afterEach(() => {
  vi.unstubAllGlobals()
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

  it('opened before the sample clip turns out not to come stays', async () => {
    let fail: (error: Error) => void = () => undefined
    vi.stubGlobal('fetch', () => new Promise<Response>((_, reject) => (fail = reject)))
    const { session, state } = setUp()
    void session.openSample()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().run.state).toBe('queued'))
    fail(new Error('offline'))
    await settle()
    expect(state().run.state).toBe('queued')
  })

  it('opened while another file is looked at is the only one that is read', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    const first = session.openFiles([clip('x')])
    void session.openFiles([clip('y')])
    await first
    await vi.waitFor(() => expect(state().source).toMatchObject({ name: 'y' }))
    await settle()
    expect(client().readings).toHaveLength(1)
    expect(state().source).toMatchObject({ name: 'y' })
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
