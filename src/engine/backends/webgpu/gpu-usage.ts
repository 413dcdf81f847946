/** The buffers of a device, and the work that it was given since counting began. */
export interface DeviceFigures {
  /** Buffers that exist now, and their total size. */
  readonly buffers: number
  readonly bytes: number
  /** Bytes that were mapped for reading, compute dispatches and queue submissions since counting began. */
  readonly readBackBytes: number
  readonly dispatches: number
  readonly submits: number
}

/** The value of `GPUMapMode.READ`, which is undefined without WebGPU. */
const mapModeRead = 1

/**
 * Counts a device's buffers, reads and work, by replacing methods of this device and of the objects that it creates. A
 * buffer counts until it is destroyed or garbage-collected: ONNX Runtime drops many of its buffers without destroying
 * them, and their memory is in use until they are collected.
 */
export class GpuUsage {
  private buffers = 0
  private created = 0
  private bytes = 0
  private readBackBytes = 0
  private dispatches = 0
  private submits = 0
  /** Knows the size of each buffer without keeping the buffer alive. */
  private readonly collected = new FinalizationRegistry<number>((size) => this.release(size))

  /** Begins to count; earlier buffers and work of the device are not included. */
  constructor(device: GPUDevice) {
    this.countBuffers(device)
    this.countWork(device)
  }

  /** A number that grows with every buffer, dispatch and submission: whether it has changed tells whether work goes on. */
  get work(): number {
    return this.created + this.dispatches + this.submits
  }

  figures(): DeviceFigures {
    const { buffers, bytes, readBackBytes, dispatches, submits } = this
    return { buffers, bytes, readBackBytes, dispatches, submits }
  }

  private countBuffers(device: GPUDevice): void {
    const createBuffer = device.createBuffer.bind(device)
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer(descriptor)
      this.track(buffer, descriptor.size)
      return buffer
    }
  }

  private track(buffer: GPUBuffer, size: number): void {
    this.buffers++
    this.created++
    this.bytes += size
    this.collected.register(buffer, size, buffer)
    // These close over the buffer they are set on, which does not keep it alive: cycles are collected.
    const destroy = buffer.destroy.bind(buffer)
    const mapAsync = buffer.mapAsync.bind(buffer)
    buffer.destroy = () => {
      // A buffer may be destroyed twice; `unregister` is true only the first time.
      if (this.collected.unregister(buffer)) this.release(size)
      return destroy()
    }
    buffer.mapAsync = (mode, offset = 0, length = size - offset) => {
      if (mode & mapModeRead) this.readBackBytes += length
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
