import { expect, test } from 'vitest'
import { bfloat16sToFloats, floatsToHalves, floatToHalf, halfToFloat, halvesToFloats } from './float16.ts'

/** By the definition of the format. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

const allHalves = Uint16Array.from({ length: 65536 }, (_, half) => half)

test('widens all 65536 halves to their values', () => {
  const floats = new Float32Array(65536)
  expect(halvesToFloats(allHalves, floats)).toBe(false)
  for (let half = 0; half < 65536; half++) {
    if (!Object.is(floats[half], halfValue(half))) expect(floats[half], `half ${half}`).toBe(halfValue(half))
    if (!Object.is(halfToFloat(half), halfValue(half))) expect(halfToFloat(half)).toBe(halfValue(half))
  }
})

test('says of halves whether all are finite', () => {
  const finite = allHalves.filter((half) => (half & 0x7c00) !== 0x7c00)
  expect(halvesToFloats(finite, new Float32Array(finite.length))).toBe(true)
  for (const half of [0x7c00, 0xfc00, 0x7c01, 0xffff]) {
    expect(halvesToFloats(Uint16Array.of(1, half, 2), new Float32Array(3))).toBe(false)
  }
})

test('every half survives the way to float32 and back; NaN stays NaN', () => {
  const floats = new Float32Array(65536)
  halvesToFloats(allHalves, floats)
  const back = new Uint16Array(65536)
  expect(floatsToHalves(floats, back)).toBe(2 * 1024)
  for (let half = 0; half < 65536; half++) {
    if (Number.isNaN(halfValue(half))) expect(Number.isNaN(halfValue(back[half]))).toBe(true)
    else if (back[half] !== half) expect(back[half]).toBe(half)
  }
})

test('rounds to the nearest half, and between two to the even one', () => {
  // Every pair of neighbors: their midpoint and the float32 values next to it. 0x7c00 stands for 65536 here.
  const bits = new Uint32Array(1)
  const float = new Float32Array(bits.buffer)
  for (let half = 0; half < 0x7c00; half++) {
    float[0] = (halfValue(half) + (half === 0x7bff ? 65536 : halfValue(half + 1))) / 2
    const middle = bits[0]
    const wanted = [half, half % 2 === 0 ? half : half + 1, half + 1]
    for (const sign of [0, 0x8000]) {
      const found = [middle - 1, middle, middle + 1].map((near) => {
        bits[0] = near
        return floatToHalf(sign ? -float[0] : float[0]) ^ sign
      })
      if (found.join() !== wanted.join()) expect(found, `after ${half}`).toEqual(wanted)
    }
  }
})

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [65504, 0x7bff],
  [65519.996, 0x7bff],
  [65520, 0x7c00],
  [-1e30, 0xfc00],
  [3.4028235e38, 0x7c00],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NaN, 0x7e00],
  [2 ** -14, 0x0400],
  [2 ** -14 - 2 ** -26, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1.0000001 * 2 ** -25, 0x0001],
  [2 ** -126, 0x0000],
  [2 ** -149, 0x0000],
])('%s becomes half %i', (value, half) => {
  expect(floatToHalf(value)).toBe(half)
})

test('counts the values that left the range of halves', () => {
  const halves = new Uint16Array(5)
  expect(floatsToHalves(Float32Array.of(1, 70000, -70000, Number.NaN, 65504), halves)).toBe(3)
  expect([...halves]).toEqual([0x3c00, 0x7c00, 0xfc00, 0x7e00, 0x7bff])
})

test('widens all 65536 bfloat16 values, in pairs and alone', () => {
  const wanted = new Uint32Array(allHalves.length)
  for (const value of allHalves) wanted[value] = (value << 16) >>> 0
  for (const shift of [0, 1]) {
    // Shifted by one, the source is not aligned to pairs.
    const source = new Uint16Array(allHalves.length + shift).subarray(shift)
    source.set(allHalves)
    const floats = new Float32Array(allHalves.length)
    expect(bfloat16sToFloats(source, floats)).toBe(false)
    expect(Buffer.compare(new Uint8Array(floats.buffer), new Uint8Array(wanted.buffer))).toBe(0)
  }
})

test('says of bfloat16 values whether all are finite, wherever one is not', () => {
  for (const length of [1, 2, 3, 4, 5]) {
    for (const shift of [0, 1]) {
      for (let at = 0; at < length; at++) {
        for (const bad of [0x7f80, 0xff80, 0x7fc0, 0xffff]) {
          const source = new Uint16Array(length + shift).subarray(shift).fill(0xff7f)
          expect(bfloat16sToFloats(source, new Float32Array(length))).toBe(true)
          source[at] = bad
          expect(bfloat16sToFloats(source, new Float32Array(length))).toBe(false)
        }
      }
    }
  }
})

test('writes into part of a larger array and refuses one that is too short', () => {
  const whole = new Float32Array(4)
  bfloat16sToFloats(Uint16Array.of(0x3f80, 0x4000), whole.subarray(1, 3))
  expect([...whole]).toEqual([0, 1, 2, 0])
  expect(() => bfloat16sToFloats(Uint16Array.of(1, 2), new Float32Array(1))).toThrow(RangeError)
  expect(() => halvesToFloats(Uint16Array.of(1, 2), new Float32Array(1))).toThrow(RangeError)
  expect(() => floatsToHalves(Float32Array.of(1, 2), new Uint16Array(1))).toThrow(RangeError)
})
