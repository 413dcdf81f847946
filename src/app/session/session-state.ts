import type { OptionOrders } from '../../affect/probes/probe-set.ts'
import type { ProbePoint } from '../../affect/probes/smoothing.ts'
import type { StageId } from '../../affect/stages.ts'
import { type TrackId, wholePicture } from '../../affect/track.ts'
import type { View } from '../../affect/view.ts'
import type { VidemoError } from '../../base/errors.ts'
import { type DrawnState, firstDrawn } from '../../demo-face/drawn-face.ts'
import type { FaceSetting } from '../../demo-face/live-face.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type {
  BundleRoom,
  BundleSource,
  CheckReport,
  DeviceFigures,
  DeviceReport,
  LoadedBundle,
  PictureState,
} from '../../readers/worker/protocol.ts'
import type { FileProgress } from '../../reading/events.ts'
import type { ChosenFrames } from '../../reading/frames.ts'
import type { MeanFigures } from '../../reading/mean-figures.ts'
import type { ProbeHistory } from '../../reading/probe-history.ts'
import type { CurrentUpdate, FinishedUpdate, SourceFacts, WindowFrame } from '../../reading/reading.ts'
import type { ReadingOrigin } from '../../reading/recording.ts'
import type { ReadingSettings } from '../../reading/request.ts'
import type { ShownWait } from '../server-wait.ts'
import { type FacesState, noFaces } from './faces-state.ts'
import type { NamedFile, QueuedFile } from './queued-file.ts'
import type { QuietHost } from './quiet-host.ts'
import type { StoredName, StoredState } from './stored-models.ts'

/** A load during which the tab was closed by the system. */
export interface LostLoad {
  readonly name: string
  /** Undefined for a folder. */
  readonly url?: string
  readonly phase: 'asking' | 'downloading' | 'checking' | 'starting'
  /** ISO 8601. */
  readonly at: string
}

export type LoadState =
  /** Cancelled where the person ended a load or declined an offer. */
  | { readonly state: 'idle'; readonly isCancelled?: true }
  /** The address was given; its manifest is on the way. */
  | {
      readonly state: 'asking'
      readonly source: BundleSource
      readonly wait?: ShownWait | undefined
      readonly quiet?: QuietHost | undefined
    }
  /** The manifest is here and this device can run the model; the rest is fetched when the person agrees. */
  | {
      readonly state: 'offered'
      readonly source: BundleSource
      readonly manifest: Manifest
      readonly totalBytes: number
      readonly room?: BundleRoom
    }
  /** Another tab is storing the same model; this one waits and then loads it from there. */
  | {
      readonly state: 'waiting'
      readonly source: BundleSource
      readonly manifest: Manifest
      readonly totalBytes: number
    }
  | {
      readonly state: 'downloading'
      readonly source: BundleSource
      readonly manifest: Manifest
      /** Bytes that were stored before this load began. */
      readonly keptBytes?: number
      readonly doneBytes: number
      readonly totalBytes: number
      readonly bytesPerS?: number
      readonly leftS?: number
      /** The server limits requests: when it is asked again. */
      readonly wait?: ShownWait | undefined
      readonly quiet?: QuietHost | undefined
    }
  | { readonly state: 'checking'; readonly source: BundleSource }
  | { readonly state: 'starting'; readonly source: BundleSource; readonly graph: 'vision' | 'decoder' }
  | { readonly state: 'failed'; readonly source: BundleSource; readonly error: VidemoError }

/** Where frames come from. */
export type Source =
  | {
      readonly kind: 'file'
      readonly name: string
      readonly url: string
      readonly file: Blob
      readonly isSample: boolean
    }
  | {
      readonly kind: 'camera'
      readonly name: string
      readonly stream: MediaStream
      readonly deviceId: string
      readonly isMirrored: boolean
    }
  | { readonly kind: 'screen'; readonly name: string; readonly stream: MediaStream }
  | {
      readonly kind: 'drawn'
      readonly name: string
      readonly stream: MediaStream
      /** The canvas that is captured; the page shows the canvas itself. */
      readonly canvas: HTMLCanvasElement
      /** The page opened it for a first visitor without being asked, and still offers the other sources. */
      readonly isUnasked: boolean
    }
  /** Nothing is captured any more; the last picture stays, with a way to start again. */
  | {
      readonly kind: 'stopped'
      readonly was: 'camera' | 'screen' | 'drawn'
      readonly name: string
      /** Undefined where there was none yet. */
      readonly picture: ImageBitmap | undefined
      /** As the person saw it. */
      readonly isMirrored: boolean
      /** Of a camera, to start the same one again. */
      readonly deviceId?: string
    }

/** A source that can be read as it is. */
export type ReadableSource = Exclude<Source, { readonly kind: 'stopped' }>

/** A source that is captured until it is stopped, unlike a file. */
export type LiveSource = Extract<Source, { readonly stream: MediaStream }>

/** A source that was captured, and is no more. */
export type StoppedSource = Extract<Source, { readonly kind: 'stopped' }>

