import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeMedia } from '../testing/fake-media.ts'
import { clip, corruptClip, figures, notAClip, settle, setUp } from '../testing/led-session.ts'

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

  it('that is denied is told where it was asked for, and the reading before it goes on', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    client().reading.send({ type: 'opened', width: 4, height: 4 })
    await settle()
    expect(state().run.state, 'while the browser asks').toBe('warming')
    questions[0].deny()
    await settle()
    expect(state().problem).toMatchObject({
      at: 'camera',
      title: 'Camera not started',
      error: { code: 'camera-denied' },
      firstChoice: 'try-again',
    })
    expect(state().announcement).toBe('Camera not started.')
    expect(state().source).toMatchObject({ kind: 'file', name: 'x' })
    client().reading.send(...said)
    await settle()
    expect(state().recording).toHaveLength(1)
    expect(client().stops).toBe(0)
    session.dismissProblem()
    expect(state().problem).toBeUndefined()
  })

  it('that a person does not choose after all is no failure', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    const { announcement, run } = state()
    void session.openScreen()
    await settle()
    questions[0].deny()
    await settle()
    expect(state()).toMatchObject({ problem: undefined, announcement, run })
    expect(client().stops).toBe(0)
  })

  it('that is asked for ends the reading under way when it is there', async () => {
    const questions = fakeMedia()
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    expect(client().stops).toBe(0)
    questions[0].allow('webcam')
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(client().stops).toBe(1)
    expect(state().source).toMatchObject({ kind: 'camera', name: 'webcam' })
  })

  it('that opens takes the problem of the one before away', async () => {
    const questions = fakeMedia()
    const { session, state } = setUp()
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    questions[0].deny()
    await settle()
    expect(state().problem).toBeDefined()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(state().source).toMatchObject({ name: 'x' }))
    expect(state().problem).toBeUndefined()
    void session.openCamera()
    await settle()
    questions[1].deny()
    await settle()
    session.erase()
    expect(state().problem).toBeUndefined()
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
    expect(state().problem).toMatchObject({ at: 'sample', error: { code: 'clip-not-loaded' } })
    expect(state().run.state).toBe('idle')
  })

  it('that goes away ends its reading, says why, and leaves its last picture', async () => {
    const questions = fakeMedia()
    const { session, client, state, load, pictures } = setUp()
    await load('a')
    void session.openScreen()
    await settle()
    const track = questions[0].allow('window')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    track.end()
    const over = { state: 'over', reason: 'source-ended' }
    expect(state().source).toMatchObject({ kind: 'stopped', was: 'screen', name: 'window', picture: pictures[0] })
    expect(state().problem).toMatchObject({ at: 'screen', title: 'The sharing ended', error: { code: 'screen-ended' } })
    expect(state().run).toEqual(over)
    expect(client().stops).toBe(1)
    client().reading.send({ type: 'over', reason: 'source-ended' })
    await settle()
    expect(state().run).toEqual(over)
    expect(state().announcement).toBe('The sharing ended.')
  })

  it('that is live is closed by stopping, and its last picture and its reading stay', async () => {
    const questions = fakeMedia()
    const { session, client, state, load, pictures } = setUp()
    await load('a')
    void session.openScreen()
    await settle()
    const track = questions[0].allow('window')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send(...said)
    await settle()
    const { opened } = state()
    session.stop()
    expect(state().run.state).toBe('stopping')
    expect(track.isStopped).toBe(true)
    expect(state().source).toEqual({
      kind: 'stopped',
      was: 'screen',
      name: 'window',
      picture: pictures[0],
      isMirrored: false,
    })
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(state().run).toEqual({ state: 'over', reason: 'stopped' })
    expect(state().announcement).toBe('Stopped.')
    expect(state().current).toBeDefined()
    expect(state().opened).toBe(opened)
    expect(pictures[0].close).not.toHaveBeenCalled()
    session.erase()
    expect(state().source).toBeUndefined()
    expect(pictures[0].close).toHaveBeenCalledOnce()
  })

  it('that was stopped is started again as the same one, and its picture goes when it is there', async () => {
    const questions = fakeMedia()
    const { session, client, state, load, pictures } = setUp()
    await load('a')
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    questions[0].allow('webcam')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.stop()
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(state().source).toMatchObject({ kind: 'stopped', was: 'camera', deviceId: 'webcam', isMirrored: true })
    void session.start()
    await settle()
    expect(questions[1].asked).toMatchObject({ video: { deviceId: { exact: 'webcam' } } })
    expect(pictures[0].close, 'while the browser asks').not.toHaveBeenCalled()
    questions[1].allow('webcam')
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(state().source).toMatchObject({ kind: 'camera', deviceId: 'webcam' })
    expect(pictures[0].close).toHaveBeenCalledOnce()
  })

  it.each([
    ['that its first bytes give away', notAClip('y'), 'empty-file'],
    ['whose fault lies deeper', corruptClip('y'), 'damaged-video'],
  ])('that cannot be read, %s, says so and replaces nothing', async (_, file, code) => {
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    await session.openFiles([file])
    expect(state().problem).toMatchObject({
      at: 'file',
      title: 'This file cannot be read',
      error: { code },
      firstChoice: 'choose-file',
    })
    expect(state().source).toMatchObject({ name: 'x' })
    expect(state().run.state).toBe('opening')
    expect(client().stops).toBe(0)
  })

  it('of a choice without files is said not to be there, without ending a reading', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    await session.openFiles([])
    expect(state().run.state).toBe('opening')
    expect(state().problem).toMatchObject({ at: 'file', error: { code: 'nothing-to-open' } })
  })

  it('of a queue goes on by itself while the browser asks about the camera, which then takes its place', async () => {
    const questions = fakeMedia()
    const { session, client, state, queue, load } = setUp()
    await load('a')
    session.giveCameraConsent()
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    void session.openCamera()
    await settle()
    client().reading.send({ type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(queue()).toEqual(['x read', 'y reading']))
    questions[0].allow('webcam')
    await vi.waitFor(() => expect(state().source).toMatchObject({ kind: 'camera' }))
    expect(queue()).toEqual(['x read', 'y stopped'])
  })
})

const said = [
  { type: 'update', track: 'picture', update: 0, window: 0, frames: [] },
  { type: 'updated', track: 'picture', update: 0, figures },
] as const
