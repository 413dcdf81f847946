import type { Dtype, Manifest } from '../manifest/manifest.ts'
import type { ServerWait } from '../net/quiet-time.ts'

/** Where the checkpoint is. */
export type CheckpointSource =
  /** `OWNER/NAME` on the hub, or an address. */
  | { readonly type: 'address'; readonly address: string }
  /** The files of a folder of this machine. */
  | { readonly type: 'folder'; readonly name: string; readonly files: readonly CheckpointFile[] }

export interface CheckpointFile {
  readonly name: string
  readonly blob: Blob
}

export interface BuildRequest {
  readonly source: CheckpointSource
  readonly dtype: Dtype
}

/** What a build would be, known from the checkpoint's small files and headers. */
export interface BuildOffer {
  /** Of this source with these options: what was begun under it is gone on with. */
  readonly id: string
  /** What the bundle will be called. */
  readonly name: string
  /** An address without its query, or a folder's name. */
  readonly origin: string
  readonly isRemote: boolean
  readonly dtype: Dtype
  readonly parameters: number
  /** Of weights, to be read. */
  readonly sourceBytes: number
  /** Of the bundle, to be stored. */
  readonly resultBytes: number
  /** What has to be known where one of its files is larger than files of a bundle usually are. */
  readonly oversize?: string
  /** As the checkpoint states it; a mere `link` to where it comes from when it states none. */
  readonly license: Manifest['license']
  /** Bytes of the source that an earlier build has worked through. */
  readonly keptBytes: number
  /** Whether there is room, by the browser's own estimate. */
  readonly room: Room
}

export interface Room {
  /** What is still to be stored. */
  readonly neededBytes: number
  /** What this site may still store; undefined where the browser does not say. */
  readonly freeBytes: number | undefined
}

export type BuildStep =
  /** What is gone on with, before the first weight is read. */
  | { readonly type: 'kept'; readonly doneBytes: number }
  /** What was kept is of no use: the checkpoint or this program is another since, or it was damaged. All is read again. */
  | { readonly type: 'restarted'; readonly reason: 'changed' | 'damaged' }
  | {
      readonly type: 'building'
      /** Bytes of weights worked through. */
      readonly doneBytes: number
      readonly totalBytes: number
      readonly bytesPerS?: number
      readonly leftS?: number
      /** The weight in hand. */
      readonly weight: string
    }
  /** The server asks to be left alone for a while; nothing when requests go on. */
  | { readonly type: 'server-wait'; readonly wait: ServerWait | undefined }
  /** Expected logits are computed on the processor. */
  | { readonly type: 'checking' }
  | { readonly type: 'storing' }

/** A bundle that lies in the browser's store. */
export interface BuiltBundle {
  readonly key: string
  readonly name: string
  readonly bytes: number
  /** Of weights that were fetched or read from disk in this run; less where an earlier one was gone on with. */
  readonly readBytes: number
  /** Of the checkpoint, the most that was held at once. */
  readonly peakBytes: number
  /** How often the server was asked, failed attempts included; 0 for a folder. */
  readonly requests: number
}

/** A build that was begun and not finished. */
export interface UnfinishedBuild {
  readonly id: string
  readonly name: string
  readonly origin: string
  /** What to go on with: an address with its query. A folder has to be chosen again. */
  readonly address: string
  readonly isRemote: boolean
  readonly dtype: Dtype
  readonly doneBytes: number
  readonly totalBytes: number
}

/** What the page may ask of the builder's worker. Errors cross as themselves (see `wire.ts`). */
export interface BuildApi {
  /**
   * Reads config, tokenizer and headers, and nothing else. Throws CheckpointError, ConfigError, BuildError, and an
   * AbortError after `stop`.
   *
   * @param onWait told when the server asks to be left alone for a while, and with nothing when requests go on
   */
  look(request: BuildRequest, onWait: (wait: ServerWait | undefined) => void): Promise<BuildOffer>
  /**
   * Builds into the browser's store, going on with what was begun of the same source and options. Throws what `look`
   * does, BuildError `no-room` before the first weight is read, BundleError `build-busy` or `store-…`, and an AbortError
   * after `stop`. What is finished is kept, whatever is thrown.
   */
  build(request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle>
  /** Holds a build and its requests, and lets it go on. */
  pause(isPaused: boolean): void
  /** Ends a look and a build; their calls reject. */
  stop(): void
  unfinished(): Promise<UnfinishedBuild[]>
  /** Throws away what was begun. */
  forget(id: string): Promise<void>
}
