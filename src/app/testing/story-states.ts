import type { VidemoError } from '../../base/errors.ts'
import type { DrawnState } from '../../demo-face/drawn-face.ts'
import { expressions } from '../../demo-face/live-face.ts'
import type { BuildSessionState } from '../build-session.ts'
import type { FacesBoard } from '../session/faces-state.ts'
import type { RunState, SessionState, Source, SourceProblem, StripFrame } from '../session/session-state.ts'
import type { ViewState } from '../view.ts'
import { blankState } from './fake-session.ts'
import {
  drawnBundle,
  fullBundle,
  graphicsCard,
  probes,
  readings,
  smallBundle,
  softwareAdapter,
  update,
} from './story-facts.ts'

/** Frames, files and streams that stories show. */
export interface Material {
  readonly frames: readonly StripFrame[]
  readonly file: Blob
  readonly fileUrl: string
  readonly stream: MediaStream
  /** Three faces of different sizes, 1280 x 720. */
  readonly group: MediaStream
  /** A drawn face that smiles. */
  readonly canvas: HTMLCanvasElement
}

export interface Story {
  readonly state: Partial<SessionState>
  readonly view?: Partial<ViewState>
  /** What is measured of the faces that the state names. */
  readonly board?: FacesBoard
  readonly buildSession?: Partial<BuildSessionState>
}

/** Makes a story of what there is to show. */
export type Teller = (material: Material) => Story

export const clip = { width: 640, height: 480, durationS: 9, framesPerSecond: 24, codec: 'vp09.00.10.08' }
export const ready = { device: graphicsCard, bundle: fullBundle, check: fullBundle.check }
/** The small model that comes with the page, on a graphics adapter in software. */
export const smallModel = { device: softwareAdapter, bundle: drawnBundle, check: drawnBundle.check }
/** One whose weights are random. */
export const randomModel = { device: softwareAdapter, bundle: smallBundle, check: smallBundle.check }
const figures = {
  firstTokenMs: 420,
  tokensPerS: 31.4,
  tokensPerPass: 3.4,
  acceptedShare: 0.83,
  prefillTokensPerS: 812,
  probeMs: 41,
  visionMsPerPair: 340,
  updatePeriodS: 5.2,
  passedOver: 3,
  device: { buffers: 812, bytes: 2_643_000_000, readBackBytes: 91_000, dispatches: 1_204_331, submits: 22_014 },
}

export function file({ file, fileUrl }: Material): Source {
  return { kind: 'file', name: 'Sample clip', url: fileUrl, file, isSample: true }
}

export function camera({ stream }: Material): Source {
  return { kind: 'camera', name: 'FaceTime HD Camera', stream, deviceId: 'a', isMirrored: true }
}

export function screen({ stream }: Material, name: string): Source {
  return { kind: 'screen', name, stream }
}

/** What was captured until it was stopped: its last picture stays. */
export function stopped({ frames }: Material, was: 'camera' | 'screen'): Source {
  const name = was === 'camera' ? 'FaceTime HD Camera' : 'Tab: a film'
  return { kind: 'stopped', was, name, picture: frames[3]?.image, isMirrored: was === 'camera' }
}

/** What could not be opened; told while `what ran before` runs on. */
export function problem(at: SourceProblem['at'], error: VidemoError, title = 'Camera not started'): SourceProblem {
  return { at, title, error, firstChoice: at === 'file' ? 'choose-file' : 'try-again' }
}

export function fileReading(material: Material, run: RunState): Partial<SessionState> {
  const { frames } = material
  return {
    ...ready,
    source: file(material),
    opened: 1,
    clip,
    run,
    frames,
    current: update(frames),
    progress: { doneWindows: 1, windows: 3, doneS: 7.5, totalS: 15.5, leftS: 11 },
    recording: readings(frames, 4),
    probes,
    figures,
  }
}

export function live(material: Material, run: RunState): Partial<SessionState> {
  return {
    ...fileReading(material, run),
    source: camera(material),
    clip: { width: 640, height: 480 },
    progress: undefined,
    recording: readings(material.frames, 4).map((each) => ({
      ...each,
      source: { kind: 'camera', name: 'FaceTime HD Camera' },
    })),
    cameras: [
      { deviceId: 'a', label: 'FaceTime HD Camera' },
      { deviceId: 'b', label: 'Studio Display Camera' },
    ],
    hasCameraConsent: true,
  }
}

/** The drawn face while somebody moves it; the answers are made up, and about another face. */
export function drawn(
  material: Material,
  { isUnasked = false, setting = {} }: { isUnasked?: boolean; setting?: Partial<DrawnState> } = {},
): Partial<SessionState> {
  const { stream, canvas } = material
  return {
    ...live(material, { state: 'running' }),
    source: { kind: 'drawn', name: 'Drawn face', stream, canvas, isUnasked },
    clip: { width: 480, height: 480 },
    drawn: {
      ...blankState.drawn,
      units: expressions.happy,
      truth: { units: ['AU6', 'AU12'], emotion: 'happy', appearances: ['young', 'oval_face'], motion: 'none' },
      video: 'possible',
      ...setting,
    },
  }
}
