import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FacesMoment } from '../../affect/measures.ts'
import { FaceError } from '../../base/errors.ts'
import { fakeMeasured } from '../../faces/testing/fake-follower.ts'
import type { FollowingProgress } from '../../faces/worker/client.ts'
import { fakeMedia } from '../testing/fake-media.ts'
import { clip, settle, setUp } from '../testing/led-session.ts'
import { fullBundle } from '../testing/story-facts.ts'

const lost = () => new FaceError({ code: 'faces-lost', message: 'Lost.', action: 'Open it again.', recoverable: true })
const failed = () => new FaceError({ code: 'faces-failed', message: 'Broke.', action: 'Reload.', recoverable: true })

function moment(timeS: number, ...numbers: number[]): FollowingProgress {
  const faces = numbers.map((number) => ({ track: `face-${number}`, measured: fakeMeasured(timeS) }) as const)
  const told: FacesMoment = { timeS, width: 640, height: 480, faces }
  return { type: 'moment', moment: told, neutral: new Map(faces.map(({ track }) => [track, 'learnt'])) }
}

const ready: FollowingProgress = { type: 'ready' }

/** A session in front of a camera that is allowed at once. */
async function withCamera() {
  const questions = fakeMedia()
  const led = setUp()
  led.session.giveCameraConsent()
  void led.session.openCamera()
  await settle()
  const track = questions[0].allow('webcam')
  await vi.waitFor(() => expect(led.faces[0]?.followings).toHaveLength(1))
  return { ...led, questions, track, following: () => led.faces[led.faces.length - 1].following }
}

