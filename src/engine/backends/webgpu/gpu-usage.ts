/** What a device holds now, and has done since the gpuUsage was opened. */
export interface DeviceFigures {
  readonly buffers: number
  readonly bytes: number
  /** Totals since the device was opened. */
  readonly readBackBytes: number
  readonly dispatches: number
  readonly submits: number
}

/** `GPUMapMode.READ`, which is not there where there is no WebGPU. */
const mapRead = 1

/**
 * Counts a device's buffers, reads and work, by standing in for methods of this very device and of what it makes; the
 * runtime, which calls them, notices nothing. A buffer counts until it is destroyed or, as ONNX Runtime does with many
 * of its own, dropped and collected: until then its memory is held.
 */
export class GpuUsage {
  private buffers = 0
  private made = 0
  private bytes = 0
  private readBackBytes = 0
  private dispatches = 0
  private submits = 0
  /** Holds sizes, and no buffer: one that nobody else holds must be collected. */
  private readonly dropped = new FinalizationRegistry<number>((size) => this.release(size))

  /** Begins to count; what the device made before is not known. */
  constructor(device: GPUDevice) {
    this.countBuffers(device)
    this.countWork(device)
  }

  /** Grows with whatever the device is given to do or to hold. */
  get work(): number {
    return this.made + this.dispatches + this.submits
  }

  figures(): DeviceFigures {
    const { buffers, bytes, readBackBytes, dispatches, submits } = this
    return { buffers, bytes, readBackBytes, dispatches, submits }
  }

  private countBuffers(device: GPUDevice): void {
    const createBuffer = device.createBuffer.bind(device)
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer(descriptor)
      this.hold(buffer, descriptor.size)
      return buffer
    }
  }

  private hold(buffer: GPUBuffer, size: number): void {
    this.buffers++
    this.made++
    this.bytes += size
    this.dropped.register(buffer, size, buffer)
    // Bound to the buffer they lie on: the two are collected together.
    const destroy = buffer.destroy.bind(buffer)
    const mapAsync = buffer.mapAsync.bind(buffer)
    buffer.destroy = () => {
      // False the second time.
      if (this.dropped.unregister(buffer)) this.release(size)
      return destroy()
    }
    buffer.mapAsync = (mode, offset = 0, length = size - offset) => {
      if (mode & mapRead) this.readBackBytes += length
      return mapAsync(mode, offset, length)
    }
  }

  private release(size: number): void {
    this.buffers--
    this.bytes -= size
  }

  private countWork(device: GPUDevice): void {
    const { queue } = device
    const submit = queue.submit.bind(queue)
    queue.submit = (commands) => {
      this.submits++
      return submit(commands)
    }
    const createCommandEncoder = device.createCommandEncoder.bind(device)
    device.createCommandEncoder = (descriptor) => {
      const encoder = createCommandEncoder(descriptor)
      const beginComputePass = encoder.beginComputePass.bind(encoder)
      encoder.beginComputePass = (passDescriptor) => this.countDispatches(beginComputePass(passDescriptor))
      return encoder
    }
  }

  private countDispatches(pass: GPUComputePassEncoder): GPUComputePassEncoder {
    const dispatch = pass.dispatchWorkgroups.bind(pass)
    const dispatchIndirect = pass.dispatchWorkgroupsIndirect.bind(pass)
    pass.dispatchWorkgroups = (x, y, z) => {
      this.dispatches++
      return dispatch(x, y, z)
    }
    pass.dispatchWorkgroupsIndirect = (buffer, offset) => {
      this.dispatches++
      return dispatchIndirect(buffer, offset)
    }
    return pass
  }
}
