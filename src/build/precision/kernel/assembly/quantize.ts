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

/** Widens `count` bfloat16 values; returns whether all of them are finite. */
export function widenBfloat16(from: usize, to: usize, count: i32): bool {
  const exponent = i16x8.splat(0x7f80)
  let found = i16x8.splat(0)
  let i = 0
  for (; i + 8 <= count; i += 8, from += 16, to += 32) {
    const v = v128.load(from)
    found = v128.or(found, i16x8.eq(v128.and(v, exponent), exponent))
    v128.store(to, i32x4.shl(i32x4.extend_low_i16x8_u(v), 16))
    v128.store(to, i32x4.shl(i32x4.extend_high_i16x8_u(v), 16), 16)
  }
  let isFinite = !v128.any_true(found)
  for (; i < count; i++, from += 2, to += 4) {
    const v = <u32>load<u16>(from)
    if ((v & 0x7f80) == 0x7f80) isFinite = false
    store<u32>(to, v << 16)
  }
  return isFinite
}

/**
 * Copies f32 [rows, cols] to f32 [rows, paddedCols], multiplied by factors per row [rows] and per column [cols], the
 * rest of each row zero. `from` and `to` may be the same where nothing is padded.
 */
export function scale(
  from: usize,
  to: usize,
  rows: i32,
  cols: i32,
  paddedCols: i32,
  rowFactors: usize,
  colFactors: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const factor = load<f32>(rowFactors + (<usize>row << 2))
    const factorV = f32x4.splat(factor)
    let col = 0
    for (; col + 4 <= cols; col += 4) {
      const at = <usize>col << 2
      const v = f32x4.mul(v128.load(from + at), f32x4.mul(factorV, v128.load(colFactors + at)))
      v128.store(to + at, v)
    }
    for (; col < cols; col++) {
      const at = <usize>col << 2
      store<f32>(to + at, load<f32>(from + at) * (factor * load<f32>(colFactors + at)))
    }
    for (; col < paddedCols; col++) store<f32>(to + (<usize>col << 2), 0)
    from += <usize>cols << 2
    to += <usize>paddedCols << 2
  }
}

/** Largest magnitude of each row of f32 [rows, cols], into f32 [rows]. */
export function rowPeaks(from: usize, rows: i32, cols: i32, peaks: usize): void {
  for (let row = 0; row < rows; row++) {
    let best = f32x4.splat(0)
    let peak: f32 = 0
    let col = 0
    for (; col + 4 <= cols; col += 4, from += 16) best = f32x4.pmax(best, f32x4.abs(v128.load(from)))
    for (; col < cols; col++, from += 4) peak = max(peak, abs(load<f32>(from)))
    peak = max(peak, max(max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)), max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3))))
    store<f32>(peaks + (<usize>row << 2), peak)
  }
}

/** Adds the squares of f32 [rows, cols] to f32 sums [cols]. */
export function addColumnPowers(from: usize, rows: i32, cols: i32, sums: usize): void {
  for (let row = 0; row < rows; row++) {
    let col = 0
    for (; col + 4 <= cols; col += 4, from += 16) {
      const at = sums + (<usize>col << 2)
      v128.store(at, f32x4.add(v128.load(at), square(v128.load(from))))
    }
    for (; col < cols; col++, from += 4) {
      const at = sums + (<usize>col << 2)
      const v = load<f32>(from)
      store<f32>(at, load<f32>(at) + v * v)
    }
  }
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

// @ts-expect-error: decorator
@inline
function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}

// @ts-expect-error: decorator
@inline
function square(v: v128): v128 {
  return f32x4.mul(v, v)
}

// @ts-expect-error: decorator
@inline
function least(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d))
}

// @ts-expect-error: decorator
@inline
function most(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d))
}

/** Four values as whole numbers of the grid, less its zero. `Z` is bool where there is a zero, i32 where not. */
// @ts-expect-error: decorator
@inline
function round<Z>(v: v128, inverse: v128, zero: v128, bottom: v128, top: v128): v128 {
  const scaled = f32x4.mul(v, inverse)
  if (!isBoolean<Z>()) return f32x4.pmin(f32x4.pmax(f32x4.nearest(scaled), bottom), top)
  const q = f32x4.nearest(f32x4.add(scaled, zero))
  return f32x4.sub(f32x4.pmin(f32x4.pmax(q, bottom), top), zero)
}

// @ts-expect-error: decorator
@inline
function lostSquares(v: v128, q: v128, scale: v128): v128 {
  return square(f32x4.sub(v, f32x4.mul(q, scale)))
}

/** Sixteen whole numbers, moved into the range of unsigned bytes. */
// @ts-expect-error: decorator
@inline
function bytes(a: v128, b: v128, c: v128, d: v128, offset: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(
      i32x4.trunc_sat_f32x4_s(f32x4.add(a, offset)),
      i32x4.trunc_sat_f32x4_s(f32x4.add(b, offset)),
    ),
    i16x8.narrow_i32x4_s(
      i32x4.trunc_sat_f32x4_s(f32x4.add(c, offset)),
      i32x4.trunc_sat_f32x4_s(f32x4.add(d, offset)),
    ),
  )
}

