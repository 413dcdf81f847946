import { expect, it } from 'vitest'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import { PatchCutter, type VisionConfig } from '../../src/qwen25vl/index.ts'
import { countedFromZero, faultyFrame, rowByRow } from './faults.ts'

it('shears the picture, around its edge', () => {
  const rgba = Uint8ClampedArray.from({ length: 8 * 4 * 4 }, (_, index) => index)
  const frame = { width: 8, height: 4, rgba }
  const sheared = faultyFrame('resize', frame)
  const pixel = ({ rgba }: SourceFrame, x: number, y: number) => [...rgba.slice((y * 8 + x) * 4, (y * 8 + x) * 4 + 4)]
  expect(pixel(sheared, 3, 0)).toEqual(pixel(frame, 3, 0))
  expect(pixel(sheared, 0, 2)).toEqual(pixel(frame, 2, 2))
  expect(pixel(sheared, 7, 3)).toEqual(pixel(frame, 2, 3))
  expect(faultyFrame('none', frame)).toBe(frame)
})

it('counts positions from zero', () => {
  expect([...countedFromZero(Int32Array.of(5, 5, 6, 7, 8, 9, 7, 7, 8))]).toEqual([0, 0, 1, 0, 1, 2, 0, 0, 1])
})

it('sorts patches row by row', () => {
  const vision = { patchSize: 2, spatialMergeSize: 2, temporalPatchSize: 2 } as VisionConfig
  const preprocessor = { imageMean: [0, 0, 0], imageStd: [1 / 255, 1 / 255, 1 / 255] } as never
  const [width, height] = [8, 4]
  // Every pixel has the number of its patch, counted row by row.
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, value) => {
    const [x, y] = [Math.floor(value / 3) % width, Math.floor(value / 3 / width)]
    return Math.floor(y / 2) * (width / 2) + Math.floor(x / 2)
  })
  const values = new PatchCutter(vision, preprocessor).pair([rgb, rgb], { width, height })
  const perPatch = values.length / 8
  const numbers = (all: Float32Array) => Array.from({ length: 8 }, (_, patch) => Math.round(all[patch * perPatch]))
  expect(numbers(values)).toEqual([0, 1, 4, 5, 2, 3, 6, 7])
  expect(numbers(rowByRow(values, { t: 1, h: 2, w: 4 }, 2))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
