/**
 * What a page of yours imports as `videmo-web`, or as `embed/videmo.js` from the app's own folder: a reading of a video, a
 * camera or a screen, without the app's page.
 *
 * The build copies this file beside `embed/videmo.js` as `videmo.d.ts`: it imports nothing, and has declarations only.
 *
 * @module videmo-web
 */

/**
 * Starts a model in a worker of its own, and reads a source with it. One analyzer reads one source.
 *
 * @throws AnalyzerError at once, before anything is loaded, for options that cannot work
 */
export declare function createAnalyzer(options: AnalyzerOptions): Analyzer

/** What is read, by which model, and how. */
export interface AnalyzerOptions {
  /**
   * A video, an animation or a picture, read window by window on its own clock (a picture as one frame); or a camera, a
   * screen, a canvas, read live.
   */
  readonly source: Blob | MediaStream
  /**
   * Address of a bundle's folder, relative to the page that asks. Default: the app's own small model, which reads drawn
   * faces only. Other origins must be among those that the app was built to fetch weights from.
   */
  readonly bundle?: string | URL
  /**
   * `engine` (the default) reads bundles. `transformers` reads with any image-text-to-text model in the layout of
   * transformers.js, through transformers.js 4.3: `bundle` is then the address of the folder that holds config.json,
   * tokenizer.json and onnx/. It answers no closed questions, its numbers are not checked, and its weights are fetched
   * anew by every analyzer unless the browser's HTTP cache has them.
   */
  readonly reader?: 'engine' | 'transformers'
  /**
   * Asked once, before anything but the manifest is fetched, and only when the weights are not stored in this browser
   * already. Default: they are fetched. Where it does not answer true, `ready` rejects with `download-declined`.
   */
  readonly mayDownload?: (offer: DownloadOffer) => boolean | Promise<boolean>
  /** Told while the model is loaded. */
  readonly onProgress?: (progress: LoadStep) => void
  /** Ends everything, as `stop` does; nothing is loaded where it has aborted before. */
  readonly signal?: AbortSignal
  /** Tokens of each of the three answers at most, 1 to 2048; default: 256. */
  readonly maxTokens?: number
  /** Frames a second, 0.5 to 8; default: as the model was trained. */
  readonly framesPerSecond?: number
  /** Asks closed questions as well, after every two frames, whose answers are probabilities; default: true. */
  readonly withProbabilities?: boolean
  /**
   * What the model is shown: the whole `picture`; the followed `face`, cropped from it; or its `twin`, a drawn face that
   * moves as the followed one does, for models that read drawings. Default: `auto`, the face or the twin where a real face
   * is found, as suits the bundle, and else the picture. Of a live source that shows drawn faces, ask for the `picture`.
   */
  readonly view?: 'auto' | 'picture' | 'face' | 'twin'
  /**
   * Whose faces are read, in turn. Default: `largest`; with `measureOnly` every face is followed. `none`: nobody is looked
   * for, and the picture is read; then the face networks (4.4 MB and
   * their runtime) are not loaded.
   */
  readonly faces?: 'all' | 'largest' | 'none' | number
  /** Measures of each face a second, 1 to 30. Default: 10 of files, live as many as the source and the machine give. */
  readonly rate?: number
  /**
   * Looks for small faces in parts of the picture as well, beside those that are followed; default: false, since it takes
   * more time: then parts are looked at only while no face is followed.
   */
  readonly smallFaces?: boolean
  /** Faces are followed and measured, and no model is loaded: there are no readings. */
  readonly measureOnly?: boolean
  /** Told of the followed faces of every frame that is measured, in the order of time. */
  readonly onMeasured?: (moment: MeasuredMoment) => void
  /** Told of every movement of a followed face, once it has ended. */
  readonly onFaceEvent?: (event: FaceEvent & { readonly track: string }) => void
  /** Where the app's files lie; default: the folder above this script's. Must be of the page's own origin. */
  readonly appUrl?: string | URL
}

/** A model at work on one source. */
export interface Analyzer {
  /**
   * Settles when the model is loaded, with an AnalyzerError when it is not: `stopped` where the analyzer was stopped
   * before. With `measureOnly`, when the face networks are.
   */
  readonly ready: Promise<ModelFacts>
  /**
   * What the model reads, from when it is first asked for: once the source ends, or its owner stops its tracks, or after
   * `stop`, there are no more. To be gone through once, with `measureOnly` too: then there are none, and it ends with the
   * source. Leaving the loop ends the analyzer. Throws an AnalyzerError.
   */
  readonly readings: AsyncIterable<Reading>
  /** Ends the reading and frees the GPU. The source is the caller's to end. */
  stop(): void
}

/** What the model says of one window of frames. */
export interface Reading {
  /** Whose: the whole `picture`, or one of the followed faces, `face-1` ..., which are counted and name nobody. */
  readonly track: string
  /** What the model was shown. */
  readonly view: 'picture' | 'face' | 'twin'
  /** Counts from 0. */
  readonly update: number
  /** Times of the first and of the last frame it is about, s, on the source's own clock. */
  readonly startS: number
  readonly endS: number
  /** Of every frame, s. */
  readonly frameTimesS: readonly number[]
  /** The model's own words. Plain text: show it as text, never as HTML. */
  readonly answers: {
    readonly attributes?: string
    readonly expression?: string
    readonly emotion?: string
  }
  /** What the words say, where they could be read. */
  readonly persons: readonly Person[]
  /**
   * The newest answer to each closed question, by its id (`emotion`, `sentiment`, `AU12`, `smile` ...) and its options,
   * of sum 1: `probabilities.emotion.happy`. Not calibrated unless the bundle says so.
   */
  readonly probabilities: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** What the followed face did meanwhile, where one is followed. */
  readonly measured?: MeasuredSummary
  /** What the words say the face did, held against that; in the view `twin` both have the same source, and prove nothing. */
  readonly claims?: readonly Claim[]
  /** By what it was read. */
  readonly model: { readonly name: string; readonly source: string; readonly dtype: string }
  /** What was asked, in the words that were used, and of how many frames a second. */
  readonly settings: {
    readonly preset: string
    readonly stages: readonly { readonly id: string; readonly prompt: string }[]
    readonly framesPerSecond: number
    readonly windowFrames: number
    readonly hopFrames: number
    readonly maxTokens: number
  }
}

