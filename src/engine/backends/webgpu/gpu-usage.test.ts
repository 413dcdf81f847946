import { describe, expect, it } from 'vitest'
import { GpuUsage } from './gpu-usage.ts'

/** A device that notes what reaches it. */
function fakeDevice() {
  const reached: string[] = []
  const note =
    (name: string) =>
    (...args: readonly unknown[]) => {
      reached.push([name, ...args.filter((arg) => typeof arg === 'number')].join(' '))
    }
  const device = {
    queue: { submit: note('submit') },
    createBuffer: () => ({ destroy: note('destroy'), mapAsync: note('mapAsync') }),
    createCommandEncoder: () => ({
      beginComputePass: () => ({
        dispatchWorkgroups: note('dispatch'),
        dispatchWorkgroupsIndirect: note('dispatchIndirect'),
      }),
    }),
  }
  return { device: device as unknown as GPUDevice, reached }
}

describe('GpuUsage', () => {
  it('counts a buffer until it is destroyed, and that once', () => {
    const { device, reached } = fakeDevice()
    const gpuUsage = new GpuUsage(device)
    const [first] = [device.createBuffer({ size: 100, usage: 0 }), device.createBuffer({ size: 20, usage: 0 })]
    expect(gpuUsage.figures()).toMatchObject({ buffers: 2, bytes: 120 })
    first.destroy()
    first.destroy()
    expect(gpuUsage.figures()).toMatchObject({ buffers: 1, bytes: 20 })
    expect(reached).toEqual(['destroy', 'destroy'])
  })

  it('counts what is read back, and nothing that is mapped for writing', async () => {
    const { device, reached } = fakeDevice()
    const gpuUsage = new GpuUsage(device)
    const buffer = device.createBuffer({ size: 100, usage: 0 })
    await buffer.mapAsync(1)
    await buffer.mapAsync(1, 40)
    await buffer.mapAsync(1, 40, 8)
    await buffer.mapAsync(2)
    expect(gpuUsage.figures().readBackBytes).toBe(100 + 60 + 8)
    expect(reached).toEqual(['mapAsync 1 0 100', 'mapAsync 1 40 60', 'mapAsync 1 40 8', 'mapAsync 2 0 100'])
  })

  it('counts submits and dispatches, and passes both on', () => {
    const { device, reached } = fakeDevice()
    const gpuUsage = new GpuUsage(device)
    const pass = device.createCommandEncoder().beginComputePass()
    pass.dispatchWorkgroups(3, 2)
    pass.dispatchWorkgroupsIndirect(device.createBuffer({ size: 12, usage: 0 }), 4)
    device.queue.submit([])
    expect(gpuUsage.figures()).toMatchObject({ dispatches: 2, submits: 1 })
    expect(reached).toEqual(['dispatch 3 2', 'dispatchIndirect 4', 'submit'])
  })
})
