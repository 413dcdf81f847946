import { describe, expect, it } from 'vitest'
import { watchMemoryGrowth } from './memory-growth.ts'

describe('watchMemoryGrowth', () => {
  it('knows of a refusal until memory is had again', () => {
    const own: WebAssembly.Memory = Object.create(WebAssembly.Memory.prototype)
    const { isRefused } = watchMemoryGrowth(own)
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 })
    expect(isRefused()).toBe(false)
    expect(() => own.grow.call(memory, 10)).toThrow(RangeError)
    expect(isRefused()).toBe(true)
    expect(own.grow.call(memory, 1)).toBe(1)
    expect(isRefused()).toBe(false)
  })
})