/** Everything about a person is apparent, and says nothing of what they feel. */
export interface Person {
  readonly name: string
  readonly attributes: readonly { readonly label: string; readonly topic: string; readonly text: string }[]
  readonly expressions: readonly {
    readonly label: string
    readonly text: string
    /** `AU12` */
    readonly actionUnits: readonly string[]
  }[]
  readonly emotions: readonly { readonly label: string; readonly text: string }[]
}

/** One thing that the words say a face did, held against what was measured of it. */
export interface Claim {
  /** Of `persons`, and of the expressions of that person: which says it. */
  readonly of: { readonly person: number; readonly index: number }
  /** `AU12`, `nod`, `look-down` ...; absent where nothing measures it. */
  readonly what?: string
  /** When in the window, where the words say so. */
  readonly phase?: 'beginning' | 'middle' | 'end'
  readonly verdict: 'seen' | 'not-seen' | 'cannot-tell'
  /** The highest level, 0 to 1; and of what is seen, from when to when, s. */
  readonly strength?: number
  readonly startS?: number
  readonly endS?: number
  /** Why it cannot be told: `not-measurable`, `poor`, `faint`, `nobody`, `too-short`, or a flaw of the face. */
  readonly reason?: string
}

/** What was measured of one followed face while the frames of a reading were on show. */
export interface MeasuredSummary {
  /** How many times it was measured. */
  readonly faces: number
  /** By action unit, `AU12`, 0 to 1. How far each can be trusted is in docs/faces.md. */
  readonly units: Readonly<Record<string, { readonly mean: number; readonly peak: number }>>
  /** Degrees on average: yaw to the picture's right, pitch up, roll clockwise. */
  readonly head: { readonly yaw: number; readonly pitch: number; readonly roll: number }
  /** Share of the measures with a flaw, by its name, 0 to 1. */
  readonly flaws: Readonly<Partial<Record<string, number>>>
  readonly events: readonly FaceEvent[]
}

/** A movement told from the measures. */
export interface FaceEvent {
  /** `smile`, `frown`, `brow-raise`, `nod`, `shake`, `turn`, `blink`, `wink`, `close-eyes`, `yawn`, `talk`, `look-around`. */
  readonly kind: string
  readonly startS: number
  readonly endS: number
  /** 0 to 1. */
  readonly strength: number
}

/** The followed faces of one frame. */
export interface MeasuredMoment {
  /** On the source's own clock, s. */
  readonly timeS: number
  /** Of the frame, px. */
  readonly width: number
  readonly height: number
  readonly faces: readonly { readonly track: string; readonly measured: MeasuredFace }[]
}

/** One followed face at one moment: movement only, and nothing from which a person could be recognized. */
export interface MeasuredFace {
  readonly timeS: number
  /** In pixels of the source's picture. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** By action unit, relative to the person's neutral face, 0 to 1. */
  readonly units: Readonly<Record<string, number>>
  /** Degrees. */
  readonly head: { readonly yaw: number; readonly pitch: number; readonly roll: number }
  readonly gaze: { readonly x: number; readonly y: number }
  /** How far the lids of the eye on the picture's left and right are closed, and the mouth is open, 0 to 1. */
  readonly closedLeft: number
  readonly closedRight: number
  readonly mouthOpen: number
  readonly quality: {
    readonly heightPx: number
    readonly sharpness: number
    readonly light: number
    readonly turn: number
    readonly cut: number
    readonly covered: number
    /** The worst first: `small`, `blurred`, `dark`, `bright`, `turned-away`, `cut-off`, `covered`, `still`. */
    readonly flaws: readonly string[]
  }
}

/** What was loaded, and how it computes here. */
export interface ModelFacts {
  readonly name: string
  /** `q4f16`, `q4` ... */
  readonly dtype: string
  readonly provider: 'webgpu' | 'wasm'
  /** What kind of faces it was trained on, where its bundle says so. */
  readonly reads?: 'faces' | 'drawn-faces'
  /** Whether this device computes what it should: `exact`, `close`, or `unchecked` where there was nothing to check. */
  readonly check: string
  /** What a person should know, in sentences. */
  readonly notices: readonly string[]
}

/** What would be fetched. */
export interface DownloadOffer {
  readonly name: string
  readonly bytes: number
  /** The weights' license, or where to look for it. */
  readonly license: string
}

/** What is being done while a model is loaded. */
export type LoadStep =
  | { readonly step: 'downloading'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly step: 'checking' | 'starting' }

/** What is thrown: an Error that also says what to do. */
export interface AnalyzerError extends Error {
  /**
   * For programs: `host-not-allowed`, `no-adapter`, `wrong-hash`, `not-a-video`, `device-lost` ...; of wrong options
   * `no-options`, `unknown-source`, `empty-file`, `stream-without-video`, `stream-ended`, `bad-url`, `bad-app-url`,
   * `app-elsewhere`, `bad-max-tokens`, `bad-frames-per-second`, `bad-option`; and `download-declined`,
   * `may-download-failed`, `stopped`.
   */
  readonly code: string
  /** For people: what to do next. */
  readonly action: string
}
