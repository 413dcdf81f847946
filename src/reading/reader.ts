import type { Manifest } from '../manifest/manifest.ts'
import type { ReadingProgress } from './events.ts'
import type { ReadingRequest } from './request.ts'

/** What a reader says of the model that it has loaded. */
export interface ReaderModel {
  /** For a person. */
  readonly name: string
  readonly source: { readonly url?: string; readonly name?: string }
  /** What readings follow where nobody chose otherwise, and what the weights are. */
  readonly manifest: Pick<Manifest, 'dtype' | 'video' | 'calibration'>
  /** What a person should know of how it is read, in sentences. */
  readonly notices: readonly string[]
}

/** What a reader holds. */
export interface ReaderFigures {
  /** Of the model, its windows and what is computed between them. */
  readonly bytes: number
}

/**
 * Whoever turns a source into a reading: the port between what is read and how. A worker with a GPU is one
 * (`readers/worker`), the same engine in this very thread another (`readers/in-process`). A reader has one model and
 * one reading at a time; the next takes the place of the one before.
 *
 * @typeParam Request what it must be told to load a model
 * @typeParam Step what it tells while it loads
 */
export interface Reader<Request, Model extends ReaderModel = ReaderModel, Step = never> {
  /**
   * Loads a model; the one before stays in use until the new one is ready.
   *
   * @param mayFetch asked once, before anything large is fetched; default: yes
   * @throws VidemoError of whatever is wrong; an AbortError after `cancelLoad` or a no
   */
  load(request: Request, onStep: (step: Step) => void, mayFetch?: () => Promise<boolean>): Promise<Model>
  /** Ends a load; its call rejects. */
  cancelLoad(): Promise<void>
  /**
   * Reads a source, event by event, each when it is asked for. Breaking out of the loop ends the reading.
   *
   * @param transferred what of the request moves to another thread: a live source's stream or port
   * @throws VidemoError that ended it; `no-model` where none is loaded
   */
  read(request: ReadingRequest, transferred?: Transferable[]): AsyncIterable<ReadingProgress>
  /** Ends the reading within one token; what it has said so far is still reported. */
  stop(): Promise<void>
  /** Holds the reading between two tokens or two pairs, and lets it go on. */
  pause(isPaused: boolean): Promise<void>
  /** Undefined where nothing is loaded. */
  figures(): Promise<ReaderFigures | undefined>
  /** Ends everything and frees what it holds; whoever waits for it is told. */
  close(): void
}
