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

/** What a build would read and store, known from the checkpoint's small files and headers. */
export interface BuildOffer {
  /** Identifies source and options: a build with the id of an unfinished one resumes it. */
  readonly id: string
  /** Name of the bundle. */
  readonly name: string
  /** The address without its query, or the folder's name. */
  readonly origin: string
  readonly isRemote: boolean
  readonly dtype: Dtype
  readonly parameters: number
  /** Bytes of weights to be read. */
  readonly sourceBytes: number
  /** Bytes of the bundle to be stored. */
  readonly resultBytes: number
  /** Present if a file is larger than data files usually are: why, and where it cannot be served. */
  readonly oversize?: string
  /** As the checkpoint states it; only a `link` to its origin if it states none. */
  readonly license: Manifest['license']
  /** Bytes of the source that an earlier build has processed. */
  readonly keptBytes: number
  /** Needed and free storage, by the browser's own estimate. */
  readonly room: StorageSpace
}

export interface StorageSpace {
  /** Bytes that are still to be stored. */
  readonly neededBytes: number
  /** Bytes that this site may still store; undefined if the browser does not say. */
  readonly freeBytes: number | undefined
}

export type BuildStep =
  /** An unfinished build is resumed; sent before the first weight is read. */
  | { readonly type: 'kept'; readonly doneBytes: number }
  /** An unfinished build is discarded, because checkpoint or program have changed or its files were damaged. */
  | { readonly type: 'restarted'; readonly reason: 'changed' | 'damaged' }
  | {
      readonly type: 'building'
      /** Bytes of weights processed. */
      readonly doneBytes: number
      readonly totalBytes: number
      readonly bytesPerS?: number
      readonly leftS?: number
      /** The weight that is being written. */
      readonly weight: string
    }
  /** The server asks to wait; `wait` is undefined when requests continue. */
  | { readonly type: 'server-wait'; readonly wait: ServerWait | undefined }
  /** The bundle's expected logits are being computed on the CPU. */
  | { readonly type: 'checking' }
  | { readonly type: 'storing' }

/** A finished bundle in the browser's storage. */
export interface BuiltBundle {
  readonly key: string
  readonly name: string
  readonly bytes: number
  /** Bytes of weights that this run fetched or read from disk: fewer if it resumed an earlier one. */
  readonly readBytes: number
  /** The most bytes of the checkpoint that were held in memory at once. */
  readonly peakBytes: number
  /** Number of HTTP requests, failed attempts included; 0 for a folder. */
  readonly requests: number
}

/** A build that was started and not finished. */
export interface UnfinishedBuild {
  readonly id: string
  readonly name: string
  readonly origin: string
  /** The address to resume with, query included. A folder must be chosen again. */
  readonly address: string
  readonly isRemote: boolean
  readonly dtype: Dtype
  readonly doneBytes: number
  readonly totalBytes: number
}

/** What the page can call in the builder's worker. Errors keep class and code (see `base/error-transfer.ts`). */
export interface BuildApi {
  /**
   * Plans a build: reads config, tokenizer and headers, but no weights. Throws CheckpointError, ConfigError,
   * BuildError, and an AbortError after `stop`.
   *
   * @param onWait called when the server asks to wait, and with undefined when requests continue
   */
  look(request: BuildRequest, onWait: (wait: ServerWait | undefined) => void): Promise<BuildOffer>
  /**
   * Builds into the browser's storage; resumes an unfinished build of the same source and options. Throws what `look`
   * does, BuildError `no-room` before the first weight is read, BundleError `build-busy` or `store-…`, and an
   * AbortError after `stop`. Finished weights are kept, whatever is thrown.
   */
  build(request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle>
  /** Pauses or continues the current build and its requests. */
  pause(isPaused: boolean): void
  /** Aborts the current `look` and `build`; their calls reject. */
  stop(): void
  unfinished(): Promise<UnfinishedBuild[]>
  /** Deletes an unfinished build. */
  forget(id: string): Promise<void>
}
