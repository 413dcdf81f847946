import type { BuildSessionState } from '../build-session.ts'
import type { FacesBoard } from '../session/faces-state.ts'
import type { RunState, SessionState, Source, StripFrame } from '../session/session-state.ts'
import type { ViewState } from '../view.ts'
import { fullBundle, graphicsCard, probes, readings, update } from './story-facts.ts'

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

export const clip = { width: 640, height: 480, durationS: 9, framesPerSecond: 24, codec: 'vp09.00.10.08' }
export const ready = { device: graphicsCard, bundle: fullBundle, check: fullBundle.check }
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

export function reading(material: Material, run: RunState): Partial<SessionState> {
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
    ...reading(material, run),
    source: camera(material),
    clip: { width: 640, height: 480 },
    progress: undefined,
    cameras: [
      { deviceId: 'a', label: 'FaceTime HD Camera' },
      { deviceId: 'b', label: 'Studio Display Camera' },
    ],
    hasCameraConsent: true,
  }
}
