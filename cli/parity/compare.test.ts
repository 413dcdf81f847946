import { describe, expect, it } from 'vitest'
import { compareFloats, compareTokens, PixelComparison, tokensAgree } from './compare.ts'

describe('compareFloats', () => {
  it('looks past masked entries of the reference', () => {
    const reference = Float32Array.of(1, Number.NEGATIVE_INFINITY, 2)
    expect(compareFloats(Float32Array.of(1, -1e30, 2.5), reference)).toMatchObject({ maxAbs: 0.5, notFinite: 0 })
  })

  it('does not take NaN for closeness', () => {
    expect(compareFloats(Float32Array.of(Number.NaN, 2), Float32Array.of(1, 2)).notFinite).toBe(1)
  })

  it('does not take fewer values for closeness', () => {
    expect(compareFloats(Float32Array.of(1), Float32Array.of(1, 2)).maxAbs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('compareTokens', () => {
  it('ends at a near tie', () => {
    const match = compareTokens([1, 9, 9], [1, 2, 3], [1, 1e-3, 1])
    expect(match).toEqual({ matched: 1, of: 3, nearTieAt: 1 })
    expect(tokensAgree(match)).toBe(true)
  })

  it('excuses no other difference', () => {
    const match = compareTokens([1, 9, 9], [1, 2, 3], [1, 1, 1e-3])
    expect(match).toEqual({ matched: 1, of: 3, nearTieAt: null })
    expect(tokensAgree(match)).toBe(false)
  })

  it('notices an answer that is too short', () => {
    expect(tokensAgree(compareTokens([1], [1, 2], [1, 1]))).toBe(false)
  })
})

describe('PixelComparison', () => {
  it('counts grey levels per channel', () => {
    const pixels = new PixelComparison()
    pixels.addImage(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 5, 255))
    expect(pixels.result).toEqual({ equalShare: 2 / 3, maxLevels: 2 })
  })

  it('does not take NaN for equality', () => {
    const pixels = new PixelComparison()
    pixels.addPatches(Float32Array.of(Number.NaN, 0, 0), Float32Array.of(0, 0, 0), 3, { imageStd: [1, 1, 1] })
    expect(pixels.result.maxLevels).toBe(Number.POSITIVE_INFINITY)
  })
})