/** A session with a video that is measured. */
async function withClip(name = 'x') {
  const led = setUp()
  void led.session.openFiles([clip(name)])
  await vi.waitFor(() => expect(led.faces[0]?.followings).toHaveLength(1))
  return { ...led, following: () => led.faces[led.faces.length - 1].following }
}

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the faces of a camera', () => {
  it('are followed before there is a model, from the networks that load while the person is asked', async () => {
    const questions = fakeMedia()
    const { session, faces, state } = setUp()
    expect(faces).toHaveLength(0)
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    expect(faces[0].asked).toContain('load')
    expect(faces[0].followings).toHaveLength(0)
    questions[0].allow('webcam')
    await vi.waitFor(() => expect(faces[0].followings).toHaveLength(1))
    expect(state().bundle).toBeUndefined()
    expect(state().faces.status.state).toBe('loading')
    faces[0].following.send(ready, moment(7, 1, 2))
    await settle()
    expect(state().faces.status.state).toBe('following')
    expect(session.facesBoard.latest()?.timeS).toBe(7)
    await vi.waitFor(() =>
      expect(state().faces.tracks).toEqual([
        { track: 'face-1', isHere: true, flaws: ['dark', 'small'], neutral: 'learnt' },
        { track: 'face-2', isHere: true, flaws: ['dark', 'small'], neutral: 'learnt' },
      ]),
    )
  })

  it('have their networks loaded while the person is asked whether the camera may start', async () => {
    fakeMedia()
    const { session, faces } = setUp()
    session.expectCamera()
    await settle()
    expect(faces[0].asked).toContain('load')
    expect(faces[0].followings).toHaveLength(0)
  })

  it('are not looked for where the person does without', async () => {
    const questions = fakeMedia()
    const { session, faces, state } = setUp()
    session.changeSettings({ faces: { ...state().settings.faces, isOn: false } })
    session.giveCameraConsent()
    void session.openCamera()
    await settle()
    questions[0].allow('webcam')
    await settle()
    expect(faces).toHaveLength(0)
    expect(state().faces.status.state).toBe('off')
  })

  it('reach the board with every moment, and the lists of the page a few times a second at most', async () => {
    const { following, session, state } = await withCamera()
    let [changes, told] = [0, 0]
    let { faces } = state()
    session.store.subscribe(() => {
      if (state().faces !== faces) changes++
      faces = state().faces
    })
    session.facesBoard.listen(() => told++)
    following().send(ready)
    for (let i = 0; i < 100; i++) following().send(moment(i / 30, 1))
    await settle()
    expect(told).toBe(100)
    expect(changes).toBeLessThanOrEqual(2)
    await vi.waitFor(() => expect(state().faces.tracks).toHaveLength(1))
    expect(session.facesBoard.curve('face-1')).toHaveLength(100)
  })

  it('are told of by the time since the camera began, whatever its clock says', async () => {
    const { following, state } = await withCamera()
    const smile = { track: 'face-1', kind: 'smile', startS: 29_001.5, endS: 29_003, strength: 0.9 } as const
    following().send(ready, moment(29_000, 1), moment(29_003, 1), { type: 'event', event: smile })
    await vi.waitFor(() => expect(state().faces.events).toEqual([{ ...smile, startS: 1.5, endS: 3 }]))
  })

  it('are not here while there is no picture', async () => {
    const { following, session, state } = await withCamera()
    following().send(ready, moment(1, 1))
    await vi.waitFor(() => expect(state().faces.tracks[0]?.isHere).toBe(true))
    following().send({ type: 'picture', picture: 'muted' })
    await vi.waitFor(() => expect(state().faces.tracks[0]?.isHere).toBe(false))
    expect(session.facesBoard.latest()).toBeUndefined()
    following().send({ type: 'picture', picture: 'there' }, moment(5, 1))
    await vi.waitFor(() => expect(state().faces.tracks[0]?.isHere).toBe(true))
  })

  it('are left with it, and the next source begins with nobody', async () => {
    const { following, session, state, faces } = await withCamera()
    following().send(ready, moment(1, 1))
    await vi.waitFor(() => expect(state().faces.tracks).toHaveLength(1))
    const before = following()
    session.stop()
    await settle()
    expect(faces[0].asked).toContain('stop')
    expect(state().faces.status.state).toBe('off')
    before.send(moment(2, 1))
    await settle()
    expect(session.facesBoard.latest()).toBeUndefined()
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(faces[0].followings).toHaveLength(2))
    expect(state().faces).toMatchObject({ status: { state: 'loading' }, tracks: [], chosen: undefined })
    expect(session.facesBoard.curve('face-1')).toEqual([])
  })

  it('are forgotten at an erasure, the worker with them', async () => {
    const { following, session, state, faces } = await withCamera()
    following().send(ready, moment(1, 1))
    await vi.waitFor(() => expect(state().faces.tracks).toHaveLength(1))
    session.erase()
    await settle()
    expect(faces[0].asked).toContain('close')
    expect(state().faces).toMatchObject({ status: { state: 'off' }, tracks: [], events: [] })
    expect(session.facesBoard.curve('face-1')).toEqual([])
  })

  it('are chosen and taken for neutral by the person', async () => {
    const { following, session, state, faces } = await withCamera()
    following().send(ready, moment(1, 1, 2))
    await vi.waitFor(() => expect(state().faces.tracks).toHaveLength(2))
    session.chooseFace('face-2')
    session.takeNeutral('face-2')
    await settle()
    expect(state().faces.chosen).toBe('face-2')
    expect(faces[0].asked.slice(-2)).toEqual(['choose face-2', 'neutral face-2'])
    const { settings } = state()
    session.changeSettings({ faces: { ...settings.faces, isMeshShown: true } })
    await settle()
    expect(faces[0].asked.at(-1)).toBe('mesh true')
    session.changeSettings({ faces: { ...state().settings.faces, areSmallSought: true } })
    await settle()
    expect(faces[0].asked.at(-1)).toBe('small true')
  })
})

describe('the faces of a file', () => {
  it('are looked for as was asked before there was a worker', async () => {
    const { session, faces, state } = setUp()
    session.changeSettings({ faces: { ...state().settings.faces, areSmallSought: true } })
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(faces[0]?.followings).toHaveLength(1))
    expect(faces[0].asked).toContain('small true')
    expect(faces[0].asked).toContain('mesh false')
  })

  it('are measured with progress to the end, and stay', async () => {
    const { following, session, state } = await withClip()
    following().send(ready, moment(0.2, 1), { type: 'progress', doneS: 0.1, totalS: 2 }, moment(0.4, 1))
    await vi.waitFor(() => expect(state().faces.status).toEqual({ state: 'measuring', doneS: 0.1, totalS: 2 }))
    following().send({ type: 'progress', doneS: 2, totalS: 2 }, { type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(state().faces.status.state).toBe('measured'))
    expect(session.facesBoard.at(0.3)?.timeS).toBe(0.2)
    expect(session.facesBoard.at(0.5)?.timeS).toBe(0.4)
    expect(session.facesBoard.at(0)?.timeS).toBe(0.2)
    expect(session.facesBoard.at(1.5)).toBeUndefined()
  })

  it('are measured from where somebody wants to read, where that is far from what is measured', async () => {
    const { following, session, faces } = await withClip()
    following().send(ready, moment(30, 1))
    await settle()
    await session.readFrom(45)
    await settle()
    expect(faces[0].followings).toHaveLength(1)
    await session.readFrom(400)
    await settle()
    expect(following().source).toMatchObject({ options: { fromS: 400 } })
    await session.readFrom(10)
    await settle()
    expect(following().source).toMatchObject({ options: { fromS: 10 } })
  })
})

