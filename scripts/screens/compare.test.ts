import { expect, test } from 'vitest'
import { changedShare, compareStories, differsFrom, type Pixels, tolerance } from './compare.ts'

function plain(width: number, height: number, level: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(level) }
}

function withPixels(picture: Pixels, count: number, level: number): Pixels {
  const data = Uint8ClampedArray.from(picture.data)
  for (let i = 0; i < count; i++) data[4 * i + 1] = level
  return { ...picture, data }
}

test('tells how much of a picture is of another color', () => {
  const before = plain(100, 50, 100)
  expect(changedShare(before, before)).toBe(0)
  expect(changedShare(before, withPixels(before, 25, 100 + differsFrom))).toBe(25 / 5000)
  expect(changedShare(before, withPixels(before, 25, 100 - differsFrom))).toBe(25 / 5000)
  expect(changedShare(before, withPixels(before, 25, 100 + differsFrom - 1)), 'too small a step').toBe(0)
  expect(changedShare(before, plain(50, 100, 100)), 'another size').toBe(1)
})

test('names the stories that changed, came and went', () => {
  const picture = plain(100, 50, 100)
  const little = Math.floor(tolerance * 5000)
  const before = new Map([
    ['same', picture],
    ['little', picture],
    ['changed', picture],
    ['gone', picture],
  ])
  const after = new Map([
    ['same', picture],
    ['little', withPixels(picture, little, 255)],
    ['changed', withPixels(picture, little + 1, 255)],
    ['unknown', picture],
  ])
  expect(compareStories(before, after)).toEqual({
    compared: 3,
    changed: ['changed: 0.2 % of the picture'],
    unknown: ['unknown'],
    gone: ['gone'],
  })
})