/** Whether the source is live. */
export function isLive(source: Source | undefined): source is LiveSource {
  return source !== undefined && source.kind !== 'file' && source.kind !== 'stopped'
}

/** What could not be opened. It is told at the button that was pressed; what ran before runs on. */
export interface SourceProblem {
  readonly at: 'camera' | 'file' | 'screen' | 'drawn' | 'sample'
  /** `Camera not started` */
  readonly title: string
  readonly error: VidemoError
  /** What is offered first, because it helps most. */
  readonly firstChoice: 'try-again' | 'choose-file'
}

/** Whether the picture is shown as a mirror would. */
export function isShownMirrored(source: Source, settings: Pick<Settings, 'isMirrored'>): boolean {
  return source.kind === 'camera' && source.isMirrored && settings.isMirrored
}

export type RunState =
  | { readonly state: 'idle' }
  /** The reading begins when a model is loaded. */
  | { readonly state: 'queued' }
  | { readonly state: 'opening' }
  /** Kernels compile during the first pair and the first pass. */
  | { readonly state: 'warming' }
  | { readonly state: 'running' }
  /** A live reading is slower than the source: the newest frame was this old when it had been read. */
  | { readonly state: 'lagging'; readonly lagS: number }
  | { readonly state: 'paused' }
  | { readonly state: 'stopping' }
  /** The worker or the device was lost; the model is loaded again and the reading restarts from its window. */
  | { readonly state: 'recovering'; readonly attempt: number; readonly of: number }
  | { readonly state: 'over'; readonly reason: 'ended' | 'stopped' | 'source-ended' }
  | { readonly state: 'failed'; readonly error: VidemoError }

/** A frame of the window that can be shown, and kept. */
export type StripFrame = WindowFrame & Required<Pick<WindowFrame, 'image' | 'thumbnail'>>

/** One finished update of the recording. */
export interface RecordedReading extends FinishedUpdate, ReadingOrigin {
  /** Which of the sources that were opened in this page it is of: two may have one name. */
  readonly opened: number
}

/** For the heads-up display. */
export interface RunFigures extends MeanFigures {
  readonly updatePeriodS?: number
  readonly passedOver?: number
  readonly device?: DeviceFigures
}

/** What is last known of a track that is read: what a row of the page tells of it, and no more. */
export interface TrackHeadline {
  /** What the closed question about the emotion gave, oldest first. */
  readonly probed: readonly ProbePoint[]
  /** The emotions that its newest answer names, first person first; undefined before there is one. */
  readonly said?: {
    readonly emotions: readonly { readonly person: string; readonly label: string }[]
    /** Time of the last frame that the answer is about, s. */
    readonly atS: number
  }
}

export interface SessionState {
  readonly device: DeviceReport | undefined
  readonly bundle: LoadedBundle | undefined
  readonly check: CheckReport | undefined
  readonly load: LoadState
  /** The last visit's tab was closed by the system during this load. */
  readonly lostLoad: LostLoad | undefined
  /** The address of the model that comes with the page. */
  readonly smallBundle: string
  /** What this browser stores of models; undefined until it was looked up. */
  readonly stored: StoredState | undefined
  /** Models that were stored at the last visit and that the browser has removed. */
  readonly evicted: readonly StoredName[]
  readonly source: Source | undefined
  /** How many sources were opened in this page: readings of one carry its number. */
  readonly opened: number
  readonly problem: SourceProblem | undefined
  readonly drawn: DrawnState
  readonly clip: SourceFacts | undefined
  readonly run: RunState
  /** Whether a live source gives a picture; while it does not, nothing is read. */
  readonly picture: PictureState
  /** Frames of the window, oldest first. */
  readonly frames: readonly StripFrame[]
  readonly pairsPerWindow: number
  /** Who is read, of the reading on show. */
  readonly shownTrack: TrackId
  readonly current: CurrentUpdate | undefined
  readonly probes: ProbeHistory
  /** Of every track that the reading under way, or the last one of this source, has told of. */
  readonly headlines: Readonly<Partial<Record<TrackId, TrackHeadline>>>
  readonly progress: FileProgress | undefined
  /** Who is followed in the source. */
  readonly faces: FacesState
  /** What a person should know of the file that is read: parts that cannot be, and why. */
  readonly fileNotices: readonly string[]
  readonly recording: readonly RecordedReading[]
  /** How many of the readings were downloaded, from the first on. */
  readonly savedReadings: number
  /** Files that are read one after the other; empty if a single file was chosen. */
  readonly queue: readonly QueuedFile[]
  readonly figures: RunFigures
  readonly settings: Settings
  /** Whether the person has agreed to the camera, which must not start before. */
  readonly hasCameraConsent: boolean
  readonly cameras: readonly { readonly deviceId: string; readonly label: string }[]
  /** The text that screen readers announce next. */
  readonly announcement: string
}

