/**
 * Conversions between float32 and the two 16-bit floats checkpoints are stored in. Typed arrays here are
 * little-endian, as on every machine that runs a browser or Node.
 */

/** The bits of the float32 that equals each of the 65536 halves. A look-up is faster than arithmetic with subnormals. */
const halfBits = /* @__PURE__ */ makeHalfBits()

function makeHalfBits(): Uint32Array {
  const bits = new Uint32Array(65536)
  const floats = new Float32Array(bits.buffer)
  for (let half = 0; half < 0x8000; half++) {
    const exponent = half >>> 10
    const mantissa = half & 0x3ff
    if (exponent === 0) floats[half] = mantissa * 2 ** -24
    else if (exponent === 31) bits[half] = 0x7f800000 | (mantissa << 13)
    else bits[half] = ((exponent + 112) << 23) | (mantissa << 13)
    bits[half | 0x8000] = (bits[half] | 0x80000000) >>> 0
  }
  return bits
}

const scratch = new Float32Array(1)
const scratchBits = new Int32Array(scratch.buffer)

/** The half nearest to a float32 given by its bits: ties to even, 65520 and beyond to Inf, NaN to a quiet NaN. */
function roundToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  // Rounding up may carry into the exponent, and from the largest finite half into Inf: both are right.
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  const shift = 126 - (magnitude >>> 23)
  if (shift > 24) return sign
  const mantissa = (magnitude & 0x7fffff) | 0x800000
  const kept = mantissa >>> shift
  return sign | ((mantissa + ((1 << (shift - 1)) - 1) + (kept & 1)) >>> shift)
}

/** The bits of the half nearest to a number, which is rounded to float32 first. */
export function floatToHalf(value: number): number {
  scratch[0] = value
  return roundToHalf(scratchBits[0])
}

/** The number that the bits of a half stand for. */
export function halfToFloat(half: number): number {
  scratchBits[0] = halfBits[half & 0xffff]
  return scratch[0]
}

/**
 * Rounds floats to halves, ties to even.
 *
 * @param target has room for as many halves as `source` has floats
 * @returns how many of the halves are Inf or NaN, so that the caller can refuse or rescale values beyond float16's 65504
 * @throws RangeError when `target` is too short
 */
export function floatsToHalves(source: Float32Array, target: Uint16Array): number {
  if (target.length < source.length) throw new RangeError(`${source.length} halves do not fit in ${target.length}`)
  const bits = new Int32Array(source.buffer, source.byteOffset, source.length)
  let notFinite = 0
  for (let i = 0; i < bits.length; i++) {
    const half = roundToHalf(bits[i])
    target[i] = half
    if ((half & 0x7c00) === 0x7c00) notFinite++
  }
  return notFinite
}

/** Widens halves to float32, exactly. Returns whether all are finite. Throws RangeError when `target` is too short. */
export function halvesToFloats(source: Uint16Array, target: Float32Array): boolean {
  if (target.length < source.length) throw new RangeError(`${source.length} floats do not fit in ${target.length}`)
  const bits = new Uint32Array(target.buffer, target.byteOffset, source.length)
  let found = 0
  for (let i = 0; i < source.length; i++) {
    const half = source[i]
    bits[i] = halfBits[half]
    found |= (half & 0x7c00) + 0x0400
  }
  return (found & 0x8000) === 0
}

/** Widens bfloat16 to float32, exactly. Returns whether all are finite. Throws RangeError when `target` is too short. */
export function bfloat16sToFloats(source: Uint16Array, target: Float32Array): boolean {
  if (target.length < source.length) throw new RangeError(`${source.length} floats do not fit in ${target.length}`)
  const bits = new Int32Array(target.buffer, target.byteOffset, source.length)
  let found = 0
  let i = 0
  if (source.byteOffset % 4 === 0) {
    // Two values at a time: adding one to an exponent of all ones carries into that value's sign bit and no further.
    const pairs = new Int32Array(source.buffer, source.byteOffset, source.length >>> 1)
    for (let p = 0; p < pairs.length; p++, i += 2) {
      const pair = pairs[p]
      bits[i] = pair << 16
      bits[i + 1] = pair & 0xffff0000
      found |= (pair & 0x7f807f80) + 0x00800080
    }
    found = (found | (found >>> 16)) & 0x8000
  }
  for (; i < source.length; i++) {
    const value = source[i]
    bits[i] = value << 16
    found |= (value & 0x7f80) + 0x0080
  }
  return (found & 0x8000) === 0
}
