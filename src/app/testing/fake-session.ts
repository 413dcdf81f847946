import { type StageId, stageIds } from '../../affect/stages.ts'
import { MeasuredFaces } from '../faces-board.ts'
import type { FacesBoard } from '../session/faces-state.ts'
import type { PageSession } from '../session/page-session.ts'
import { firstState, type SessionActions, type SessionState } from '../session/session-state.ts'
import { defaultSettings } from '../session/settings.ts'
import { emotionsOf } from '../shown.ts'
import { Store } from '../store.ts'
import { TokenFlow } from '../token-flow.ts'

export const blankState = firstState(defaultSettings, false)

export interface Call {
  readonly name: keyof SessionActions
  readonly args: readonly unknown[]
}

export interface FakeSession extends PageSession {
  /** What the page asked for, in order. */
  readonly calls: readonly Call[]
}

/** With what the board would tell of the track on show, where a state says nothing of headlines. */
function withHeadline(state: SessionState): SessionState {
  const { current, probes, shownTrack, headlines } = state
  if (Object.keys(headlines).length > 0 || (!current && !probes.emotion)) return state
  const emotions = current ? emotionsOf(current.tree) : []
  const atS = current?.frames.at(-1)?.timeS ?? 0
  const isSaid = emotions.length > 0 || current?.answers.emotion.state === 'done'
  const told = { probed: probes.emotion ?? [], ...(isSaid ? { said: { emotions, atS } } : {}) }
  return { ...state, headlines: { [shownTrack]: told } }
}

/** A session without a worker: it has the state that it is given, notes every call, and applies the simple ones. */
export function fakeSession(
  state: Partial<SessionState> = {},
  facesBoard: FacesBoard = new MeasuredFaces(),
): FakeSession {
  const store = new Store<SessionState>(withHeadline({ ...blankState, ...state }))
  // At once: there are no animation frames outside of a browser.
  const flows = Object.fromEntries(stageIds.map((id) => [id, new TokenFlow((run) => run())])) as Record<
    StageId,
    TokenFlow
  >
  for (const id of stageIds) flows[id].set(state.current?.answers[id].text ?? '')
  const calls: Call[] = []
  const noted =
    <Name extends keyof SessionActions>(name: Name, follow: (...args: Parameters<SessionActions[Name]>) => void) =>
    (...args: Parameters<SessionActions[Name]>) => {
      calls.push({ name, args })
      follow(...args)
    }
  const notedLater =
    <Name extends keyof SessionActions>(
      name: Name,
      follow: (...args: Parameters<SessionActions[Name]>) => void = () => undefined,
    ) =>
    async (...args: Parameters<SessionActions[Name]>) =>
      noted(name, follow)(...args)
  const actions: SessionActions = {
    loadBundle: notedLater('loadBundle', (source) => store.update({ load: { state: 'asking', source } })),
    acceptLoad: noted('acceptLoad', () => undefined),
    cancelLoad: noted('cancelLoad', () => store.update({ load: { state: 'idle' } })),
    retryLoad: notedLater('retryLoad'),
    loadSmallBundle: notedLater('loadSmallBundle'),
    dismissLostLoad: noted('dismissLostLoad', () => store.update({ lostLoad: undefined })),
    lookAtStorage: notedLater('lookAtStorage'),
    removeStored: notedLater('removeStored'),
    protectStorage: notedLater('protectStorage'),
    dismissEvicted: noted('dismissEvicted', () => store.update({ evicted: [] })),
    openFiles: notedLater('openFiles'),
    readWaiting: notedLater('readWaiting'),
    removeFile: noted('removeFile', (id) =>
      store.update({ queue: store.get().queue.filter((item) => item.id !== id) }),
    ),
    clearFiles: noted('clearFiles', () => store.update({ queue: [] })),
    openSample: notedLater('openSample'),
    openCamera: notedLater('openCamera'),
    openScreen: notedLater('openScreen'),
    openDrawn: notedLater('openDrawn'),
    changeDrawn: noted('changeDrawn', (change) => store.update({ drawn: { ...store.get().drawn, ...change } })),
    recordDrawn: noted('recordDrawn', (isOn) =>
      store.update({ drawn: { ...store.get().drawn, video: isOn ? 'recording' : 'possible' } }),
    ),
    expectCamera: noted('expectCamera', () => undefined),
    giveCameraConsent: noted('giveCameraConsent', () => store.update({ hasCameraConsent: true })),
    start: notedLater('start', () => store.update({ run: { state: 'running' } })),
    pause: noted('pause', () => store.update({ run: { state: 'paused' } })),
    stop: noted('stop', () => store.update({ run: { state: 'over', reason: 'stopped' } })),
    readFrom: notedLater('readFrom'),
    dismissProblem: noted('dismissProblem', () => store.update({ problem: undefined })),
    chooseFace: noted('chooseFace', (chosen) => store.update({ faces: { ...store.get().faces, chosen } })),
    takeNeutral: noted('takeNeutral', (track) => {
      const { faces } = store.get()
      const tracks = faces.tracks.map((each) => (each.track === track ? { ...each, neutral: 'chosen' as const } : each))
      store.update({ faces: { ...faces, tracks } })
    }),
    erase: noted('erase', () =>
      store.update({ recording: [], frames: [], source: undefined, current: undefined, run: { state: 'idle' } }),
    ),
    downloadRecording: notedLater('downloadRecording'),
    announce: noted('announce', (announcement) => store.update({ announcement })),
    changeSettings: noted('changeSettings', (change) =>
      store.update({ settings: { ...store.get().settings, ...change } }),
    ),
    resetSettings: noted('resetSettings', () => store.update({ settings: defaultSettings })),
  }
  return { store, flows, actions, facesBoard, calls }
}
