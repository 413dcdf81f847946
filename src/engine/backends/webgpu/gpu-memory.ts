import { EngineError } from '../../../base/errors.ts'

/** Each allocation of at least this size is checked; a model's smaller buffers hardly add up to anything. */
const watchedBytes = 2 ** 20

/** The situation when a buffer could not be allocated, in bytes. */
export interface MemoryShortage {
  /** Size of the buffer; missing when the device does not tell which buffer it was. */
  readonly requestedBytes?: number
  /** Total of the other buffers of this device. */
  readonly heldBytes: number
  /** The largest size of one buffer. */
  readonly limitBytes: number
}

/**
 * Reports, once, that the device has no memory for a buffer. WebGPU returns such a buffer all the same, without memory
 * behind it, and everything computed with it is silently wrong. It replaces `createBuffer` of this device.
 *
 * @param heldBytes returns the total of all buffers of this device
 * @param onShortage called with EngineError `out-of-memory`
 */
export function watchGpuMemory(
  device: GPUDevice,
  heldBytes: () => number,
  onShortage: (error: EngineError) => void,
): void {
  const limitBytes = device.limits.maxBufferSize
  let isReported = false
  const report = (shortage: MemoryShortage, cause: unknown) => {
    if (isReported) return
    isReported = true
    onShortage(outOfMemory(shortage, cause))
  }
  const createBuffer = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const { size } = descriptor
    const held = heldBytes()
    const isWatched = size >= watchedBytes
    if (isWatched) device.pushErrorScope('out-of-memory')
    try {
      return createBuffer(descriptor)
    } catch (cause) {
      // A buffer that is mapped at creation needs memory in the page, too, and a lack of that is thrown.
      if (cause instanceof RangeError) report({ requestedBytes: size, heldBytes: held, limitBytes }, cause)
      throw cause
    } finally {
      if (isWatched) {
        const onResult = (cause: GPUError | null) =>
          cause && report({ requestedBytes: size, heldBytes: held, limitBytes }, cause)
        device.popErrorScope().then(onResult, () => undefined)
      }
    }
  }
  device.addEventListener('uncapturederror', ({ error }) => {
    if (isOutOfMemory(error)) report({ heldBytes: heldBytes(), limitBytes }, error)
  })
}

function isOutOfMemory(error: GPUError): boolean {
  return typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError
}

/** EngineError `out-of-memory` that names the numbers. */
export function outOfMemory({ requestedBytes, heldBytes, limitBytes }: MemoryShortage, cause?: unknown): EngineError {
  const requested = requestedBytes === undefined ? 'more' : `${megabytes(requestedBytes)} more`
  return new EngineError({
    code: 'out-of-memory',
    message: `The graphics device has no room for ${requested}: this page holds ${megabytes(heldBytes)} of it, and may hold ${megabytes(limitBytes)} in one piece.`,
    action: 'Close other pages and programs that use the GPU and try again, or load a smaller bundle.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`
}
