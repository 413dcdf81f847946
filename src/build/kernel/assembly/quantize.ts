// AssemblyScript, compiled by scripts/build-kernel.ts into ../quantize-wasm.ts. SIMD because choosing a block's scale
// by the error it leaves means rounding the block a dozen times over: see ../../quantize.ts for what is computed.

const BLOCK_BYTES: usize = 32 * 4

/** Sums over everything quantized since `reset`, and the block that came out worst. */
export let signal: f64 = 0
export let noise: f64 = 0
export let plainNoise: f64 = 0
export let worstRatio: f64 = 0
export let worstBlock: i32 = -1

export function reset(): void {
  signal = 0
  noise = 0
  plainNoise = 0
  worstRatio = 0
  worstBlock = -1
}

/** Grows memory to `bytes` behind the static data and gives the address where free space begins. */
export function reserve(bytes: i32): usize {
  const need = <i32>((__heap_base + bytes + 0xffff) >>> 16)
  const have = memory.size()
  if (need > have) memory.grow(need - have)
  return __heap_base
}

/** The nearest float16, as float32: half to even, subnormals kept, overflow clamped to 65504. */
function roundToHalf(value: f32): f32 {
  const bits = reinterpret<u32>(value)
  const magnitude = bits & 0x7fffffff
  const sign = bits & 0x80000000
  if (magnitude >= 0x477fe000) return reinterpret<f32>(sign | 0x477fe000)
  if (magnitude < 0x38800000) {
    // A half's subnormals are multiples of 2^-24: adding 0.5 * 2^0 leaves exactly those bits of the mantissa.
    const rounded = reinterpret<f32>(magnitude) + <f32>0.5 - <f32>0.5
    return reinterpret<f32>(reinterpret<u32>(rounded) | sign)
  }
  const rounded = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & 0xffffe000
  return reinterpret<f32>(sign | rounded)
}

// @ts-ignore: decorator
@inline
function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}

/**
 * Quantizes `blocks` blocks of 32 floats.
 * @param x     f32 [blocks, 32]
 * @param data  u8 [blocks, 4 * bits]
 * @param scales f32 [blocks], already rounded to half where `half` is set
 * @param zeros u8 [blocks], one zero point a byte; 0 for the symmetric format
 * @param stretches f32 [trials], what the plain scale is multiplied by; the first is 1
 */
