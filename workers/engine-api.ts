import type { StageId } from '../src/affect/stages.ts'
import type { DeviceReport } from '../src/device/device.ts'
import type { AnswerFigures, FinishReason } from '../src/engine/conversation.ts'
import type { EncodedPair, Question } from '../src/engine/reading.ts'
import type { WireError } from '../src/errors.ts'
import type { Manifest } from '../src/manifest/manifest.ts'

export type { AdapterFacts, DeviceReport } from '../src/device/device.ts'

/** What the page may ask of the engine's worker. Errors cross as themselves (see `wire.ts`). */
export interface EngineApi {
  probe(): Promise<DeviceReport>
  /** Downloads, verifies and loads a bundle; the one loaded before stays until the new one is verified. */
  loadBundle(address: string, onProgress: (progress: LoadProgress) => void): Promise<LoadedBundle>
  /** Ends a download. */
  cancelLoad(): void
  /** Starts reading a clip and ends the reading before it; the number tells the readings apart. */
  startReading(request: ReadingRequest): Promise<number>
  /**
   * What happened since the last call, or what happens next; `over` or `failed` comes last. A reading that is no
   * longer the latest gives nothing.
   */
  nextEvents(reading: number): Promise<ReadingEvent[]>
  /** Ends the reading within one token, or one pair of frames. */
  stopReading(): void
  /** The very frames of the latest reading; for tests, which ask for them with `keepFrames`. */
  lastFrames(): Promise<KeptFrame[]>
}

export type LoadProgress =
  | { readonly type: 'downloading'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly type: 'starting'; readonly graph: 'vision' | 'decoder' }

export interface LoadedBundle {
  readonly url: string
  readonly manifest: Manifest
}

export interface ReadingRequest {
  readonly file: Blob
  readonly questions: readonly Question<StageId>[]
  /** Tokens of each answer at most. */
  readonly maxTokens: number
  readonly keepFrames?: boolean
}

export type ReadingEvent =
  | {
      readonly type: 'opened'
      readonly durationS: number
      readonly framesPerSecond: number
      readonly width: number
      readonly height: number
      readonly codec: string
      readonly frames: number
    }
  | { readonly type: 'frame'; readonly index: number; readonly timeS: number; readonly image: ImageBitmap }
  | ({ readonly type: 'pair' } & EncodedPair)
  | { readonly type: 'stage'; readonly id: StageId }
  | {
      readonly type: 'token'
      readonly id: StageId
      readonly tokenId: number
      readonly text: string
      /** Since the question was asked. */
      readonly ms: number
    }
  | {
      readonly type: 'answer'
      readonly id: StageId
      readonly text: string
      readonly ids: readonly number[]
      readonly finish: FinishReason
      readonly figures: AnswerFigures
    }
  | { readonly type: 'over'; readonly stopped: boolean }
  | { readonly type: 'failed'; readonly error: WireError }

export interface KeptFrame {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray
  readonly timeS: number
}
