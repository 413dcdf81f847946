import { EngineError } from '../base/errors.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** What the browser tells of an adapter; any of the names may be empty, since browsers may withhold them. */
export interface AdapterFacts {
  /** The adapter's description; without one, vendor, architecture and device. */
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly subgroupMinSize: number | undefined
  readonly subgroupMaxSize: number | undefined
  readonly features: readonly string[]
  /** The features that the engine requests of a device. */
  readonly usedFeatures: readonly GPUFeatureName[]
  readonly limits: Readonly<Record<LimitName, number>>
  /** Whether the adapter computes on the processor: correct, but slow. */
  readonly isSoftware: boolean
}

const limitNames = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const
export type LimitName = (typeof limitNames)[number]

/** Why WebGPU cannot be used here, or not for a given bundle. `software-adapter` is only a notice: it can be used. */
export type DeviceProblem =
  | { readonly kind: 'insecure-context' }
  | { readonly kind: 'no-webgpu' }
  | { readonly kind: 'no-adapter'; readonly detail?: string }
  | { readonly kind: 'software-adapter'; readonly name: string }
  | { readonly kind: 'no-shader-f16' }
  | { readonly kind: 'limits-too-small'; readonly limit: string; readonly needs: number; readonly has: number }

/** A problem, with the words for the visitor. */
export type DescribedProblem = DeviceProblem & { readonly message: string; readonly action: string }

export type DeviceReport =
  | { readonly state: 'usable'; readonly adapter: AdapterFacts; readonly notices: readonly DescribedProblem[] }
  | { readonly state: 'unusable'; readonly problem: DescribedProblem }

/** The parts of a page's or worker's global scope that are read; tests pass their own. */
export interface DeviceScope {
  readonly isSecureContext: boolean
  readonly navigator: { readonly gpu?: GPU }
}

/** Requests an adapter, and reports what it can do or why there is none. Never throws. */
export async function inspectDevice(
  scope: DeviceScope = globalThis,
): Promise<{ readonly report: DeviceReport; readonly adapter?: GPUAdapter }> {
  const unusable = (problem: DeviceProblem) => ({ report: { state: 'unusable', problem: described(problem) } as const })
  // This comes first: without a secure context `navigator.gpu` is missing, too, but that is not the cause to report.
  if (!scope.isSecureContext) return unusable({ kind: 'insecure-context' })
  if (!scope.navigator.gpu) return unusable({ kind: 'no-webgpu' })
  let adapter: GPUAdapter | null
  try {
    adapter = await scope.navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  } catch (error) {
    return unusable({ kind: 'no-adapter', detail: error instanceof Error ? error.message : String(error) })
  }
  if (!adapter) return unusable({ kind: 'no-adapter' })
  const facts = factsOf(adapter)
  const notices = facts.isSoftware ? [described({ kind: 'software-adapter', name: facts.name })] : []
  return { report: { state: 'usable', adapter: facts, notices }, adapter }
}

/** What this adapter lacks for a bundle; undefined if nothing. */
export function missingFor(needs: Manifest['needs'], adapter: AdapterFacts): DeviceProblem | undefined {
  if (needs.features.includes('shader-f16') && !adapter.features.includes('shader-f16'))
    return { kind: 'no-shader-f16' }
  for (const limit of ['maxBufferSize', 'maxStorageBufferBindingSize'] as const) {
    const [needed, has] = [needs.limits[limit], adapter.limits[limit]]
    if (has < needed) return { kind: 'limits-too-small', limit, needs: needed, has }
  }
  return undefined
}

/** What happened and what to do about it, in words. */
export function describeProblem(problem: DeviceProblem): { readonly message: string; readonly action: string } {
  switch (problem.kind) {
    case 'insecure-context':
      return {
        message: 'WebGPU is switched off because this page was not loaded over a secure connection.',
        action: 'Open the page with https://, or from localhost.',
      }
    case 'no-webgpu':
      return {
        message: 'This browser does not offer WebGPU.',
        action:
          'Use a current Chrome, Edge, Safari or Firefox; on Linux it may have to be switched on in the settings.',
      }
    case 'no-adapter':
      return {
        message: `This browser offers WebGPU, but found no graphics adapter for it${problem.detail ? ` (${problem.detail})` : ''}.`,
        action:
          'Turn on hardware acceleration in the browser’s settings, update the graphics driver, then restart the browser.',
      }
    case 'software-adapter':
      return {
        message: `The only graphics adapter is a software one (${problem.name}): correct, but slow.`,
        action: 'For speed, turn on hardware acceleration in the browser’s settings.',
      }
    case 'no-shader-f16':
      return {
        message: 'This bundle computes in 16-bit floats, which the graphics adapter does not offer (shader-f16).',
        action: 'Load a bundle built with --dtype q4 instead, or use another device.',
      }
    case 'limits-too-small':
      return {
        message: `This bundle needs a ${problem.limit} of ${megabytes(problem.needs)}; the graphics adapter offers ${megabytes(problem.has)}.`,
        action: 'Load a smaller bundle, or use another device.',
      }
  }
}

function described(problem: DeviceProblem): DescribedProblem {
  return { ...problem, ...describeProblem(problem) }
}

/** The problem as an EngineError whose code is the problem's kind. */
export function problemError(problem: DeviceProblem): EngineError {
  const subject = problem.kind === 'limits-too-small' ? { subject: problem.limit } : {}
  return new EngineError({ code: problem.kind, ...describeProblem(problem), ...subject })
}

export interface DeviceOptions {
  /** Does not request `subgroups` even where they are large enough: for devices whose kernels are wrong with them. */
  readonly withoutSubgroups?: boolean
  /** Requests `subgroups` of any size: for tests that need wrong kernels. */
  readonly forceSubgroups?: boolean
}

/**
 * Requests a device with the features and limits that the engine uses. An adapter gives only one device: another needs a
 * new adapter. Throws EngineError `no-device`.
 */
export async function requestDevice(adapter: GPUAdapter, options: DeviceOptions = {}): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits
  try {
    return await adapter.requestDevice({
      requiredFeatures: usedFeatures(adapter, options),
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
    })
  } catch (cause) {
    throw new EngineError({
      code: 'no-device',
      message: 'The graphics adapter was found, but would not start.',
      action: 'Close other pages that use the GPU, then reload this one.',
      recoverable: true,
      cause,
    })
  }
}

function usedFeatures({ features, info }: GPUAdapter, options: DeviceOptions = {}): GPUFeatureName[] {
  const used: GPUFeatureName[] = []
  if (features.has('shader-f16')) used.push('shader-f16')
  // With subgroups of fewer than 16 invocations, ONNX Runtime's FlashAttention prefill is silently wrong.
  const areLarge = (info.subgroupMinSize ?? 0) >= 16 || options.forceSubgroups
  if (features.has('subgroups') && areLarge && !options.withoutSubgroups) used.push('subgroups')
  return used
}

function factsOf(adapter: GPUAdapter): AdapterFacts {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info
  return {
    name: description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed adapter',
    vendor,
    architecture,
    device,
    description,
    subgroupMinSize,
    subgroupMaxSize,
    features: [...adapter.features].sort(),
    usedFeatures: usedFeatures(adapter),
    limits: Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]])) as Record<LimitName, number>,
    isSoftware: isSoftware(adapter.info),
  }
}

/** Whether an adapter computes on the processor. */
export function isSoftware({ vendor, architecture, device, description, isFallbackAdapter }: GPUAdapterInfo): boolean {
  const names = [vendor, architecture, device, description].join(' ')
  return isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(names)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
}
