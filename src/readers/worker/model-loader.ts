import { type EngineError, VidemoError } from '../../base/errors.ts'
import { MemoryStore } from '../../bundles/memory-store.ts'
import { type BundleNotice, obtainBundle } from '../../bundles/obtain-bundle.ts'
import { OpfsStore } from '../../bundles/opfs-store.ts'
import { type DeviceReport, inspectDevice, missingFor, problemError, requestDevice } from '../../device/device.ts'
import { wasmRuntime } from '../../engine/backends/cpu/wasm-runtime.ts'
import type { GpuRuntime, Runtime } from '../../engine/backends/runtime.ts'
import type { Compute } from '../../engine/backends/tensors.ts'
import { browserRuntime } from '../../engine/backends/webgpu/browser-runtime.ts'
import { watchGpuMemory } from '../../engine/backends/webgpu/gpu-memory.ts'
import { GpuUsage } from '../../engine/backends/webgpu/gpu-usage.ts'
import { type BundleFiles, openBundle } from '../../engine/bundle.ts'
import type { CheckReport } from '../../engine/checks/check-verdict.ts'
import { fetchCheckBundle } from '../../engine/checks/fetch-check-bundle.ts'
import { type CheckedDevice, checkDevice, checkFolders } from '../../engine/checks/kernel-check.ts'
import { checkBundle, refuseWrongBundle } from '../../engine/checks/self-check.ts'
import { Decoder } from '../../engine/decoder.ts'
import { disposeAfterFailure } from '../../engine/disposal.ts'
import { bannedIds } from '../../engine/update.ts'
import { VisionEncoder } from '../../engine/vision-encoder.ts'
import { fitsWasm } from '../../manifest/fits-wasm.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { LoadedModel } from '../local/window-reader.ts'
import type { EngineOptions, LoadedBundle, LoadProgress, LoadRequest } from './protocol.ts'

export interface Loaded {
  readonly model: LoadedModel
  readonly bundle: LoadedBundle
}

/** What a load reports, asks and waits for on its way. */
export interface LoadSteps {
  readonly onProgress: (progress: LoadProgress) => void
  /** Asked when only the manifest was fetched; false declines the download. */
  readonly mayFetch: () => Promise<boolean>
  readonly signal: AbortSignal
  /** Resolves when the load before has ended: ONNX Runtime creates only one session at a time. */
  readonly previousLoad: Promise<unknown>
  /** Frees the old bundle; called when the new one is verified. */
  readonly unload: () => Promise<void>
}

/** Where a bundle is going to compute. */
type Place =
  | { readonly provider: 'webgpu' }
  /** `why` says why it does not compute on the GPU. */
  | { readonly provider: 'wasm'; readonly why: VidemoError }

interface OpenDevice {
  readonly checked: CheckedDevice<GpuRuntime>
  readonly compute: Compute
  readonly gpuUsage: GpuUsage
}

/** Loads a bundle: fetches and verifies its files, opens a device whose kernels are right, and creates the sessions. */
export class ModelLoader {
  private readonly stores = { primary: new OpfsStore(), fallback: new MemoryStore() }
  private device: OpenDevice | undefined

  /**
   * @param onLost called when the device in use is lost
   * @param onShortage called with `out-of-memory` when a device, in use or being checked, has no memory left
   */
  constructor(
    private readonly options: EngineOptions,
    private readonly onLost: (info: GPUDeviceLostInfo) => void,
    private readonly onShortage: (error: EngineError) => void,
  ) {}

  get gpuUsage(): GpuUsage | undefined {
    return this.device?.gpuUsage
  }

  /** Loses the device; for tests. */
  loseDevice(): void {
    this.device?.checked.device.destroy()
  }