/** Where every session begins. */
export function firstState(settings: Settings, hasCameraConsent: boolean): SessionState {
  return {
    device: undefined,
    bundle: undefined,
    check: undefined,
    load: { state: 'idle' },
    lostLoad: undefined,
    smallBundle: '',
    stored: undefined,
    evicted: [],
    source: undefined,
    opened: 0,
    problem: undefined,
    drawn: firstDrawn,
    clip: undefined,
    run: { state: 'idle' },
    picture: 'there',
    frames: [],
    pairsPerWindow: 8,
    shownTrack: wholePicture,
    current: undefined,
    probes: {},
    headlines: {},
    progress: undefined,
    faces: noFaces,
    fileNotices: [],
    recording: [],
    savedReadings: 0,
    queue: [],
    figures: {},
    settings,
    hasCameraConsent,
    cameras: [],
    announcement: '',
  }
}

/** Remembered on this device. */
export interface Settings {
  readonly reading: Pick<ReadingSettings, 'maxTokens'> &
    ChosenFrames & {
      readonly sampling: { readonly isOn: boolean; readonly temperature: number; readonly topP: number }
    }
  readonly preset: string
  readonly stagesOn: Readonly<Record<StageId, boolean>>
  /** Prompts that the person has written in place of the preset's. */
  readonly prompts: { readonly [Id in StageId]?: string | undefined }
  readonly probes: {
    readonly isOn: boolean
    readonly orders: OptionOrders
    /** Smoothing changes only what is shown, not the answers that are kept. */
    readonly isSmoothed: boolean
  }
  readonly faces: {
    /** Whether faces are looked for, from the next source on. */
    readonly isOn: boolean
    /** How the model is shown a face. `automatic`: as suits the model and what is in the picture. */
    readonly view: View | 'automatic'
    /** The chosen face, or every face in turn. */
    readonly who: 'chosen' | 'all'
    /** The emotion question names what was measured. */
    readonly withClues: boolean
    readonly areOutlinesShown: boolean
    readonly isMeshShown: boolean
    /** Beside the picture, what the model is shown in place of the face. */
    readonly isTwinShown: boolean
    /** Small faces are looked for in parts of the picture, too. */
    readonly areSmallSought: boolean
  }
  readonly isMirrored: boolean
  readonly isHudShown: boolean
  /** Whether keys of one character run actions. */
  readonly areKeysOn: boolean
  /** What screen readers are told of a reading by itself: changes of the emotion, or every answer in full. */
  readonly spoken: 'changes' | 'answers'
}

/** What a person can do; components call nothing else of the session. */
export interface SessionActions {
  loadBundle(source: BundleSource): Promise<void>
  /** Accepts the download that is offered. */
  acceptLoad(): void
  cancelLoad(): void
  retryLoad(): Promise<void>
  /** Loads the small model that comes with the page. */
  loadSmallBundle(): Promise<void>
  /** Removes the notice of the load that was lost. */
  dismissLostLoad(): void
  /** Looks up what this browser stores of models. */
  lookAtStorage(): Promise<void>
  /** Deletes a stored model, whole or not. */
  removeStored(key: string): Promise<void>
  /** Asks the browser to keep the models when it frees space. */
  protectStorage(): Promise<void>
  /** Removes the notice of models that the browser has removed. */
  dismissEvicted(): void
  /** Opens a file; several are read one after the other. */
  openFiles(files: readonly NamedFile[]): Promise<void>
  /** Begins the next file of the queue, and ends what is being read. */
  readWaiting(): Promise<void>
  /** Takes a file out of the queue, unless it is being read. */
  removeFile(id: number): void
  /** Takes all files out of the queue except the one that is being read. */
  clearFiles(): void
  openSample(): Promise<void>
  /** Asks the browser for the camera. Does nothing without the person's consent. */
  openCamera(deviceId?: string): Promise<void>
  openScreen(): Promise<void>
  openDrawn(): Promise<void>
  /** Changes the drawn face; setting units or a motion ends the expressions that it shows in turn. */
  changeDrawn(change: Partial<FaceSetting>): void
  /** Records the drawn face as a video, or ends the recording and downloads it. */
  recordDrawn(isOn: boolean): void
  /** The person is being asked about the camera, which may begin next. */
  expectCamera(): void
  giveCameraConsent(): void
  /** Starts, goes on after a pause, or opens again what was stopped. */
  start(): Promise<void>
  pause(): void
  /** Ends the reading and, for all but files, the capture, of which the last picture stays. */
  stop(): void
  /** Files: reads anew from this time on, s. Seeking alone only reviews. */
  readFrom(timeS: number): Promise<void>
  /** Removes the notice of what could not be opened. */
  dismissProblem(): void
  /** Reads this face from here on. */
  chooseFace(track: TrackId): void
  /** Takes how this face looks now for its neutral face, against which movement is measured. */
  takeNeutral(track: TrackId): void
  /** Deletes every reading and frame, and closes the source. */
  erase(): void
  /** @param format of `exporters`; default: the first */
  downloadRecording(format?: string): Promise<void>
  /** Has screen readers say something once: a change of state, in few words. */
  announce(text: string): void
  changeSettings(change: Partial<Settings>): void
  resetSettings(): void
}
