import type { ActionUnit } from './labels.ts'
import type { TrackId } from './track.ts'

/** The action units that are measured: those of the label set, and five more (upper lids, nose, chin, lips, closed eyes). */
export const measuredUnits = [
  'AU1',
  'AU2',
  'AU4',
  'AU5',
  'AU6',
  'AU7',
  'AU9',
  'AU10',
  'AU12',
  'AU15',
  'AU17',
  'AU20',
  'AU23',
  'AU24',
  'AU25',
  'AU26',
  'AU43',
] as const satisfies readonly (ActionUnit | `AU${number}`)[]
export type MeasuredUnit = (typeof measuredUnits)[number]

/** In pixels of the source's picture; x to the right, y down. */
export interface FaceBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What may keep a face from being measured or read well. */
export const faceFlaws = ['small', 'blurred', 'dark', 'bright', 'turned-away', 'cut-off', 'covered', 'still'] as const
export type FaceFlaw = (typeof faceFlaws)[number]

export interface FaceQuality {
  /** From hairline to chin, in pixels of the source's picture. */
  readonly heightPx: number
  /** 0 (blurred) to 1. */
  readonly sharpness: number
  /** Mean luminance of the face, 0 to 1. */
  readonly light: number
  /** How far the head is turned from the camera, degrees. */
  readonly turn: number
  /** Share of the face that lies outside the picture, 0 to 1. */
  readonly cut: number
  /** The landmark network's own doubt that there is a whole face, 0 to 1. */
  readonly covered: number
  /** The flaws that matter, the worst first; empty for a face that is seen well. */
  readonly flaws: readonly FaceFlaw[]
}

/** One followed face at one moment. It holds movement only: nothing from which a person could be recognized. */
export interface MeasuredFace {
  /** On the source's own clock, s. */
  readonly timeS: number
  readonly box: FaceBox
  /** Intensities relative to the person's neutral face, 0 to 1. */
  readonly units: Readonly<Record<MeasuredUnit, number>>
  /** Degrees: yaw to the picture's right, pitch up, roll clockwise. */
  readonly head: { readonly yaw: number; readonly pitch: number; readonly roll: number }
  /** Relative to the head, -1 to 1: to the picture's right and down. */
  readonly gaze: { readonly x: number; readonly y: number }
  /** How far the lids of the eye on the picture's left and right are closed, 0 to 1. */
  readonly closedLeft: number
  readonly closedRight: number
  /** 0 to 1. */
  readonly mouthOpen: number
  readonly quality: FaceQuality
}

/** A followed face in one frame. */
export interface TrackedFace {
  readonly track: TrackId
  readonly measured: MeasuredFace
}

/** All followed faces of one frame. */
export interface FacesMoment {
  /** On the source's own clock, s; live: of the capture's timestamps, so that it can be matched with other feeds of it. */
  readonly timeS: number
  /** Of the frame, px. */
  readonly width: number
  readonly height: number
  readonly faces: readonly TrackedFace[]
}

/** Movements that are told from the curves. */
export const faceEventKinds = [
  'smile',
  'frown',
  'brow-raise',
  'nod',
  'shake',
  'turn',
  'blink',
  'wink',
  'close-eyes',
  'yawn',
  'talk',
  'look-around',
] as const
export type FaceEventKind = (typeof faceEventKinds)[number]

export interface FaceEvent {
  readonly track: TrackId
  readonly kind: FaceEventKind
  readonly startS: number
  readonly endS: number
  /** The largest intensity within it, 0 to 1; for movements of the head, degrees over 45, at most 1. */
  readonly strength: number
}

/** What whoever reads a source is told of the faces in it, in the order of their times. */
export type FacesMessage =
  | { readonly type: 'moment'; readonly moment: FacesMoment }
  /** From here on this face is to be read. */
  | { readonly type: 'chosen'; readonly track: TrackId }
  /** No more moments come: the file has ended, or faces cannot be followed. */
  | { readonly type: 'end' }

/** One followed face during an update. */
export interface MeasuredSpan {
  /** In the order of time. */
  readonly faces: readonly MeasuredFace[]
  readonly events: readonly FaceEvent[]
}