  /**
   * Loads a bundle. Throws what `obtainBundle`, `openBundle`, `checkDevice` and creating a session throw, the reason of an
   * abort, and EngineError if the device cannot run the bundle, before anything but the manifest is fetched.
   */
  async load({ source, isTrusted }: LoadRequest, steps: LoadSteps): Promise<Loaded> {
    const { onProgress, mayFetch, signal, unload } = steps
    const { report } = await inspectDevice()
    let place: Place = { provider: 'webgpu' }
    const obtained = await obtainBundle(source, {
      stores: this.stores,
      signal,
      ...(isTrusted ? { trusted: true } : {}),
      onManifest: async (manifest, isStored, room) => {
        place = placeFor(manifest, report, this.options)
        onProgress({ type: 'manifest', manifest, isStored, ...(room ? { room } : {}) })
        if (!isStored && !(await mayFetch())) throw new DOMException('The download was declined.', 'AbortError')
      },
      onWait: () => onProgress({ type: 'waiting' }),
      onServerWait: (wait) => onProgress({ type: 'server-wait', wait }),
      onProgress: (progress) => onProgress({ type: 'downloading', ...progress }),
    })
    const bundle = await openBundle(obtained.files)
    signal.throwIfAborted()
    await steps.previousLoad
    signal.throwIfAborted()
    const chosen = await this.runtimeFor(obtained.manifest, place, steps)
    signal.throwIfAborted()
    await unload()
    const { runtime } = chosen
    onProgress({ type: 'starting', graph: 'vision' })
    const vision = await VisionEncoder.create(runtime, bundle)
    let { check } = chosen
    let decoder: Decoder | undefined
    try {
      signal.throwIfAborted()
      onProgress({ type: 'starting', graph: 'decoder' })
      decoder = await Decoder.create(runtime, bundle, { capacity: 1, bannedIds: bannedIds(bundle) })
      signal.throwIfAborted()
      if (bundle.manifest.check && !this.options.skipChecks) {
        onProgress({ type: 'checking' })
        const own = await checkBundle(runtime, bundle, { vision, decoder })
        refuseWrongBundle(own)
        check = own.verdict === 'unchecked' ? check : withAttempts(own, check)
      }
      signal.throwIfAborted()
    } catch (error) {
      await disposeAfterFailure(decoder, vision)
      throw error
    }
    const model = { runtime, bundle, vision, decoder }
    return {
      model,
      bundle: {
        name: obtained.name,
        source,
        manifest: obtained.manifest,
        provider: runtime.provider === 'webgpu' ? 'webgpu' : 'wasm',
        check,
        store: obtained.store,
        notices: [...chosen.notices, ...obtained.notices.map(noticeText)],
        ...(obtained.kept ? { kept: obtained.kept } : {}),
      },
    }
  }

  private async runtimeFor(manifest: Manifest, place: Place, { onProgress, unload }: LoadSteps) {
    if (place.provider === 'wasm') return this.onProcessor(place.why)
    const { compute } = manifest.graphs.decoder
    try {
      onProgress({ type: 'checking' })
      const { checked } = await this.openDevice(compute, unload)
      return { runtime: checked.runtime as Runtime, check: checked.report, notices: [] }
    } catch (error) {
      const isWrong = error instanceof VidemoError && error.code === 'kernels-wrong'
      if (!isWrong || !fitsWasm(manifest)) throw error
      return this.onProcessor(error)
    }
  }

  /** The runtime on the processor, with the reason for it as the check's. */
  private async onProcessor(why: VidemoError) {
    const check = unchecked(why.message, { subgroups: false, compute: 'f32' })
    // A software adapter would not be faster, and the page's status names it, so there is no notice.
    const isSlower = why.code !== 'software-adapter'
    const notice = `Computing on the processor instead of the GPU, which is slow. ${why.message} ${why.action}`
    return { runtime: (await wasmRuntime()) as Runtime, check, notices: isSlower ? [notice] : [] }
  }

