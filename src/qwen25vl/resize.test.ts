import { describe, expect, it } from 'vitest'
import { BicubicResizer } from './resize.ts'
import { goldens } from './testing/goldens.ts'
import { pattern, withAlpha } from './testing/patterns.ts'
import { agreement } from './testing/reference.ts'

describe('BicubicResizer', () => {
  it.each(goldens.resize)('agrees with torch from $source to $target', ({ source, target, every, sum, bytes }) => {
    const resizer = new BicubicResizer(sizeOf(source), sizeOf(target))
    const found = resizer.resize(pattern(source[0], source[1]))
    const sampled = found.filter((_, i) => i % every === 0)
    expect(agreement(sampled, Buffer.from(bytes, 'base64'))).toEqual({ equal: 1, levels: 0 })
    // The whole picture, not only the sample.
    expect(found.reduce((all, byte) => all + byte, 0)).toBe(sum)
  })

  it('takes RGBA as it takes RGB, into a given array', () => {
    const resizer = new BicubicResizer({ width: 77, height: 53 }, { width: 56, height: 84 })
    const rgb = pattern(77, 53)
    const into = new Uint8Array(56 * 84 * 3)
    expect(resizer.resize(withAlpha(rgb), into)).toBe(into)
    expect(into).toEqual(resizer.resize(rgb))
  })

  it('leaves a frame of the right size as it is', () => {
    const resizer = new BicubicResizer({ width: 28, height: 56 }, { width: 28, height: 56 })
    expect(resizer.resize(pattern(28, 56))).toEqual(pattern(28, 56))
  })

  it('refuses frames of another size', () => {
    const resizer = new BicubicResizer({ width: 4, height: 4 }, { width: 8, height: 8 })
    expect(() => resizer.resize(new Uint8Array(47))).toThrow(expect.objectContaining({ code: 'frame-size-changed' }))
    expect(() => resizer.resize(new Uint8Array(48), new Uint8Array(4))).toThrow(
      expect.objectContaining({ code: 'frame-size-changed' }),
    )
    expect(() => new BicubicResizer({ width: 0, height: 4 }, { width: 8, height: 8 })).toThrow(
      expect.objectContaining({ code: 'empty-frame' }),
    )
  })
})

function sizeOf([width, height]: number[]) {
  return { width, height }
}
