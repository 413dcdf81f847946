import { type DescribedProblem, missingFor } from '../../../device/device.ts'
import { fitsWasm } from '../../../manifest/fits-wasm.ts'
import type { Manifest } from '../../../manifest/manifest.ts'
import type { DeviceReport } from '../../../readers/worker/protocol.ts'

/** What a model needs of a device: what its manifest says, or what is known of VidEmo-3B before there is one. */
export interface ModelNeeds {
  readonly needs: Manifest['needs']
  readonly parameters: number
  /** To be stored and to be put on the GPU. */
  readonly bytes: number
  /** On the GPU while it reads, where that was measured. */
  readonly measuredGpuBytes?: number
}

/**
 * VidEmo-3B at 4 bits. Its largest weight is the embedding, 151,936 tokens of 2,048 values at half a byte. What it takes
 * of a GPU was measured on one (`docs/benchmarks.md`).
 */
export function videmo3b(hasHalfFloats: boolean): ModelNeeds {
  const largest = (151_936 * 2048) / 2
  return {
    needs: {
      features: hasHalfFloats ? ['shader-f16'] : [],
      limits: { maxBufferSize: largest, maxStorageBufferBindingSize: largest },
    },
    parameters: 3_754_622_976,
    bytes: 2.1e9,
    measuredGpuBytes: hasHalfFloats ? 2.3e9 : 2.6e9,
  }
}

export function needsOf({ needs, model, files }: Pick<Manifest, 'needs' | 'model' | 'files'>): ModelNeeds {
  return { needs, parameters: model.parameters, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Why a device can run a model, or what stands in the way; words are made of it where it is shown. */
export type Reason =
  | { readonly kind: 'no-gpu'; readonly standing: 'missing'; readonly problem: DescribedProblem }
  | { readonly kind: 'processor'; readonly standing: 'fine' }
  | { readonly kind: 'adapter'; readonly standing: 'fine'; readonly name: string }
  | { readonly kind: 'software-adapter'; readonly standing: 'limited'; readonly name: string }
  | { readonly kind: 'half-floats'; readonly standing: 'fine' }
  | { readonly kind: 'no-half-floats'; readonly standing: 'limited' | 'missing' }
  | { readonly kind: 'buffers'; readonly standing: 'fine' | 'missing'; readonly needs: number; readonly has: number }
  | { readonly kind: 'storage'; readonly standing: 'fine' | 'limited'; readonly needs: number; readonly free: number }
  | { readonly kind: 'storage-untold'; readonly standing: 'unknown'; readonly needs: number }
  | { readonly kind: 'memory'; readonly standing: 'limited'; readonly needs: number; readonly has: number }
  | { readonly kind: 'gpu-memory'; readonly standing: 'unknown'; readonly needs: number; readonly isMeasured: boolean }

export interface DeviceVerdict {
  /** The worst of the reasons; what is unknown decides nothing. */
  readonly answer: 'yes' | 'limited' | 'no' | 'unknown'
  readonly reasons: readonly Reason[]
}

/** What is known of the device beside its GPU. */
export interface DeviceRoom {
  /** Free for this site; undefined where the browser does not say. */
  readonly freeBytes: number | undefined
  /** Of the model that are stored already. */
  readonly storedBytes?: number
  /** The device's memory as browsers tell it: rounded, and at most 8 GB or so. */
  readonly memoryBytes?: number | undefined
}

/** Whether this device can run a model, and why. */
export function deviceVerdict(device: DeviceReport | undefined, model: ModelNeeds, room: DeviceRoom): DeviceVerdict {
  if (!device) return { answer: 'unknown', reasons: [] }
  const onGpu = gpuReasons(device, model)
  const isGpuUsable = answerOf(onGpu) === 'yes' || answerOf(onGpu) === 'limited'
  // What is small enough runs on the processor wherever the GPU will not do.
  if (fitsWasm({ model, files: [model] }) && (!isGpuUsable || isSoftware(device))) {
    return verdictOf([{ kind: 'processor', standing: 'fine' }, ...roomReasons(model, room)])
  }
  if (!isGpuUsable) return { answer: 'no', reasons: onGpu }
  const { bytes, measuredGpuBytes } = model
  const gpuMemory: Reason = {
    kind: 'gpu-memory',
    standing: 'unknown',
    needs: measuredGpuBytes ?? bytes,
    isMeasured: measuredGpuBytes !== undefined,
  }
  return verdictOf([...onGpu, ...roomReasons(model, room), gpuMemory])
}

function verdictOf(reasons: readonly Reason[]): DeviceVerdict {
  return { answer: answerOf(reasons), reasons }
}

function answerOf(reasons: readonly Reason[]): DeviceVerdict['answer'] {
  if (reasons.some(({ standing }) => standing === 'missing')) return 'no'
  return reasons.some(({ standing }) => standing === 'limited') ? 'limited' : 'yes'
}

function isSoftware(device: DeviceReport): boolean {
  return device.state === 'usable' && device.adapter.isSoftware
}

function gpuReasons(device: DeviceReport, { needs }: ModelNeeds): readonly Reason[] {
  if (device.state === 'unusable') return [{ kind: 'no-gpu', standing: 'missing', problem: device.problem }]
  const { adapter } = device
  const { name, limits } = adapter
  const hasHalf = adapter.features.includes('shader-f16')
  const isHalfNeeded = needs.features.includes('shader-f16')
  const missing = missingFor({ ...needs, features: [] }, adapter)
  const isTight = missing?.kind === 'limits-too-small'
  return [
    adapter.isSoftware
      ? { kind: 'software-adapter', standing: 'limited', name }
      : { kind: 'adapter', standing: 'fine', name },
    hasHalf
      ? { kind: 'half-floats', standing: 'fine' }
      : { kind: 'no-half-floats', standing: isHalfNeeded ? 'missing' : 'limited' },
    isTight
      ? { kind: 'buffers', standing: 'missing', needs: missing.needs, has: missing.has }
      : {
          kind: 'buffers',
          standing: 'fine',
          needs: needs.limits.maxStorageBufferBindingSize,
          has: limits.maxStorageBufferBindingSize,
        },
  ]
}

function roomReasons({ bytes }: ModelNeeds, { freeBytes, storedBytes = 0, memoryBytes }: DeviceRoom): Reason[] {
  const left = Math.max(0, bytes - storedBytes)
  const storage: Reason =
    freeBytes === undefined
      ? { kind: 'storage-untold', standing: 'unknown', needs: left }
      : { kind: 'storage', standing: freeBytes >= left ? 'fine' : 'limited', needs: left, free: freeBytes }
  // Browsers round the memory of a device to a power of two, and tell of 8 GB where there is more.
  const isShort = memoryBytes !== undefined && memoryBytes < 2 * bytes
  return isShort ? [storage, { kind: 'memory', standing: 'limited', needs: bytes, has: memoryBytes }] : [storage]
}
