import { afterEach, describe, expect, it, vi } from 'vitest'
import { CaptureError } from '../base/errors.ts'
import { listCameras, openCamera, watchCameras } from './camera.ts'
import { canCaptureScreen, openScreen, screenError } from './screen.ts'

/** A track that ends when told to; `stop` ends it without an event, as in a browser. */
class FakeTrack extends EventTarget {
  readonly label = 'Front'
  readyState: 'live' | 'ended' = 'live'

  constructor(private readonly settings: MediaTrackSettings = { deviceId: 'one' }) {
    super()
  }
  getSettings(): MediaTrackSettings {
    return this.settings
  }
  stop(): void {
    this.readyState = 'ended'
  }
  unplug(): void {
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }
}

function streamOf(...tracks: FakeTrack[]) {
  return { getTracks: () => tracks, getVideoTracks: () => tracks }
}

function setUp(devices: object | undefined, isSecureContext = true) {
  vi.stubGlobal('navigator', { mediaDevices: devices })
  vi.stubGlobal('isSecureContext', isSecureContext)
}

async function failure(promise: Promise<unknown>): Promise<CaptureError> {
  const error = await promise.catch((reason: unknown) => reason)
  if (error instanceof CaptureError) return error
  throw new Error('no CaptureError', { cause: error })
}

const failing = (name: string) => ({
  getUserMedia: () => Promise.reject(new DOMException('no', name)),
  getDisplayMedia: () => Promise.reject(new DOMException('no', name)),
})

afterEach(() => vi.unstubAllGlobals())

describe('openCamera', () => {
  it.each([
    ['NotAllowedError', 'camera-denied'],
    ['SecurityError', 'camera-denied'],
    ['NotFoundError', 'no-camera'],
    ['NotReadableError', 'camera-busy'],
    ['AbortError', 'camera-busy'],
    ['TrackStartError', 'camera-busy'],
    ['OverconstrainedError', 'camera-constraints'],
  ])('turns %s into %s', async (name, code) => {
    setUp(failing(name))
    const error = await failure(openCamera())
    expect(error).toMatchObject({ code, recoverable: true })
    expect(error.action).not.toBe('')
  })

  it('tells a page without https from a browser without cameras', async () => {
    setUp(undefined, false)
    expect((await failure(openCamera())).code).toBe('insecure-context')
    expect((await failure(listCameras())).code).toBe('insecure-context')
    setUp(undefined, true)
    expect((await failure(openCamera())).code).toBe('no-camera')
  })

  it('tells a camera that meets no constraints from one that is not there, whatever the browser calls that', async () => {
    const { getUserMedia } = failing('OverconstrainedError')
    setUp({ getUserMedia, enumerateDevices: async () => [{ kind: 'audioinput' }] })
    expect((await failure(openCamera())).code).toBe('no-camera')
    setUp({ getUserMedia, enumerateDevices: async () => [{ kind: 'videoinput' }] })
    expect((await failure(openCamera())).code).toBe('camera-constraints')
  })

  it('asks for the front camera, or for exactly the chosen one, and never for sound', async () => {
    const getUserMedia = vi.fn(async (_: MediaStreamConstraints) => streamOf(new FakeTrack()))
    setUp({ getUserMedia })
    await openCamera()
    await openCamera({ deviceId: 'two' })
    const [[front], [chosen]] = getUserMedia.mock.calls
    expect(front).toMatchObject({ audio: false, video: { facingMode: { ideal: 'user' } } })
    expect(chosen).toMatchObject({ audio: false, video: { deviceId: { exact: 'two' } } })
    expect(chosen.video).not.toHaveProperty('facingMode')
  })

  it('mirrors all but a camera that looks away', async () => {
    for (const [settings, isMirrored] of [
      [{}, true],
      [{ facingMode: 'user' }, true],
      [{ facingMode: 'environment' }, false],
    ] as const) {
      setUp({ getUserMedia: async () => streamOf(new FakeTrack(settings)) })
      expect((await openCamera()).isMirrored).toBe(isMirrored)
    }
  })

  it('tells once that it was unplugged, and not that it was stopped', async () => {
    const tracks = [new FakeTrack(), new FakeTrack()]
    let next = 0
    setUp({ getUserMedia: async () => streamOf(tracks[next++]) })
    const onEnded = vi.fn()
    await openCamera({ onEnded })
    tracks[0].unplug()
    tracks[0].unplug()
    expect(onEnded.mock.calls).toEqual([[expect.objectContaining({ code: 'camera-ended', name: 'CaptureError' })]])
    const camera = await openCamera({ onEnded })
    camera.stop()
    expect(tracks[1].readyState).toBe('ended')
    tracks[1].unplug()
    expect(onEnded).toHaveBeenCalledTimes(1)
  })
})

describe('listCameras', () => {
  it('lists cameras only, and numbers those without a name', async () => {
    setUp({
      enumerateDevices: async () => [
        { kind: 'audioinput', deviceId: 'mic', label: 'Microphone' },
        { kind: 'videoinput', deviceId: '', label: '' },
        { kind: 'videoinput', deviceId: 'two', label: 'Desk' },
      ],
    })
    expect(await listCameras()).toEqual([
      { deviceId: '', label: 'Camera 1' },
      { deviceId: 'two', label: 'Desk' },
    ])
  })
})

describe('watchCameras', () => {
  it('calls back until it is called off', () => {
    const devices = new EventTarget()
    setUp(devices)
    const onChange = vi.fn()
    const stop = watchCameras(onChange)
    devices.dispatchEvent(new Event('devicechange'))
    stop()
    devices.dispatchEvent(new Event('devicechange'))
    expect(onChange).toHaveBeenCalledTimes(1)
  })

  it('is silent without access to cameras', () => {
    setUp(undefined)
    expect(() => watchCameras(() => undefined)()).not.toThrow()
  })
})

describe('openScreen', () => {
  it.each([
    ['Permission denied by user', 'screen-canceled'],
    ['The request is not allowed by the user agent or the platform in the current context.', 'screen-canceled'],
    ['Permission denied by system', 'screen-denied'],
    ['Access to the feature "display-capture" is disallowed by permissions policy.', 'screen-denied'],
  ])('tells a choice that was closed from one that nobody was given: %s', (message, code) => {
    expect(screenError(new DOMException(message, 'NotAllowedError'))).toMatchObject({ code, recoverable: true })
  })

  it('says that the browser cannot', async () => {
    setUp({})
    expect(canCaptureScreen()).toBe(false)
    expect((await failure(openScreen())).code).toBe('no-screen-capture')
    setUp(undefined, false)
    expect((await failure(openScreen())).code).toBe('insecure-context')
  })

  it('tells when the person ends it with the browser’s own button', async () => {
    const track = new FakeTrack()
    setUp({ getDisplayMedia: async () => streamOf(track) })
    const onEnded = vi.fn()
    const screen = await openScreen({ onEnded })
    expect(screen.isMirrored).toBe(false)
    track.unplug()
    expect(onEnded.mock.calls).toEqual([[expect.objectContaining({ code: 'screen-ended' })]])
  })
})