/** Bytes (low, high) in 16-bit lanes as low | high << 4. */
// @ts-expect-error: decorator
@inline
function pairs(v: v128): v128 {
  return v128.and(v128.or(v, i16x8.shr_u(v, 4)), i16x8.splat(0xff))
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
  // Two copies of the loop: the symmetric one is spared an addition and a subtraction per value and trial.
  if (zeros) quantizeBlocks<bool>(x, blocks, bits, half, data, scales, zeros, stretches, trials)
  else quantizeBlocks<i32>(x, blocks, bits, half, data, scales, zeros, stretches, trials)
}

function quantizeBlocks<Z>(
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
    const v0 = v128.load(x)
    const v1 = v128.load(x, 16)
    const v2 = v128.load(x, 32)
    const v3 = v128.load(x, 48)
    const v4 = v128.load(x, 64)
    const v5 = v128.load(x, 80)
    const v6 = v128.load(x, 96)
    const v7 = v128.load(x, 112)
    const lowV = f32x4.pmin(least(v0, v1, v2, v3), least(v4, v5, v6, v7))
    const highV = f32x4.pmax(most(v0, v1, v2, v3), most(v4, v5, v6, v7))
    const squares = f32x4.add(
      f32x4.add(f32x4.add(square(v0), square(v1)), f32x4.add(square(v2), square(v3))),
      f32x4.add(f32x4.add(square(v4), square(v5)), f32x4.add(square(v6), square(v7))),
    )
    // Zero is part of the range, so that it can be represented where there is a zero point.
    const low = min(
      <f32>0,
      min(min(f32x4.extract_lane(lowV, 0), f32x4.extract_lane(lowV, 1)),
        min(f32x4.extract_lane(lowV, 2), f32x4.extract_lane(lowV, 3))),
    )
    const high = max(
      <f32>0,
      max(max(f32x4.extract_lane(highV, 0), f32x4.extract_lane(highV, 1)),
        max(f32x4.extract_lane(highV, 2), f32x4.extract_lane(highV, 3))),
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
        // Straight-line code over eight registers: a loop here takes more than twice as long.
        const q0 = round<Z>(v0, inverse, zeroV, bottomV, topV)
        const q1 = round<Z>(v1, inverse, zeroV, bottomV, topV)
        const q2 = round<Z>(v2, inverse, zeroV, bottomV, topV)
        const q3 = round<Z>(v3, inverse, zeroV, bottomV, topV)
        let xq = f32x4.add(
          f32x4.add(f32x4.mul(v0, q0), f32x4.mul(v1, q1)),
          f32x4.add(f32x4.mul(v2, q2), f32x4.mul(v3, q3)),
        )
        let qq = f32x4.add(f32x4.add(square(q0), square(q1)), f32x4.add(square(q2), square(q3)))
        const q4 = round<Z>(v4, inverse, zeroV, bottomV, topV)
        const q5 = round<Z>(v5, inverse, zeroV, bottomV, topV)
        const q6 = round<Z>(v6, inverse, zeroV, bottomV, topV)
        const q7 = round<Z>(v7, inverse, zeroV, bottomV, topV)
        xq = f32x4.add(
          xq,
          f32x4.add(
            f32x4.add(f32x4.mul(v4, q4), f32x4.mul(v5, q5)),
            f32x4.add(f32x4.mul(v6, q6), f32x4.mul(v7, q7)),
          ),
        )
        qq = f32x4.add(qq, f32x4.add(f32x4.add(square(q4), square(q5)), f32x4.add(square(q6), square(q7))))
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
    const offset = f32x4.splat(zero + range)
    const q0 = round<Z>(v0, inverse, zeroV, bottomV, topV)
    const q1 = round<Z>(v1, inverse, zeroV, bottomV, topV)
    const q2 = round<Z>(v2, inverse, zeroV, bottomV, topV)
    const q3 = round<Z>(v3, inverse, zeroV, bottomV, topV)
    const q4 = round<Z>(v4, inverse, zeroV, bottomV, topV)
    const q5 = round<Z>(v5, inverse, zeroV, bottomV, topV)
    const q6 = round<Z>(v6, inverse, zeroV, bottomV, topV)
    const q7 = round<Z>(v7, inverse, zeroV, bottomV, topV)
    const lost = f32x4.add(
      f32x4.add(
        f32x4.add(lostSquares(v0, q0, storedV), lostSquares(v1, q1, storedV)),
        f32x4.add(lostSquares(v2, q2, storedV), lostSquares(v3, q3, storedV)),
      ),
      f32x4.add(
        f32x4.add(lostSquares(v4, q4, storedV), lostSquares(v5, q5, storedV)),
        f32x4.add(lostSquares(v6, q6, storedV), lostSquares(v7, q7, storedV)),
      ),
    )
    const first = bytes(q0, q1, q2, q3, offset)
    const second = bytes(q4, q5, q6, q7, offset)
    if (bits == 8) {
      v128.store(data, first)
      v128.store(data, second, 16)
      data += 32
    } else {
      v128.store(data, i8x16.narrow_i16x8_u(pairs(first), pairs(second)))
      data += 16
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
