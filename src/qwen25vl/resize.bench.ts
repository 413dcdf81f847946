import { bench, describe } from 'vitest'
import { parseConfig } from './config-schema.ts'
import { PatchCutter } from './patches.ts'
import { BicubicResizer } from './resize.ts'
import { publishedConfig } from './testing/configs.ts'
import { pattern, withAlpha } from './testing/patterns.ts'

describe('one camera frame', () => {
  const target = { width: 364, height: 280 }
  const frame = withAlpha(pattern(640, 480))
  const resizer = new BicubicResizer({ width: 640, height: 480 }, target)
  const resized = new Uint8Array(364 * 280 * 3)
  bench('resize 640x480 RGBA to 364x280', () => {
    resizer.resize(frame, resized)
  })

  const { vision, preprocessor } = parseConfig({ config: publishedConfig })
  const cutter = new PatchCutter(vision, preprocessor)
  const values = new Float32Array(cutter.valuesPerTemporalPatch(target))
  bench('cut a pair of 364x280 into patches', () => {
    cutter.pair([resized, resized], target, values)
  })
})
