import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CaptureError } from '../../base/errors.ts'
import { LiveCapture } from '../../capture/live-capture.ts'
import { workerDied } from '../testing/fake-client.ts'
import { FakeTrack } from '../testing/fake-media.ts'
import { address, bundle, clip, figures, notLoaded, outOfMemory, settle, setUp, url } from '../testing/led-session.ts'
import { fullBundle, graphicsCard } from '../testing/story-facts.ts'
import { DrawnSource } from './drawn-source.ts'

/** What the browser gives a page: events, storage that outlives it, and cameras. */
function browser() {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    get length() {
      return kept.size
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
  const page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  const mediaDevices = Object.assign(new EventTarget(), { enumerateDevices: async () => [] })
  vi.stubGlobal('navigator', { mediaDevices })
  return kept
}

let kept: Map<string, string>

beforeEach(() => {
  kept = browser()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a start', () => {
  it('looks at the device and what is stored, then loads the default bundle', async () => {
    const { session, client, state } = setUp()
    const opening = session.open()
    await vi.waitFor(() => expect(client().loads).toHaveLength(1))
    expect(state().device).toEqual(graphicsCard)
    expect(state().stored).toMatchObject({ state: 'known' })
    expect(client().newestLoad.request).toEqual({ source: address('first') })
    client().newestLoad.finish(bundle('first'))
    await opening
    expect(state().bundle?.name).toBe('first')
  })

  it('loads nothing where the device cannot be looked at', async () => {
    const { session, client, state } = setUp()
    client().close()
    await session.open()
    expect(client().loads).toHaveLength(0)
    expect(state().load).toMatchObject({
      state: 'failed',
      source: address('first'),
      error: { code: workerDied().code },
    })
  })

  it('does not load again what the last tab ended with, and says so', async () => {
    const crashed = setUp()
    void crashed.session.open()
    await vi.waitFor(() => expect(crashed.client().loads).toHaveLength(1))
    const { session, client, state } = setUp()
    await session.open()
    expect(client().loads).toHaveLength(0)
    expect(state().lostLoad).toMatchObject({ name: 'first', url: url('first'), phase: 'asking' })
    expect(state().announcement).toContain('first')
    const loading = session.loadBundle(address('first'))
    expect(state().lostLoad).toBeUndefined()
    client().newestLoad.finish(bundle('first'))
    await loading
  })
})

describe('a first visit', () => {
  function visit() {
    vi.stubGlobal('matchMedia', () => ({ matches: false }))
    vi.spyOn(DrawnSource.prototype, 'open').mockImplementation((isUnasked) => {
      const track = new FakeTrack('canvas') as unknown as MediaStreamTrack
      const stream = { getTracks: () => [track], getVideoTracks: () => [track] } as unknown as MediaStream
      const ended = () => new CaptureError({ code: 'ended', message: '', action: '' })
      const canvas = {} as HTMLCanvasElement
      return {
        capture: new LiveCapture({ stream, track, isMirrored: false, ended }),
        source: { kind: 'drawn', name: 'Drawn face', stream, canvas, isUnasked },
      }
    })
    return setUp({ startsByItself: true })
  }

  it('is shown the drawn face before the device is looked at, and it is read when the model is there', async () => {
    const { session, client, state } = visit()
    const opening = session.open()
    await Promise.resolve()
    await Promise.resolve()
    expect(state()).toMatchObject({
      device: undefined,
      source: { kind: 'drawn', isUnasked: true },
      run: { state: 'queued' },
    })
    expect(state().drawn.isInTurn).toBe(true)
    await vi.waitFor(() => expect(client().loads).toHaveLength(1))
    client().newestLoad.finish(fullBundle)
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send({ type: 'over', reason: 'ended' })
    await opening
  })

  it('keeps the drawn face where no model comes', async () => {
    const { session, client, state } = visit()
    const opening = session.open()
    await vi.waitFor(() => expect(client().loads).toHaveLength(1))
    client().newestLoad.fail(notLoaded())
    await opening
    expect(state()).toMatchObject({ load: { state: 'failed' }, source: { kind: 'drawn' }, run: { state: 'queued' } })
  })

  it('is not read to by random weights', async () => {
    const { session, client, state } = visit()
    const opening = session.open()
    await vi.waitFor(() => expect(client().loads).toHaveLength(1))
    client().newestLoad.finish(bundle('first'))
    await opening
    expect(client().readings).toHaveLength(0)
    expect(state()).toMatchObject({ source: { kind: 'drawn' }, run: { state: 'idle' } })
  })

  it('is one only until something was chosen, and only where the page begins with nothing else', async () => {
    const first = visit()
    await first.session.openFiles([])
    expect([...kept.keys()]).toContain('videmo-source-chosen')
    const second = visit()
    void second.session.open()
    await vi.waitFor(() => expect(second.client().loads).toHaveLength(1))
    expect(second.state().source).toBeUndefined()
    kept.clear()
    const other = setUp()
    void other.session.open()
    await vi.waitFor(() => expect(other.client().loads).toHaveLength(1))
    expect(other.state().source).toBeUndefined()
  })
})

describe('what a person has chosen', () => {
  it('is there at the next visit', () => {
    const { session } = setUp()
    session.changeSettings({ isHudShown: true })
    session.giveCameraConsent()
    const next = setUp()
    expect(next.state().settings.isHudShown).toBe(true)
    expect(next.state().hasCameraConsent).toBe(true)
    next.session.resetSettings()
    expect(setUp().state().settings.isHudShown).toBe(false)
  })

  it('is what a reading is asked for, with another seed each time', async () => {
    const { session, client, load } = setUp()
    await load('a')
    const { settings } = session.store.get()
    session.changeSettings({
      reading: {
        ...settings.reading,
        windowFrames: 4,
        hopFrames: 2,
        sampling: { isOn: true, temperature: 1, topP: 0.5 },
      },
      stagesOn: { attributes: false, expression: true, emotion: true },
      prompts: { emotion: 'Emotion?' },
    })
    void session.openFiles([clip('x')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    const { request: first } = client().reading
    void session.readFrom(0)
    await settle()
    const { request: second } = client().reading
    expect(first.settings).toMatchObject({
      windowFrames: 4,
      hopFrames: 2,
      // Random weights are cut short.
      maxTokens: 48,
      sampling: { temperature: 1, topP: 0.5 },
    })
    expect(second.settings.sampling?.seed).not.toBe(first.settings.sampling?.seed)
    expect(first.stages.map(({ id }) => id)).toEqual(['expression', 'emotion'])
    expect(first.stages[1].prompt).toBe('Emotion?')
    expect(session.store.get().pairsPerWindow).toBe(2)
  })
})

it('says that readings were saved only of those that are still there', async () => {
  vi.stubGlobal('document', { createElement: () => ({ click: () => undefined }) })
  vi.stubGlobal(
    'FileReader',
    class {
      result = 'data:,'
      onload: () => void = () => undefined
      readAsDataURL() {
        queueMicrotask(() => this.onload())
      }
    },
  )
  const { session, client, state, load } = setUp()
  await session.downloadRecording()
  await load('a')
  void session.openFiles([clip('x')])
  await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  client().reading.send(
    { type: 'update', track: 'picture', update: 0, window: 0, frames: [] },
    { type: 'updated', track: 'picture', update: 0, figures },
  )
  await settle()
  await session.downloadRecording()
  expect(state().savedReadings).toBe(1)
  const saving = session.downloadRecording()
  session.erase()
  await saving
  expect(state().savedReadings).toBe(0)
})

it('keeps the reading of a model that ran out of memory, to be gone on with by hand', async () => {
  const { session, client, state, load } = setUp()
  await load('a')
  void session.openFiles([clip('x')])
  await vi.waitFor(() => expect(client().readings).toHaveLength(1))
  client().reading.fail(outOfMemory())
  await settle()
  void session.retryLoad()
  expect(state().run.state).toBe('queued')
  client().newestLoad.finish(bundle('a'))
  await vi.waitFor(() => expect(client().readings).toHaveLength(1))
})
