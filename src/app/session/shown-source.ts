import type { LiveCapture } from '../../capture/live-capture.ts'
import type { Store } from '../store.ts'
import type { Faces } from './faces.ts'
import type { FileQueue } from './file-queue.ts'
import type { LiveInput } from './live-input.ts'
import type { Run } from './run.ts'
import {
  isLive,
  isShownMirrored,
  type LiveSource,
  type ReadableSource,
  type SessionState,
  type StoppedSource,
} from './session-state.ts'

export interface ShownSourceOptions {
  /** The newest picture of what is captured, which the session closes; undefined where there is none. */
  readonly lastPicture: (source: LiveSource) => ImageBitmap | undefined
}

export interface ShownSourceParts {
  readonly store: Store<SessionState>
  readonly run: Run
  readonly queue: FileQueue
  readonly input: LiveInput
  readonly faces: Faces
}

/** The one source on the page: what it holds is let go of when another takes its place. */
export class ShownSource {
  constructor(
    private readonly parts: ShownSourceParts,
    private readonly options: ShownSourceOptions,
  ) {}

  /** Ends what is on show and its reading, and shows this, which is open. */
  replace(source: ReadableSource, capture?: LiveCapture): void {
    const { store, run, input } = this.parts
    run.end()
    this.close()
    if (capture) input.take(capture)
    store.update({ source, opened: store.get().opened + 1, problem: undefined })
  }

  /** Ends the capture of a live source, of which the last picture stays; a file stays as it is. */
  stop(): void {
    const { store, input, faces } = this.parts
    const { source } = store.get()
    if (!isLive(source)) return
    const stopped = this.stopped(source)
    input.end()
    faces.end()
    store.update({ source: stopped, picture: 'there' })
  }

  /** Lets go of what is open; the page goes on showing it until something else takes its place. */
  close(): void {
    const { store, queue, input, faces } = this.parts
    const { source } = store.get()
    queue.hold()
    if (source?.kind === 'file') URL.revokeObjectURL(source.url)
    if (source?.kind === 'stopped') source.picture?.close()
    input.end()
    faces.end()
  }

  private stopped(source: LiveSource): StoppedSource {
    return {
      kind: 'stopped',
      was: source.kind,
      name: source.name,
      picture: this.options.lastPicture(source),
      isMirrored: isShownMirrored(source, this.parts.store.get().settings),
      ...(source.kind === 'camera' ? { deviceId: source.deviceId } : {}),
    }
  }
}
