import { describe, expect, it } from 'vitest'
import { parseConfig } from './config-schema.ts'
import { publishedConfig } from './testing/configs.ts'
import { goldens } from './testing/goldens.ts'
import { visionRotary, windowIds, windowMask } from './vision-positions.ts'

const { vision } = parseConfig({ config: publishedConfig })

describe('visionRotary', () => {
  it('agrees with transformers', () => {
    const [h, w] = goldens.visionRotary.grid
    const { cos, sin } = visionRotary({ h, w }, { ...vision, hiddenSize: 32, heads: 2, headDim: 16 })
    expect(cos.length).toBe(goldens.visionRotary.cos.length)
    cos.forEach((value, i) => {
      expect(value).toBeCloseTo(goldens.visionRotary.cos[i], 6)
    })
    sin.forEach((value, i) => {
      expect(value).toBeCloseTo(goldens.visionRotary.sin[i], 6)
    })
  })

  it('has headDim / 2 frequencies per patch', () => {
    expect(visionRotary({ h: 20, w: 26 }, vision).cos.length).toBe(520 * 40)
  })
})

describe('windowIds', () => {
  it.each(goldens.windows)('agrees with transformers for a grid of $grid', ({ grid: [h, w], cells }) => {
    // Merge order lists a cell's four patches side by side.
    expect(Array.from(windowIds({ h, w }, vision))).toEqual(cells.flatMap((id) => [id, id, id, id]))
  })
})

describe('windowMask', () => {
  it('is 0 within a window and masked elsewhere', () => {
    expect(Array.from(windowMask(Int32Array.of(0, 0, 1), -1e4))).toEqual([0, 0, -1e4, 0, 0, -1e4, -1e4, -1e4, 0])
  })
})