  private async openDevice(compute: Compute, unload: () => Promise<void>): Promise<OpenDevice> {
    if (this.device?.compute === compute) return this.device
    if (this.device) {
      // What runs on the old device would never resolve after it is destroyed.
      await unload()
      this.device?.checked.device.destroy()
      this.device = undefined
    }
    let gpuUsage: GpuUsage | undefined
    const createRuntime = async (device: GPUDevice) => {
      const own = new GpuUsage(device)
      gpuUsage = own
      watchGpuMemory(device, () => own.figures().bytes, this.onShortage)
      return browserRuntime(device)
    }
    const checked = await this.checkedDevice(compute, createRuntime)
    const { device } = checked
    const opened: OpenDevice = { checked, compute, gpuUsage: gpuUsage ?? new GpuUsage(device) }
    this.device = opened
    void device.lost.then((info) => {
      // A device that was replaced by another is destroyed on purpose.
      if (this.device !== opened) return
      this.device = undefined
      this.onLost(info)
    })
    return opened
  }

  private async checkedDevice(compute: Compute, createRuntime: (device: GPUDevice) => Promise<GpuRuntime>) {
    const { appUrl, forceSubgroups = false, skipChecks = false } = this.options
    const fetchCheck = (wanted: Compute) => fetchCheckBundle(new URL(checkFolders[wanted], appUrl))
    if (skipChecks) return uncheckedDevice(compute, createRuntime, 'The checks were left out.')
    let files: BundleFiles
    try {
      files = await fetchCheck(compute)
    } catch {
      // Offline, with a bundle from the store, an unchecked device is better than none.
      return uncheckedDevice(compute, createRuntime, 'The numbers to compare with could not be fetched.')
    }
    return checkDevice({
      requestAdapter,
      compute,
      fetchCheck: async (wanted) => (wanted === compute ? files : fetchCheck(wanted)),
      createRuntime,
      forceSubgroups,
    })
  }
}

/** The bundle's verdict, with the modes that the check of the device tried. */
function withAttempts(own: CheckReport, kernels: CheckReport): CheckReport {
  const reason = [kernels.reason, own.reason].filter(Boolean).join(' ')
  return { ...own, tried: kernels.tried, ...(reason ? { reason } : {}) }
}

async function uncheckedDevice(
  compute: Compute,
  createRuntime: (device: GPUDevice) => Promise<GpuRuntime>,
  reason: string,
): Promise<CheckedDevice<GpuRuntime>> {
  const device = await requestDevice(await requestAdapter())
  const mode = { subgroups: device.features.has('subgroups'), compute }
  const report = unchecked(reason, mode)
  return { device, runtime: await createRuntime(device), report }
}

function unchecked(reason: string, mode: CheckReport['mode']): CheckReport {
  return { verdict: 'unchecked', subject: 'kernels', maxError: Number.NaN, cosine: Number.NaN, mode, tried: [], reason }
}

async function requestAdapter(): Promise<GPUAdapter> {
  const { report, adapter } = await inspectDevice()
  if (adapter) return adapter
  throw problemError(report.state === 'unusable' ? report.problem : { kind: 'no-adapter' })
}

/**
 * Chooses between GPU and processor. A bundle that is small enough for the processor computes there where the adapter is
 * a software one, which is several times as slow (`videmo analyze --adapter software` shows it). Throws EngineError when
 * neither can run the bundle.
 */
function placeFor(manifest: Manifest, report: DeviceReport, { preferAdapter = false }: EngineOptions): Place {
  const problem = report.state === 'unusable' ? report.problem : missingFor(manifest.needs, report.adapter)
  const software =
    report.state === 'usable' ? report.notices.find(({ kind }) => kind === 'software-adapter') : undefined
  const why = problem ?? (preferAdapter ? undefined : software)
  if (why && fitsWasm(manifest)) return { provider: 'wasm', why: problemError(why) }
  if (problem) throw problemError(problem)
  return { provider: 'webgpu' }
}

function noticeText(notice: BundleNotice): string {
  if (notice.kind === 'not-kept') return `${notice.message} ${notice.action}`
  const saved = new Date(notice.savedAt).toLocaleDateString('en')
  if (notice.why !== undefined) return `${notice.why} This is what was stored on ${saved}.`
  return `The address cannot be reached; this is what was stored on ${saved}.`
}
