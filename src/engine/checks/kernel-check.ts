import { EngineError } from '../../base/errors.ts'
import { isSoftware, requestDevice } from '../../device/device.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { Compute } from '../backends/tensors.ts'
import { type Bundle, type BundleFiles, openBundle } from '../bundle.ts'
import { type CheckReport, type CheckTry, modeName } from './check-verdict.ts'
import { checkKernels } from './self-check.ts'
import { canRecordSteps } from './step-recording.ts'

/** Folders of the bundles for the check, relative to the page; `scripts/prepare.ts` makes them. */
export const checkFolders: Readonly<Record<Compute, string>> = {
  f32: 'models/check-q4/',
  f16: 'models/check-q4f16/',
}

export interface DeviceCheckOptions<R extends Runtime> {
  /** Returns a new adapter each time: an adapter gives only one device. */
  readonly requestAdapter: () => Promise<GPUAdapter>
  /** The float type of the bundle to be loaded. */
  readonly compute: Compute
  /** Fetches the bundle from the folder in `checkFolders`. */
  readonly fetchCheck: (compute: Compute) => Promise<BundleFiles>
  readonly createRuntime: (device: GPUDevice) => Promise<R>
  /** For tests that need wrong kernels. */
  readonly forceSubgroups?: boolean
}

export interface CheckedDevice<R extends Runtime> {
  readonly device: GPUDevice
  readonly runtime: R
  readonly report: CheckReport
}

interface Attempt {
  readonly compute: Compute
  readonly withoutSubgroups: boolean
}

interface Outcome {
  readonly report: CheckReport
  readonly cause?: unknown
}

/**
 * Opens a device whose kernels are right: with all features that the engine uses, and if they are wrong, without
 * `subgroups`. The device's runtime records decode steps where recorded steps give the same results.
 *
 * Throws EngineError `kernels-wrong` saying what was tried, also where float32 is right but the bundle computes in
 * float16; EngineError `no-device`, and whatever `requestAdapter`, `fetchCheck` and
 * `createRuntime` throw.
 */
export async function checkDevice<R extends Runtime>(options: DeviceCheckOptions<R>): Promise<CheckedDevice<R>> {
  const { compute } = options
  const outcomes: Outcome[] = []
  const attempts: Attempt[] = [{ compute, withoutSubgroups: false }]
  for (const attempt of attempts) {
    const { device, runtime } = await open(options, attempt)
    const bundle = await openBundle(await options.fetchCheck(attempt.compute))
    const outcome = await attemptCheck(device, runtime, bundle)
    outcomes.push(outcome)
    const { report } = outcome
    if (report.verdict !== 'wrong') {
      if (attempt.compute === compute) {
        return { device, runtime: await withRecording(runtime, bundle), report: withAttempts(report, outcomes) }
      }
      device.destroy()
      throw kernelsWrong(outcomes, 'Load a bundle that computes in 32-bit floats, built with --dtype q4.')
    }
    device.destroy()
    if (report.mode.subgroups) attempts.push({ compute, withoutSubgroups: true })
    else if (attempt.compute === 'f16') attempts.push({ compute: 'f32', withoutSubgroups: true })
  }
  throw kernelsWrong(outcomes, 'Update the browser and the graphics driver, or use another browser or device.')
}

async function open<R extends Runtime>(options: DeviceCheckOptions<R>, { withoutSubgroups }: Attempt) {
  const forceSubgroups = options.forceSubgroups ?? false
  const device = await requestDevice(await options.requestAdapter(), { withoutSubgroups, forceSubgroups })
  return { device, runtime: await options.createRuntime(device) }
}

async function withRecording<R extends Runtime>(runtime: R, bundle: Bundle): Promise<R> {
  // On a software adapter the check takes long, and what recording saves is nothing beside the time of computing.
  if (runtime.provider !== 'webgpu' || isSoftware(runtime.device.adapterInfo)) return runtime
  const lost = runtime.device.lost.then(() => false)
  return { ...runtime, graphCapture: await Promise.race([canRecordSteps(runtime, bundle), lost]) }
}

/** Checks the kernels; kernels that do not compile, or that make the browser lose the device, count as wrong. */
async function attemptCheck(device: GPUDevice, runtime: Runtime, bundle: Bundle): Promise<Outcome> {
  const lost = device.lost.then(({ message }): never => {
    throw new Error(`the device was lost: ${message}`)
  })
  lost.catch(() => undefined)
  try {
    // A run on a lost device never resolves.
    return { report: await Promise.race([checkKernels(runtime, bundle), lost]) }
  } catch (cause) {
    const mode = { subgroups: device.features.has('subgroups'), compute: bundle.manifest.graphs.decoder.compute }
    const failed = { mode, verdict: 'wrong', maxError: Number.POSITIVE_INFINITY } as const
    const reason = `With ${modeName(mode)}: ${cause instanceof Error ? cause.message : String(cause)}`
    return { report: { ...failed, subject: 'kernels', cosine: Number.NaN, tried: [failed], reason }, cause }
  }
}

function withAttempts(report: CheckReport, outcomes: readonly Outcome[]): CheckReport {
  const reasons = outcomes.flatMap(({ report: { reason } }) => reason ?? [])
  return { ...report, tried: triesOf(outcomes), ...(reasons.length === 0 ? {} : { reason: reasons.join(' ') }) }
}

function triesOf(outcomes: readonly Outcome[]): readonly CheckTry[] {
  return outcomes.flatMap(({ report }) => report.tried)
}

function kernelsWrong(outcomes: readonly Outcome[], action: string): EngineError {
  const reasons = outcomes.flatMap(({ report: { verdict, reason } }) => (verdict === 'wrong' && reason ? [reason] : []))
  const causes = outcomes.flatMap(({ cause }) => cause ?? [])
  return new EngineError({
    code: 'kernels-wrong',
    message: `This graphics adapter computes wrong results. ${reasons.join(' ')}`,
    action,
    ...(causes.length === 0 ? {} : { cause: causes[causes.length - 1] }),
  })
}
