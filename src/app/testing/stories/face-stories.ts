import type { TrackId } from '../../../affect/track.ts'
import { FaceError } from '../../../base/errors.ts'
import { type FacesBoard, type FacesState, noFaces } from '../../session/faces-state.ts'
import type { SessionState } from '../../session/session-state.ts'
import { defaultSettings } from '../../session/settings.ts'
import { fakeBoard, fakeEvents, followed } from '../fake-faces.ts'
import { drawnBundle, probes, texts, update } from '../story-facts.ts'
import { file, fileReading, live, type Material, type Story, type Teller } from '../story-states.ts'

/** The faces of the group's picture: where the picture of each is put, as a multiple of its own size. */
export const groupPlaces = [
  { x: 60, y: 120, scale: 1.6 },
  { x: 640, y: 60, scale: 0.9 },
  { x: 980, y: 300, scale: 1.3 },
] as const

/** The face within a frame of the sample clip, of its width and height. */
const faceShare = { x: 0.31, y: 0.14, width: 0.38, height: 0.68 }
const frame = { width: 364, height: 280 }

function boxIn(x: number, y: number, scale: number) {
  return {
    x: x + faceShare.x * frame.width * scale,
    y: y + faceShare.y * frame.height * scale,
    width: faceShare.width * frame.width * scale,
    height: faceShare.height * frame.height * scale,
  }
}

const alone = { width: 640, height: 480, faces: [{ track: 'face-1', box: boxIn(0, 0, 640 / 364) }] } as const
const group = {
  width: 1280,
  height: 720,
  faces: groupPlaces.map(({ x, y, scale }, index) => ({
    track: `face-${index + 1}` as TrackId,
    box: boxIn(x, y, scale),
    flaws: ([[], ['small'], ['cut-off', 'still']] as const)[index],
  })),
}

function faces(more: Partial<FacesState>): FacesState {
  return { ...noFaces, status: { state: 'following' }, ...more }
}

export const oneFace = faces({ tracks: [followed('face-1')], chosen: 'face-1', events: fakeEvents })
const three = faces({
  tracks: [
    followed('face-1', { neutral: 'chosen' }),
    followed('face-2', { flaws: ['small'], neutral: 'learning' }),
    followed('face-3', { flaws: ['cut-off', 'still'] }),
  ],
  chosen: 'face-1',
  events: fakeEvents,
})

/** The face is read, cut out of the picture. */
function ofFace({ frames }: Material): Partial<SessionState> {
  const shown = frames.map((each) => ({ ...each, view: 'face' as const }))
  return { shownTrack: 'face-1', frames: shown, current: { ...update(frames), view: 'face' } }
}

/** What is told of three faces, the last one not read yet. */
const inTurn = {
  'face-1': { probed: probes.emotion, said: { emotions: [{ person: 'Person 1', label: 'happy' }], atS: 58 } },
  'face-2': { probed: probes.emotion.slice(0, 20) },
} as const

/** What is measured of a face alone before a camera. */
export function aloneBoard(): FacesBoard {
  return fakeBoard({ ...alone, measuredS: 12, liveRate: 20 })
}

function alive(material: Material, more: Partial<SessionState>): Story {
  return {
    state: { ...live(material, { state: 'running' }), ...ofFace(material), faces: oneFace, ...more },
    board: aloneBoard(),
  }
}

function inGroup(material: Material, more: Partial<SessionState> = {}): Story {
  const { source, ...rest } = live(material, { state: 'running' })
  return {
    state: {
      ...rest,
      ...(source?.kind === 'camera' ? { source: { ...source, stream: material.group } } : {}),
      clip: { width: 1280, height: 720 },
      ...ofFace(material),
      faces: three,
      ...more,
    },
    board: fakeBoard({ ...group, measuredS: 12, liveRate: 20 }),
  }
}

function ofFile(material: Material, status: FacesState['status'], measuredS: number): Story {
  return {
    state: { ...fileReading(material, { state: 'running' }), faces: { ...oneFace, status } },
    board: fakeBoard({ ...alone, measuredS }),
  }
}

const lost = new FaceError({
  code: 'faces-failed',
  message: 'The networks that find faces could not be loaded.',
  action: 'Check the connection, then open the source again.',
})

const settingsWith = (more: Partial<typeof defaultSettings.faces>) => ({
  settings: { ...defaultSettings, faces: { ...defaultSettings.faces, ...more } },
})

/** Every state that followed faces can be in. */
export const faceStories: Readonly<Record<string, Teller>> = {
  'faces/before-model': (material) =>
    alive(material, {
      bundle: undefined,
      check: undefined,
      run: { state: 'queued' },
      frames: [],
      current: undefined,
      probes: {},
      recording: [],
      load: { state: 'asking', source: { type: 'url', url: 'https://models.example/videmo-3b/' } },
    }),
  'faces/loading': (material) => alive(material, { faces: faces({ status: { state: 'loading' } }) }),
  'faces/one': (material) => alive(material, {}),
  'faces/mesh': (material) => alive(material, settingsWith({ isMeshShown: true })),
  'faces/three': (material) => inGroup(material),
  'faces/in-turn': (material) => inGroup(material, { ...settingsWith({ who: 'all' }), headlines: inTurn }),
  'faces/without-outlines': (material) => inGroup(material, settingsWith({ areOutlinesShown: false })),
  'faces/none': (material) => ({
    ...alive(material, { faces: faces({}) }),
    board: fakeBoard({ ...alone, faces: [], measuredS: 0, liveRate: 20 }),
  }),
  'faces/gone': (material) => ({
    ...alive(material, { faces: { ...oneFace, tracks: [followed('face-1', { isHere: false }), followed('face-2')] } }),
    board: fakeBoard({ ...alone, faces: [], measuredS: 0, liveRate: 20 }),
  }),
  'faces/failed': (material) => alive(material, { faces: faces({ status: { state: 'failed', error: lost } }) }),
  'faces/measuring': (material) => ofFile(material, { state: 'measuring', doneS: 4.2, totalS: 9 }, 4.2),
  'faces/measured': (material) => ofFile(material, { state: 'measured' }, 9),
  'faces/twin': (material) => {
    const frames = material.frames.map((each) => ({ ...each, view: 'twin' as const }))
    const said = { expression: texts.expression, emotion: texts.emotion }
    return alive(material, {
      bundle: drawnBundle,
      check: drawnBundle.check,
      frames,
      current: { ...update(frames, { attributes: { state: 'empty' } }, said), view: 'twin' },
    })
  },
  'faces/picture-view': (material) =>
    alive(material, { bundle: drawnBundle, check: drawnBundle.check, ...settingsWith({ view: 'picture' }) }),
  'faces/file': (material) => ({
    ...ofFile(material, { state: 'measured' }, 9),
    state: {
      ...fileReading(material, { state: 'running' }),
      source: { ...file(material), name: 'A clip.mp4', isSample: false },
      faces: { ...oneFace, status: { state: 'measured' } },
    },
  }),
}
