import { describe, expect, it } from 'vitest'
import { AdaptiveDraftLength } from './draft-length.ts'
import { maxDraftTokens } from './draft-tokens.ts'

describe('AdaptiveDraftLength', () => {
  const long = { ids: Array.from({ length: maxDraftTokens }, (_, i) => i), match: 'strong' } as const

  /** Runs passes on a device where a step takes `step` ms and each drafted id `perId` more; the lengths it drafted. */
  function run(
    policy: AdaptiveDraftLength,
    share: number,
    { step, perId }: { step: number; perId: number },
    passes = 60,
  ) {
    const lengths: number[] = []
    for (let i = 0; i < passes; i++) {
      const length = policy.choose(long, 64)
      lengths.push(length)
      if (length > 0) policy.recordAcceptance('strong', length, Math.round(length * share))
      policy.recordPass(length, step + perId * length)
    }
    return lengths
  }

  it('drafts as many as it may where everything is right and rows cost nothing', () => {
    expect(run(new AdaptiveDraftLength(), 1, { step: 20, perId: 0.1 }).slice(-20)).toEqual(
      Array(20).fill(maxDraftTokens),
    )
  })

  it('stops drafting what is never right, and tries again now and then', () => {
    const policy = new AdaptiveDraftLength()
    const lengths = run(policy, 0, { step: 20, perId: 2 }, 400)
    // What it tries in vain costs a few percent of the time that steps alone take.
    const extraMs = lengths.reduce((sum, length) => sum + 2 * length, 0)
    expect(extraMs).toBeGreaterThan(0)
    expect(extraMs).toBeLessThan(0.08 * 20 * lengths.length)
    // Right again: it comes back.
    expect(run(policy, 1, { step: 20, perId: 2 }, 200).slice(-20)).toEqual(Array(20).fill(maxDraftTokens))
  })

  it('drafts nothing where every row costs as much as a step and some are wrong', () => {
    const lengths = run(new AdaptiveDraftLength(), 0.5, { step: 20, perId: 20 }, 200)
    expect(lengths.slice(-100).filter((length) => length > 4).length).toBeLessThan(5)
  })

  it('keeps to the room there is', () => {
    const policy = new AdaptiveDraftLength()
    run(policy, 1, { step: 20, perId: 0.1 })
    expect(policy.choose(long, 6)).toBe(3)
    expect(policy.choose(long, 0)).toBe(0)
  })

  it('drafts no longer than what it has, padded once', () => {
    const policy = new AdaptiveDraftLength()
    run(policy, 1, { step: 20, perId: 0.1 })
    expect(policy.choose({ ids: [1, 2], match: 'strong' }, 64)).toBe(3)
  })

  it('is not misled by the first pass of a length, which compiles', () => {
    const policy = new AdaptiveDraftLength()
    policy.recordPass(0, 20)
    policy.recordPass(0, 20)
    const first = policy.choose(long, 64)
    policy.recordPass(first, 5000)
    expect(policy.choose(long, 64)).toBe(first)
  })
})