describe('a reading', () => {
  it('is given a feed of the faces, each a new one, and the view that suits model and source', async () => {
    const { session, client, faces, load, state } = await withClip()
    void load('a')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    // The bundle of the tests has random weights.
    expect(client().reading.request.faces).toMatchObject({ view: 'picture', who: 'chosen' })
    session.store.update({ bundle: fullBundle })
    void session.readFrom(0)
    await settle()
    expect(client().reading.request.faces?.view).toBe('face')
    const reads = 'drawn-faces'
    session.store.update({ bundle: { ...fullBundle, manifest: { ...fullBundle.manifest, reads } } })
    void session.readFrom(0)
    await settle()
    expect(client().reading.request.faces?.view).toBe('twin')
    session.changeSettings({ faces: { ...state().settings.faces, view: 'picture', who: 'all' } })
    void session.readFrom(0)
    await settle()
    expect(client().reading.request.faces).toMatchObject({ view: 'picture', who: 'all' })
    expect(faces[0].feeds.length).toBe(client().readings.length)
    expect(new Set(faces[0].feeds).size).toBe(faces[0].feeds.length)
  })

  it('feeds a reading with the faces of the very source that it reads, however soon it begins', async () => {
    const { session, client, faces, load } = setUp()
    await load('a')
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    await vi.waitFor(() => expect(faces[0].feeds).toHaveLength(1))
    void session.openFiles([clip('y')])
    await vi.waitFor(() => expect(faces[0].feeds).toHaveLength(2))
    expect(faces[0].begunAtFeeds).toEqual([1, 2])
  })

  it('shows a face that this project drew as it is', async () => {
    vi.stubGlobal('fetch', async () => new Response(clip('sample').file))
    const { session, client, load } = setUp()
    await load('a')
    session.store.update({ bundle: { ...fullBundle, manifest: { ...fullBundle.manifest, reads: 'drawn-faces' } } })
    void session.openSample()
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    expect(client().reading.request.faces?.view).toBe('picture')
  })

  it('goes on in the picture where faces cannot be followed', async () => {
    const { session, following, client, load, state } = await withClip()
    void load('a')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    following().fail(failed())
    await settle()
    expect(state().faces.status).toMatchObject({ state: 'failed', error: { code: 'faces-failed' } })
    // Its feed was ended by the worker: it is not disturbed.
    expect(client().readings).toHaveLength(1)
    expect(state().run.state).not.toBe('failed')
    void session.readFrom(0)
    await settle()
    expect(client().reading.request.faces).toBeUndefined()
  })

  it('begins again where it was when the worker is lost, with another worker, and at the next loss without', async () => {
    const { following, client, faces, load, state } = await withClip()
    void load('a')
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    following().fail(lost())
    await vi.waitFor(() => expect(faces).toHaveLength(2))
    await settle()
    expect(faces[0].asked).toContain('close')
    expect(faces[1].followings).toHaveLength(1)
    expect(client().readings).toHaveLength(2)
    expect(faces[1].feeds).toHaveLength(1)
    expect(state().faces.status.state).toBe('loading')
    following().fail(lost())
    await settle()
    expect(faces).toHaveLength(2)
    expect(state().faces.status).toMatchObject({ state: 'failed', error: { code: 'faces-lost' } })
    expect(client().readings).toHaveLength(3)
    expect(client().reading.request.faces).toBeUndefined()
  })
})
