import type { Stage, StageId } from '../affect/stages.ts'
import type { LiveFrames } from '../capture/live-frames.ts'
import type { TimedFrame } from '../capture/painter.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { FacesRequest } from './faces-request.ts'
import { type ChosenFrames, type FrameSettings, framesFor } from './frames.ts'
import { type Probe, type ProbeChoice, probesFor } from './probes.ts'

export type ReadingSource =
  /** Read on its own clock, every window of it. */
  | { readonly type: 'file'; readonly file: Blob; readonly fromS?: number }
  /** Frames that are at hand, read in their order, every window of them; a worker cannot be given them. */
  | { readonly type: 'frames'; readonly frames: AsyncIterable<TimedFrame> | Iterable<TimedFrame> }
  /** Live; the newest pair wins. */
  | { readonly type: 'live'; readonly frames: LiveFrames }

export interface ReadingSettings extends FrameSettings {
  /** Tokens of each answer at most. */
  readonly maxTokens: number
  /** Default: greedy. */
  readonly sampling?: { readonly temperature: number; readonly topP: number; readonly seed: number }
}

export interface StageQuestion {
  readonly id: StageId
  readonly prompt: string
  /** Asked once in a window; later updates put its answer back into the conversation. */
  readonly isStanding?: boolean
  /** Asked with what was measured of the followed face during the frames, where one is followed (`affect/clues.ts`). */
  readonly withClues?: boolean
  /** Known beforehand: it opens the conversation as if the model had given it, and nothing is asked or reported. */
  readonly answer?: string
}

export interface ReadingRequest {
  readonly source: ReadingSource
  readonly stages: readonly StageQuestion[]
  /**
   * Closed questions about the window, asked after every pair of frames: the first one always, the others by turns, for
   * no longer than the pair itself lasts.
   */
  readonly probes?: readonly Probe[]
  readonly settings: ReadingSettings
  /** Default: the whole picture is read, and nobody in it is followed. */
  readonly faces?: FacesRequest
  readonly keepFrames?: boolean
  /** One token a pass: for tests and comparisons. */
  readonly withoutDrafts?: boolean
}

/** What somebody wants of a reading; everything else follows from the bundle. */
export interface ReadingWish {
  readonly source: ReadingSource
  readonly stages: readonly Stage[]
  readonly settings: ReadingSettings
  /** No closed questions by default. */
  readonly probes?: ProbeChoice
  /** Default: the whole picture is read, and nobody in it is followed. */
  readonly faces?: FacesRequest
  /** The emotion is asked with what was measured of the followed face. Default: false. */
  readonly withClues?: boolean
  readonly keepFrames?: boolean
}

/** How a reading with this bundle is made: what somebody chose, and for the rest as the bundle's model was trained. */
export function readingSettings(
  { maxTokens, sampling, ...chosen }: ChosenFrames & Pick<ReadingSettings, 'maxTokens' | 'sampling'>,
  manifest: Pick<Manifest, 'video'>,
): ReadingSettings {
  return { ...framesFor(chosen, manifest), maxTokens, ...(sampling ? { sampling } : {}) }
}

/** The one way to a request: for the page, the API and the command line. */
export function readingRequest(
  { source, stages, settings, probes, faces, withClues = false, keepFrames = false }: ReadingWish,
  manifest: Pick<Manifest, 'calibration'>,
): ReadingRequest {
  return {
    source,
    stages: stages.map(({ id, prompt, isStanding = false }) => ({
      id,
      prompt,
      ...(isStanding ? { isStanding } : {}),
      // An answer that stands for a window cannot follow what is measured within it.
      ...(withClues && id === 'emotion' && !isStanding ? { withClues } : {}),
    })),
    ...(probes ? { probes: probesFor(probes, manifest, faces?.view) } : {}),
    settings,
    ...(faces ? { faces } : {}),
    ...(keepFrames ? { keepFrames } : {}),
  }
}
