/** Buffers large enough that no cache holds them, where the device allows it. */
const wantedBytes = 512 * 2 ** 20
const softwareBytes = 64 * 2 ** 20
const rounds = 5

/**
 * Bytes a second that a device reads and writes when it copies a buffer: what no kernel that streams weights exceeds by
 * much. The best of several rounds.
 */
export async function measureBandwidth(device: GPUDevice, isSoftware: boolean): Promise<number> {
  const size = Math.min(device.limits.maxBufferSize, isSoftware ? softwareBytes : wantedBytes)
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const [from, to] = [device.createBuffer({ size, usage }), device.createBuffer({ size, usage })]
  const copies = isSoftware ? 2 : 32
  let best = 0
  for (let round = 0; round <= rounds; round++) {
    const commands = device.createCommandEncoder()
    for (let copy = 0; copy < copies; copy++) commands.copyBufferToBuffer(from, 0, to, 0, size)
    const started = performance.now()
    device.queue.submit([commands.finish()])
    await device.queue.onSubmittedWorkDone()
    const seconds = (performance.now() - started) / 1000
    // The first one fills the pages.
    if (round > 0) best = Math.max(best, (2 * size * copies) / seconds)
  }
  from.destroy()
  to.destroy()
  return best
}
