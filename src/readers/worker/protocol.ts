import type { BundleFile, BundleSource } from '../../bundles/bundle-source.ts'
import type { BundleEntry, StoreUsage } from '../../bundles/bundle-store.ts'
import type { BundleRoom } from '../../bundles/obtain-bundle.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { DeviceReport } from '../../device/device.ts'
import type { DeviceFigures } from '../../engine/backends/webgpu/gpu-usage.ts'
import type { CheckReport } from '../../engine/checks/check-verdict.ts'
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
export type { DeviceFigures } from '../../engine/backends/webgpu/gpu-usage.ts'
export type { CheckReport } from '../../engine/checks/check-verdict.ts'

/** The calls from the page to any reader in a worker. Errors keep class, code and action (`base/error-transfer.ts`). */
export interface ReadingApi {
  /** Ends the load in progress; its call rejects with an AbortError. */
  cancelLoad(): void
  /** Starts reading a source, after ending the reading before; returns the new reading's number. */
  startReading(request: ReadingRequest): Promise<number>
  /**
   * The events since the last call; waits for the next if there are none. The last event is `over` or `failed`. Empty for
   * a reading that is not the latest.
   */
  nextEvents(reading: number): Promise<ReadingEvent[]>
  /** Ends the reading within one token or one pair of frames. */
  stopReading(): void
  /** Pauses the reading between two tokens or two pairs, or resumes it. */
  pauseReading(isPaused: boolean): void
  /**
   * Answers at once, however busy the device is, which shows that the worker still listens. The number grows with the
   * work that the device is given, which shows whether it makes progress.
   */
  ping(): Promise<number>
}

/** The calls from the page to the engine's worker. */
export interface EngineApi extends ReadingApi {
  /** Called once, before all other calls. */
  open(options: EngineOptions): void
  /** What WebGPU offers here. */
  inspectDevice(): Promise<DeviceReport>
  /**
   * Downloads, verifies, checks and loads a bundle; the bundle loaded before stays until the new one is verified. The
   * manifest is fetched first and tells whether this device can run the bundle.
   *
   * @param mayFetch asked after that, unless the files are stored already; on false the call rejects with an AbortError
   */
  loadBundle(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<LoadedBundle>
  /** The bundles that this browser has stored. Throws BundleError `store-…`. */
  storage(): Promise<StorageReport>
  /** Deletes a stored bundle, complete or not. Throws BundleError `store-…`; `store-busy` while a tab is storing it. */
  removeBundle(key: string): Promise<void>
  /** The device's buffers and the work it was given; undefined without a device. */
  deviceFigures(): Promise<DeviceFigures | undefined>
  /** The frames of an update as the source gave them; for tests, which set `keepFrames`. */
  framesOf(update: number): Promise<KeptFrame[]>
  /** Loses the device; for tests. */
  loseDevice(): void
}

export interface EngineOptions {
  /** The page's address; the app's files are relative to it. */
  readonly appUrl: string
  /** Requests `subgroups` of any size; for tests that need wrong kernels. */
  readonly forceSubgroups?: boolean
  /** Skips the checks of kernels and bundle; for tests that open many pages on a slow device. */
  readonly skipChecks?: boolean
  /** Uses a software adapter even for small bundles, which the processor reads faster; for tests and measurements. */
  readonly preferAdapter?: boolean
}

export interface LoadRequest {
  readonly source: BundleSource
  /** The files come from this app and were verified before: they are not hashed again. */
  readonly isTrusted?: boolean
}

export interface StorageReport extends StoreUsage {
  /** Newest first. */
  readonly bundles: readonly BundleEntry[]
}

export type LoadProgress =
  /** The manifest has been read and this device can run the bundle; nothing else has been fetched. */
  | {
      readonly type: 'manifest'
      readonly manifest: Manifest
      readonly isStored: boolean
      /** If it is not stored completely: how much of it is, and whether the rest has room. */
      readonly room?: BundleRoom
    }
  /** Another tab is storing the same bundle; repeated about once a second. */
  | { readonly type: 'waiting' }
  /** The server has asked for a pause between requests; `wait` is undefined when requests continue. */
  | { readonly type: 'server-wait'; readonly wait: ServerWait | undefined }
  | {
      readonly type: 'downloading'
      readonly doneBytes: number
      readonly totalBytes: number
      readonly bytesPerS?: number
      readonly leftS?: number
    }
  /** This device's kernels, or the loaded bundle, are being checked. */
  | { readonly type: 'checking' }
  | { readonly type: 'starting'; readonly graph: 'vision' | 'decoder' }

export interface LoadedBundle {
  readonly name: string
  readonly source: BundleSource
  readonly manifest: Manifest
  /** Where the bundle computes: on the GPU, or on the processor. */
  readonly provider: 'webgpu' | 'wasm'
  readonly check: CheckReport
  /** Where the files are stored; `memory` is lost with the page. */
  readonly store: 'opfs' | 'memory' | 'folder'
  /** The files themselves, for a new worker, where the store is lost with the worker. */
  readonly kept?: readonly BundleFile[]
  /** Sentences for the visitor about where the bundle computes or is stored. */
  readonly notices: readonly string[]
}

/** A frame as the source gave it: uint8 [height, width, 4]. */
export type KeptFrame = TimedFrame
