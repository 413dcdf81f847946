import { EngineError } from '../base/errors.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** What a person may want to know of the adapter; all of it may be empty where the browser keeps it to itself. */
export interface AdapterFacts {
  /** Its description, or vendor and architecture. */
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly subgroupMinSize: number | undefined
  readonly subgroupMaxSize: number | undefined
  readonly features: readonly string[]
  /** Those of the features that the engine asks for. */
  readonly usedFeatures: readonly GPUFeatureName[]
  readonly limits: Readonly<Record<LimitName, number>>
  /** Computes on the processor: right, and slow. */
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

/** Why WebGPU cannot be used here, or not for a given bundle; the software adapter is a notice and no obstacle. */
export type DeviceProblem =
  | { readonly kind: 'insecure-context' }
  | { readonly kind: 'no-webgpu' }
  | { readonly kind: 'no-adapter'; readonly detail?: string }
  | { readonly kind: 'software-adapter'; readonly name: string }
  | { readonly kind: 'no-shader-f16' }
  | { readonly kind: 'limits-too-small'; readonly limit: string; readonly needs: number; readonly has: number }

/** A problem with what a person is told about it. */
export type DescribedProblem = DeviceProblem & { readonly message: string; readonly action: string }

export type DeviceReport =
  | { readonly state: 'usable'; readonly adapter: AdapterFacts; readonly notices: readonly DescribedProblem[] }
  | { readonly state: 'unusable'; readonly problem: DescribedProblem }

/** The parts of the global scope that are asked; a page, a worker, or a test's stand-in. */
export interface DeviceScope {
  readonly isSecureContext: boolean
  readonly navigator: { readonly gpu?: GPU }
}

/** Looks for an adapter, and says what it can do or why there is none. Never throws. */
export async function probeDevice(
  scope: DeviceScope = globalThis,
): Promise<{ readonly report: DeviceReport; readonly adapter?: GPUAdapter }> {
  const unusable = (problem: DeviceProblem) => ({ report: { state: 'unusable', problem: described(problem) } as const })
  // First: without a secure context there is no navigator.gpu either, and that would name the wrong cause.
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

/** What this adapter lacks for a bundle; undefined when it lacks nothing. */
export function missingFor(needs: Manifest['needs'], adapter: AdapterFacts): DeviceProblem | undefined {
  if (needs.features.includes('shader-f16') && !adapter.features.includes('shader-f16'))
    return { kind: 'no-shader-f16' }
  for (const limit of ['maxBufferSize', 'maxStorageBufferBindingSize'] as const) {
    const [needed, has] = [needs.limits[limit], adapter.limits[limit]]
    if (has < needed) return { kind: 'limits-too-small', limit, needs: needed, has }
  }
  return undefined
}

/** The problem in words. */
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
        message: `The only graphics adapter is one in software (${problem.name}): right, but slow.`,
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

/** The problem as an error, its kind as code. */
export function problemError(problem: DeviceProblem): EngineError {
  const subject = problem.kind === 'limits-too-small' ? { subject: problem.limit } : {}
  return new EngineError({ code: problem.kind, ...describeProblem(problem), ...subject })
}

export interface DeviceOptions {
  /** Leaves `subgroups` out even where they are large enough: for kernels that turned out wrong with them. */
  readonly withoutSubgroups?: boolean
  /** Asks for `subgroups` of any size: for tests, which need kernels that are wrong. */
  readonly forceSubgroups?: boolean
}

/** An adapter gives one device only; another needs another adapter. Throws EngineError `no-device`. */
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
  // With subgroups of fewer than 16, ONNX Runtime's FlashAttention prefill is silently wrong.
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
