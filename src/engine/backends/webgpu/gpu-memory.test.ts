import { describe, expect, it } from 'vitest'
import type { EngineError } from '../../../base/errors.ts'
import { watchGpuMemory } from './gpu-memory.ts'

/** A device with room for so many bytes, which does what Chromium does where there is none. */
function fakeDevice(roomBytes: number) {
  const events = new EventTarget()
  const scopes: { filter: GPUErrorFilter; error: unknown }[] = []
  const made: number[] = []
  const device = {
    limits: { maxBufferSize: 256e6 },
    addEventListener: events.addEventListener.bind(events),
    pushErrorScope: (filter: GPUErrorFilter) => scopes.push({ filter, error: null }),
    popErrorScope: async () => scopes.pop()?.error,
    createBuffer: ({ size, mappedAtCreation }: GPUBufferDescriptor) => {
      made.push(size)
      if (made.reduce((sum, each) => sum + each, 0) <= roomBytes) return {}
      if (mappedAtCreation) throw new RangeError('allocation failed')
      const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory')
      if (scope) scope.error = new Error('no room')
      else events.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: new FullError('no room') }))
      return {}
    },
  }
  const errors: EngineError[] = []
  const heldBytes = () => made.reduce((sum, size) => sum + size, 0)
  watchGpuMemory(device as unknown as GPUDevice, heldBytes, (error) => errors.push(error))
  return { device, errors, scopes }
}

class FullError extends Error {}
globalThis.GPUOutOfMemoryError ??= FullError as unknown as typeof GPUOutOfMemoryError

describe('watchGpuMemory', () => {
  it('tells once, with what was asked, what is held and what the device allows', async () => {
    const { device, errors, scopes } = fakeDevice(60e6)
    for (let i = 0; i < 5; i++) device.createBuffer({ size: 25e6, usage: 0 })
    await expect.poll(() => errors.length).toBe(1)
    expect(errors[0]).toMatchObject({ name: 'EngineError', code: 'out-of-memory', recoverable: true })
    expect(errors[0].message).toContain('no room for 25 MB more')
    expect(errors[0].message).toContain('holds 50 MB')
    expect(errors[0].message).toContain('256 MB in one piece')
    expect(errors[0].action).toContain('smaller bundle')
    expect(scopes).toEqual([])
  })

  it('hears of small buffers, too, and of those that throw', async () => {
    const small = fakeDevice(100)
    small.device.createBuffer({ size: 200, usage: 0 })
    expect(small.errors[0]?.message).toContain('no room for more')
    const mapped = fakeDevice(100)
    expect(() => mapped.device.createBuffer({ size: 5e6, usage: 0, mappedAtCreation: true })).toThrow(RangeError)
    expect(mapped.errors[0]?.message).toContain('no room for 5 MB more')
    expect(mapped.scopes).toEqual([])
  })

  it('says nothing while there is room', async () => {
    const { device, errors } = fakeDevice(60e6)
    for (let i = 0; i < 50; i++) device.createBuffer({ size: 1.1e6, usage: 0 })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(errors).toEqual([])
  })
})
