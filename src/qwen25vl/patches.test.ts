import { describe, expect, it } from 'vitest'
import { parseConfig } from './config-schema.ts'
import { PatchCutter } from './patches.ts'
import { publishedConfig } from './testing/configs.ts'
import { pattern } from './testing/patterns.ts'
import { videoPatches } from './video-patches.ts'

const { vision, preprocessor } = parseConfig({ config: publishedConfig })
const size = { width: 84, height: 56 }
const frames = [0, 1, 2, 3].map((i) => pattern(size.width, size.height).map((byte) => (byte + 37 * i) % 256))
const cutter = new PatchCutter(vision, preprocessor)
const video = (clip: typeof frames) => videoPatches(clip, size, vision, preprocessor)

describe('PatchCutter', () => {
  it('orders patches as the reference permutes them', () => {
    const { pixelValues, grid } = video(frames)
    expect(grid).toEqual({ t: 2, h: 4, w: 6 })
    // Python: reshape(t, T, 3, gh/m, m, p, gw/m, m, p).permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
    let at = 0
    for (let t = 0; t < 2; t++)
      for (let bh = 0; bh < 2; bh++)
        for (let bw = 0; bw < 3; bw++)
          for (let mh = 0; mh < 2; mh++)
            for (let mw = 0; mw < 2; mw++)
              for (let c = 0; c < 3; c++)
                for (let f = 0; f < 2; f++)
                  for (let y = 0; y < 14; y++)
                    for (let x = 0; x < 14; x++) {
                      const row = (bh * 2 + mh) * 14 + y
                      const column = (bw * 2 + mw) * 14 + x
                      const byte = frames[t * 2 + f][(row * 84 + column) * 3 + c]
                      const value = (byte / 255 - preprocessor.imageMean[c]) / preprocessor.imageStd[c]
                      if (Math.abs(pixelValues[at] - value) > 1e-6) expect(pixelValues[at]).toBe(value)
                      at++
                    }
    expect(at).toBe(pixelValues.length)
  })

  it('cuts a pair as it cuts it within a clip', () => {
    const whole = video(frames).pixelValues
    const second = cutter.pair(frames.slice(2), size)
    expect(second).toEqual(whole.slice(whole.length / 2))
  })

  it('repeats the last frame of an odd number', () => {
    expect(video(frames.slice(0, 3))).toEqual(video([frames[0], frames[1], frames[2], frames[2]]))
  })

  it('refuses what does not fit', () => {
    expect(() => video([])).toThrow(expect.objectContaining({ code: 'no-frames' }))
    expect(() => cutter.pair(frames.slice(0, 1), size)).toThrow(expect.objectContaining({ code: 'frame-size-changed' }))
    expect(() => cutter.pair([frames[0], new Uint8Array(3)], size)).toThrow(
      expect.objectContaining({ code: 'frame-size-changed' }),
    )
    expect(() => cutter.pair(frames.slice(0, 2), { width: 56, height: 83 })).toThrow(
      expect.objectContaining({ code: 'bad-patch-size' }),
    )
  })
})
