import { describe, expect, it } from 'vitest'
import { withDisposal } from './disposal.ts'

/** Counts, and may trap as a session does whose runtime ran out of memory. */
function owned({ traps = false } = {}) {
  let disposed = 0
  return {
    get disposed() {
      return disposed
    },
    async dispose() {
      disposed++
      if (traps) throw new WebAssembly.RuntimeError('index out of bounds')
    },
  }
}

describe('withDisposal', () => {
  it('returns what the use returns, and disposes once', async () => {
    const own = owned()
    expect(await withDisposal(own, async () => 3)).toBe(3)
    expect(own.disposed).toBe(1)
  })

  it('throws the error of the use, also where disposing traps', async () => {
    const own = owned({ traps: true })
    await expect(withDisposal(own, () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory')
    expect(own.disposed).toBe(1)
  })

  it('throws where only disposing fails', async () => {
    await expect(withDisposal(owned({ traps: true }), async () => 3)).rejects.toThrow('index out of bounds')
  })
})
