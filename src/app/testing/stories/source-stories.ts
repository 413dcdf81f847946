import { CaptureError } from '../../../base/errors.ts'
import { cameraError } from '../../../capture/camera.ts'
import { defaultSettings } from '../../session/settings.ts'
import { probes, update } from '../story-facts.ts'
import {
  camera,
  fileReading,
  live,
  type Material,
  problem,
  ready,
  screen,
  stopped,
  type Teller,
} from '../story-states.ts'
import { aloneBoard, oneFace } from './face-stories.ts'

const refusedCamera = cameraError(new DOMException('no', 'NotAllowedError'))
const busyCamera = cameraError(new DOMException('no', 'NotReadableError'))
const unshared = new CaptureError({
  code: 'screen-denied',
  message: 'No tab or screen was shared: the choice was cancelled, or the system does not allow it.',
  action: 'Try again and choose a tab; on a Mac, allow the browser to record the screen in the privacy settings.',
  recoverable: true,
})
const hud = { settings: { ...defaultSettings, isHudShown: true } }

function waiting(material: Material) {
  const source = camera(material)
  return { ...ready, source, opened: 1, hasCameraConsent: true, clip: { width: 640, height: 480 } } as const
}

/** With a face that is followed before the camera, wherever something is read of it. */
function withFace(tell: Teller): Teller {
  return (material) => {
    const story = tell(material)
    const { state } = story
    if (state.source?.kind !== 'camera' || !state.current) return story
    const recording = state.recording?.map((each) => ({ ...each, track: 'face-1' as const })) ?? []
    return { ...story, board: aloneBoard(), state: { ...state, recording, faces: oneFace, shownTrack: 'face-1' } }
  }
}

const tellers: Readonly<Record<string, Teller>> = {
  'camera/consent': () => ({ state: ready, view: { question: 'consent' } }),
  'camera/waiting': (material) => ({ state: { ...waiting(material), run: { state: 'opening' } } }),
  'camera/first-frames': (material) => {
    const frames = material.frames.slice(0, 2)
    const current = update(
      frames,
      { attributes: { state: 'thinking' }, expression: { state: 'waiting' }, emotion: { state: 'waiting' } },
      {},
    )
    return { state: { ...waiting(material), run: { state: 'warming' }, frames, current } }
  },
  'camera/reading': (material) => ({ state: live(material, { state: 'running' }) }),
  'camera/lagging': (material) => ({ state: { ...live(material, { state: 'lagging', lagS: 2.4 }), ...hud } }),
  'camera/paused': (material) => ({ state: live(material, { state: 'paused' }) }),
  'camera/stopped': (material) => ({
    state: { ...live(material, { state: 'over', reason: 'stopped' }), source: stopped(material, 'camera') },
  }),
  'camera/no-picture': (material) => ({ state: { ...live(material, { state: 'running' }), picture: 'silent' } }),
  'camera/muted': (material) => ({ state: { ...live(material, { state: 'running' }), picture: 'muted' } }),
  'camera/refused': (material) => ({
    state: { ...fileReading(material, { state: 'running' }), problem: problem('camera', refusedCamera) },
  }),
  'camera/refused-first': () => ({ state: { ...ready, problem: problem('camera', refusedCamera) } }),
  'camera/busy': () => ({ state: { ...ready, problem: problem('camera', busyCamera) } }),
  'camera/lost': (material) => ({
    state: {
      ...live(material, { state: 'over', reason: 'source-ended' }),
      source: stopped(material, 'camera'),
      problem: problem('camera', cameraError(new DOMException('gone', 'NotFoundError')), 'The camera was lost'),
    },
  }),
  'camera/replace': (material) => ({
    state: live(material, { state: 'running' }),
    view: { question: 'replace', waitingAction: 'file' },
  }),
  'camera/reused-answers': (material) => {
    const { current } = live(material, { state: 'running' })
    const [attributes, expression, emotion] = [
      current?.answers.attributes.text ?? '',
      current?.answers.expression.text ?? '',
      current?.answers.emotion.text ?? '',
    ]
    return {
      state: {
        ...live(material, { state: 'running' }),
        current: update(material.frames.slice(0, 12), {
          attributes: { state: 'done', text: attributes, isReused: true },
          expression: { state: 'waiting', text: expression },
          emotion: { state: 'waiting', text: emotion },
        }),
      },
    }
  },
  'camera/earlier': (material) => ({
    state: live(material, { state: 'running' }),
    view: { review: { kind: 'reading', update: 2 } },
  }),
  'camera/probabilities-begin': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      settings: { ...defaultSettings, probes: { ...defaultSettings.probes, isSmoothed: false } },
      probes: { emotion: probes.emotion.slice(-1), sentiment: probes.sentiment.slice(-1), AU1: probes.AU1.slice(-1) },
    },
  }),
  'camera/without-probabilities': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      probes: {},
      settings: { ...defaultSettings, probes: { ...defaultSettings.probes, isOn: false } },
    },
  }),
  'screen/reading': (material) => ({
    state: { ...live(material, { state: 'running' }), source: screen(material, 'Tab: a film') },
  }),
  'screen/long-name': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      source: screen(material, 'Tab: a film with a very long title that does not fit beside anything else on the page'),
    },
  }),
  'screen/hidden': (material) => ({
    state: { ...live(material, { state: 'running' }), source: screen(material, 'Tab: a film'), picture: 'muted' },
  }),
  'screen/stopped': (material) => ({
    state: { ...live(material, { state: 'over', reason: 'source-ended' }), source: stopped(material, 'screen') },
  }),
  'screen/refused': (material) => ({
    state: { ...live(material, { state: 'running' }), problem: problem('screen', unshared, 'Nothing was shared') },
  }),
}

/** A camera and a screen, in everything that can become of them. */
export const sourceStories: Readonly<Record<string, Teller>> = Object.fromEntries(
  Object.entries(tellers).map(([name, tell]) => [name, withFace(tell)]),
)
