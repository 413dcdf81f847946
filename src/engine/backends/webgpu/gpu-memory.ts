import { EngineError } from '../../../base/errors.ts'

/** Buffers from this size on are asked after one by one; the rest of a model is small change. */
const watchedBytes = 2 ** 20

/** What there was when a buffer could not be had, bytes. */
export interface MemoryShortage {
  /** Of the buffer that was asked for; unknown where the device does not say which it was. */
  readonly askedBytes?: number
  /** In other buffers of this device. */
  readonly heldBytes: number
  /** Of one buffer at most. */
  readonly limitBytes: number
}

/**
 * Tells, once, when the device has no room for a buffer: such a buffer is there and holds nothing, and whatever is
 * computed with it is silently wrong. Stands in for `createBuffer` of this very device.
 *
 * @param heldBytes in buffers of this device now
 */
export function watchMemory(device: GPUDevice, heldBytes: () => number, onShort: (error: EngineError) => void): void {
  const limitBytes = device.limits.maxBufferSize
  let isTold = false
  const tell = (shortage: MemoryShortage, cause: unknown) => {
    if (isTold) return
    isTold = true
    onShort(outOfMemory(shortage, cause))
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
      // A buffer that is mapped at once needs room in the page, too, and says so by throwing.
      if (cause instanceof RangeError) tell({ askedBytes: size, heldBytes: held, limitBytes }, cause)
      throw cause
    } finally {
      if (isWatched) {
        const asked = (cause: GPUError | null) =>
          cause && tell({ askedBytes: size, heldBytes: held, limitBytes }, cause)
        device.popErrorScope().then(asked, () => undefined)
      }
    }
  }
  device.addEventListener('uncapturederror', ({ error }) => {
    if (isOutOfMemory(error)) tell({ heldBytes: heldBytes(), limitBytes }, error)
  })
}

function isOutOfMemory(error: GPUError): boolean {
  return typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError
}

/** EngineError `out-of-memory`, with the numbers. */
export function outOfMemory({ askedBytes, heldBytes, limitBytes }: MemoryShortage, cause?: unknown): EngineError {
  const asked = askedBytes === undefined ? 'more' : `${megabytes(askedBytes)} more`
  return new EngineError({
    code: 'out-of-memory',
    message: `The graphics device has no room for ${asked}: this page holds ${megabytes(heldBytes)} of it, and may hold ${megabytes(limitBytes)} in one piece.`,
    action: 'Close other pages and programs that use the GPU and try again, or load a smaller bundle.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`
}