export function quantize(
  x: usize,
  blocks: i32,
  bits: i32,
  half: bool,
  data: usize,
  scales: usize,
  zeros: usize,
  stretches: usize,
  trials: i32,
): void {
  const range = <f32>(1 << (bits - 1))
  const bottomV = f32x4.splat(-range)
  const topV = f32x4.splat(range - 1)
  for (let block = 0; block < blocks; block++, x += BLOCK_BYTES) {
    let lowV = f32x4.splat(0)
    let highV = f32x4.splat(0)
    let squares = f32x4.splat(0)
    for (let i: usize = 0; i < BLOCK_BYTES; i += 16) {
      const v = v128.load(x + i)
      lowV = f32x4.pmin(lowV, v)
      highV = f32x4.pmax(highV, v)
      squares = f32x4.add(squares, f32x4.mul(v, v))
    }
    const low = min(
      min(f32x4.extract_lane(lowV, 0), f32x4.extract_lane(lowV, 1)),
      min(f32x4.extract_lane(lowV, 2), f32x4.extract_lane(lowV, 3)),
    )
    const high = max(
      max(f32x4.extract_lane(highV, 0), f32x4.extract_lane(highV, 1)),
      max(f32x4.extract_lane(highV, 2), f32x4.extract_lane(highV, 3)),
    )
    const blockSignal = sum(squares)

    // The symmetric grid reaches one step further down than up: that step goes to the larger extreme.
    let zero: f32 = 0
    let plain: f32 = (high > -low ? high : low) / -range
    if (zeros) {
      plain = (high - low) / (2 * range - 1)
      if (plain != 0) zero = nearest(-low / plain) - range
    }
    let scale = plain
    let blockPlain: f32 = 0
    const zeroV = f32x4.splat(zero)
    if (plain != 0) {
      let best: f32 = -1
      for (let t = 0; t < trials; t++) {
        const inverse = f32x4.splat(1 / (plain * load<f32>(stretches + (<usize>t << 2))))
        let xq = f32x4.splat(0)
        let qq = f32x4.splat(0)
        for (let i: usize = 0; i < BLOCK_BYTES; i += 16) {
          const v = v128.load(x + i)
          let q = f32x4.nearest(f32x4.add(f32x4.mul(v, inverse), zeroV))
          q = f32x4.sub(f32x4.pmin(f32x4.pmax(q, bottomV), topV), zeroV)
          xq = f32x4.add(xq, f32x4.mul(v, q))
          qq = f32x4.add(qq, f32x4.mul(q, q))
        }
        const xqSum = sum(xq)
        const qqSum = sum(qq)
        if (t == 0) blockPlain = max(<f32>0, blockSignal - 2 * plain * xqSum + plain * plain * qqSum)
        if (qqSum > 0 && xqSum * xqSum > best * qqSum) {
          best = (xqSum * xqSum) / qqSum
          scale = xqSum / qqSum
        }
      }
    }
    const stored = half ? roundToHalf(scale) : scale
    const inverse = f32x4.splat(stored == 0 ? 0 : 1 / stored)
    const storedV = f32x4.splat(stored)
    const rangeV = f32x4.splat(range)
    let lost = f32x4.splat(0)
    for (let i: usize = 0; i < BLOCK_BYTES; i += 64) {
      const a = encode(x + i, inverse, zeroV, bottomV, topV, storedV)
      lost = f32x4.add(lost, residual)
      const b = encode(x + i + 16, inverse, zeroV, bottomV, topV, storedV)
      lost = f32x4.add(lost, residual)
      const c = encode(x + i + 32, inverse, zeroV, bottomV, topV, storedV)
      lost = f32x4.add(lost, residual)
      const d = encode(x + i + 48, inverse, zeroV, bottomV, topV, storedV)
      lost = f32x4.add(lost, residual)
      const low8 = i16x8.narrow_i32x4_s(
        i32x4.trunc_sat_f32x4_s(f32x4.add(a, rangeV)),
        i32x4.trunc_sat_f32x4_s(f32x4.add(b, rangeV)),
      )
      const high8 = i16x8.narrow_i32x4_s(
        i32x4.trunc_sat_f32x4_s(f32x4.add(c, rangeV)),
        i32x4.trunc_sat_f32x4_s(f32x4.add(d, rangeV)),
      )
      const bytes = i8x16.narrow_i16x8_u(low8, high8)
      if (bits == 8) {
        v128.store(data, bytes)
        data += 16
      } else {
        // Pairs (lo, hi) in 16-bit lanes become lo | hi << 4.
        const pairs = v128.and(v128.or(bytes, i16x8.shr_u(bytes, 4)), i16x8.splat(0xff))
        v128.store64_lane(data, i8x16.narrow_i16x8_u(pairs, pairs), 0)
        data += 8
      }
    }
    store<f32>(scales + (<usize>block << 2), stored)
    if (zeros) store<u8>(zeros + <usize>block, <u8>(zero + range))
    const blockNoise = <f64>sum(lost)
    signal += blockSignal
    noise += blockNoise
    plainNoise += blockPlain
    if (blockNoise > worstRatio * <f64>blockSignal) {
      worstRatio = blockNoise / <f64>blockSignal
      worstBlock = block
    }
  }
}

/** Squared errors of the four values that `encode` saw last. */
let residual: v128 = f32x4.splat(0)

// @ts-ignore: decorator
@inline
function encode(x: usize, inverse: v128, zero: v128, bottom: v128, top: v128, scale: v128): v128 {
  const v = v128.load(x)
  const q = f32x4.pmin(f32x4.pmax(f32x4.nearest(f32x4.add(f32x4.mul(v, inverse), zero)), bottom), top)
  const error = f32x4.sub(v, f32x4.mul(f32x4.sub(q, zero), scale))
  residual = f32x4.mul(error, error)
  return q
}
