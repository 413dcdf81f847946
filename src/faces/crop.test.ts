import { describe, expect, it } from 'vitest'
import { cropInto, letterbox } from './crop.ts'
import { cropSide, detectorSide } from './networks/face-networks.ts'

/** Red grows to the right and green downwards, 0 to 255. */
function ramps(width: number, height: number) {
  const rgba = new Uint8ClampedArray(4 * width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      rgba.set([(255 * (column + 0.5)) / width, (255 * (row + 0.5)) / height, 0, 255], 4 * (row * width + column))
    }
  }
  return { width, height, rgba }
}

function pixel(crop: Float32Array, side: number, x: number, y: number): number[] {
  return [...crop.subarray(3 * (y * side + x), 3 * (y * side + x) + 3)]
}

describe('cropInto', () => {
  const crop = new Float32Array(cropSide * cropSide * 3)

  it.each([100, 256, 700])('shows what lies in a region of %i px, in 0 to 1', (side) => {
    cropInto(crop, ramps(1000, 1000), { x: 500, y: 400, side, angle: 0 })
    for (const [x, y] of [
      [0, 0],
      [128, 128],
      [200, 30],
    ] as const) {
      const [red = 0, green = 0, blue] = pixel(crop, cropSide, x, y)
      expect(Math.abs(red - (500 + ((x + 0.5) / cropSide - 0.5) * side) / 1000)).toBeLessThan(0.004)
      expect(Math.abs(green - (400 + ((y + 0.5) / cropSide - 0.5) * side) / 1000)).toBeLessThan(0.004)
      expect(blue).toBe(0)
    }
  })

  it('turns with the region: clockwise by a right angle, its right is the picture’s down', () => {
    cropInto(crop, ramps(1000, 1000), { x: 500, y: 500, side: 400, angle: Math.PI / 2 })
    const [red = 0, green = 0] = pixel(crop, cropSide, 250, 128)
    expect(red).toBeCloseTo(0.5, 2)
    expect(green).toBeCloseTo(0.5 + (0.4 * (250.5 - 128)) / 256, 2)
  })

  it('repeats the edge beyond the picture', () => {
    cropInto(crop, ramps(100, 100), { x: 0, y: 0, side: 200, angle: 0 })
    expect(pixel(crop, cropSide, 3, 3)).toEqual(pixel(crop, cropSide, 90, 90))
    expect(crop.every((value) => value >= 0 && value <= 1)).toBe(true)
  })
})

describe('letterbox', () => {
  it('fits a wide picture in the middle, in -1 to 1 on black, and says how it lies', () => {
    const input = letterbox(new Float32Array(detectorSide * detectorSide * 3), ramps(1280, 720), {
      x: 0,
      y: 0,
      width: 1280,
      height: 720,
    })
    expect(input.scale).toBeCloseTo(1280 / detectorSide)
    expect(pixel(input.pixels, detectorSide, 96, 10)).toEqual([-1, -1, -1])
    const [red = 0, green = 0] = pixel(input.pixels, detectorSide, 48, 96)
    expect(red).toBeCloseTo(2 * ((input.x + 48.5 * input.scale) / 1280) - 1, 1)
    expect(green).toBeCloseTo(2 * ((input.y + 96.5 * input.scale) / 720) - 1, 1)
  })

  it('shows a tile of the picture alone', () => {
    const picture = ramps(400, 400)
    const { pixels, scale, x, y } = letterbox(new Float32Array(detectorSide * detectorSide * 3), picture, {
      x: 200,
      y: 100,
      width: 96,
      height: 96,
    })
    expect({ scale, x, y }).toEqual({ scale: 0.5, x: 200, y: 100 })
    expect(pixel(pixels, detectorSide, 0, 0)[0]).toBeCloseTo(2 * (200.5 / 400) - 1, 1)
    expect(pixel(pixels, detectorSide, 191, 191)[0]).toBeCloseTo(2 * (295.5 / 400) - 1, 1)
  })
})
