/** A buffer that graphs read and write, and that can be copied from and to; its contents are zero. */
export function storageBuffer(device: GPUDevice, size: number): GPUBuffer {
  return device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  })
}

/** A buffer that results are copied to and read from on the host. */
export function stagingBuffer(device: GPUDevice, size: number): GPUBuffer {
  return device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
}

/** Reads the first `count` float32 of a buffer. */
export async function readFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const staging = stagingBuffer(device, count * 4)
  const commands = device.createCommandEncoder()
  commands.copyBufferToBuffer(buffer, 0, staging, 0, count * 4)
  device.queue.submit([commands.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const values = new Float32Array(staging.getMappedRange().slice(0))
  staging.destroy()
  return values
}
