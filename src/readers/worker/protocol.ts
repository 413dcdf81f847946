import type { BundleFile, BundleSource } from '../../bundles/bundle-source.ts'
import type { BundleEntry, StoreUsage } from '../../bundles/bundle-store.ts'
import type { BundleRoom } from '../../bundles/obtain-bundle.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { DeviceReport } from '../../device/device.ts'
import type { DeviceFigures } from '../../engine/gpu-ledger.ts'
import type { CheckReport } from '../../engine/self-check.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ServerWait } from '../../net/quiet-time.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'

export type { BundleFile, BundleSource } from '../../bundles/bundle-source.ts'
export type { BundleEntry } from '../../bundles/bundle-store.ts'
export type { BundleRoom } from '../../bundles/obtain-bundle.ts'
export type { LiveFrameMessage, LiveFrames } from '../../capture/live-frames.ts'
export type { PictureState } from '../../capture/picture-watch.ts'
export type { AdapterFacts, DeviceReport } from '../../device/device.ts'
export type { DeviceFigures } from '../../engine/gpu-ledger.ts'
export type { CheckReport } from '../../engine/self-check.ts'

/** What the page may ask of any reader in a worker. Errors cross as themselves (see `base/error-transfer.ts`). */
export interface ReadingApi {
  /** Ends a load; its call rejects with an AbortError. */
  cancelLoad(): void
  /** Starts reading a source and ends the reading before it; the number tells the readings apart. */
  startReading(request: ReadingRequest): Promise<number>
  /**
   * What happened since the last call, or what happens next; `over` or `failed` comes last. A reading that is no
   * longer the latest gives nothing.
   */
  nextEvents(reading: number): Promise<ReadingEvent[]>
  /** Ends the reading within one token, or one pair of frames. */
  stopReading(): void
  /** Holds the reading between two tokens or two pairs, and lets it go on. */
  pauseReading(isPaused: boolean): void
  /**
   * Answers as soon as the worker listens, however busy its device is, with how much work the device was given so far:
   * a number that grows is a sign of progress.
   */
  ping(): Promise<number>
}

/** What the page may ask of the engine's worker. */
export interface EngineApi extends ReadingApi {
  /** Called once, before everything else. */
  open(options: EngineOptions): void
  deviceReport(): Promise<DeviceReport>
  /**
   * Finds, downloads, verifies, checks and loads a bundle; the one loaded before stays until the new one is verified.
   * Whether it fits this device is known from its manifest, before any other byte is fetched.
   *
   * @param mayFetch asked then, unless the files are here already; without a yes the call rejects with an AbortError
   */
  loadBundle(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<LoadedBundle>
  /** What this browser keeps of bundles. Throws BundleError `store-…`. */
  storage(): Promise<StorageReport>
  /** Deletes a stored bundle, whole or not. Throws BundleError `store-…`; `store-busy` while a tab is storing it. */
  removeBundle(key: string): Promise<void>
  /** Bytes and buffers held, and what was read back, since the device was opened; nothing without a device. */
  deviceFigures(): Promise<DeviceFigures | undefined>
  /** The very frames of an update; for tests, which ask for them with `keepFrames`. */
  framesOf(update: number): Promise<KeptFrame[]>
  /** Loses the device; for tests. */
  loseDevice(): void
}

export interface EngineOptions {
  /** Where the app's own files lie: its page's address. */
  readonly appUrl: string
  /** For tests, which need kernels that are wrong. */
  readonly forceSubgroups?: boolean
  /** For tests, which open many pages on a slow device that one of them has checked. */
  readonly skipChecks?: boolean
  /** An adapter in software is used for small bundles, too, which the processor reads faster: for tests and figures. */
  readonly preferAdapter?: boolean
}

export interface LoadRequest {
  readonly source: BundleSource
  /** The files come from ourselves and were verified before. */
  readonly isTrusted?: boolean
}

export interface StorageReport extends StoreUsage {
  /** Newest first. */
  readonly bundles: readonly BundleEntry[]
}

export type LoadProgress =
  /** The manifest is read and this device can run it; nothing else has been fetched. */
  | {
      readonly type: 'manifest'
      readonly manifest: Manifest
      readonly isStored: boolean
      /** Unless it is stored: what of it is, and whether the rest has room. */
      readonly room?: BundleRoom
    }
  /** Another tab is storing the same bundle; told about once a second. */
  | { readonly type: 'waiting' }
  /** The server asks to be left alone for a while; nothing when requests go on. */
  | { readonly type: 'server-wait'; readonly wait: ServerWait | undefined }
  | {
      readonly type: 'downloading'
      readonly doneBytes: number
      readonly totalBytes: number
      readonly bytesPerS?: number
      readonly leftS?: number
    }
  /** The check of this device's kernels, or of the bundle's own numbers. */
  | { readonly type: 'checking' }
  | { readonly type: 'starting'; readonly graph: 'vision' | 'decoder' }

export interface LoadedBundle {
  readonly name: string
  readonly source: BundleSource
  readonly manifest: Manifest
  /** Where it computes. */
  readonly provider: 'webgpu' | 'wasm'
  readonly check: CheckReport
  /** Where the files are kept; `memory` ends with the page. */
  readonly store: 'opfs' | 'memory' | 'folder'
  /** What a new worker can be given in place of the address, when the store ends with the worker. */
  readonly kept?: readonly BundleFile[]
  /** What a person should know of where it computes or where it is kept. */
  readonly notices: readonly string[]
}

/** A frame as the source gave it: uint8 [height, width, 4]. */
export type KeptFrame = TimedFrame
