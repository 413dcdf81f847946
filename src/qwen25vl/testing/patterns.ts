/** Test only: the picture of noise and ramps that `pattern()` in make_goldens.py makes too. uint8 [h, w, 3] */
export function pattern(width: number, height: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const hash = Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(c + 1, 83492791)
        const noise = Math.imul(hash, 2654435761) >>> 24
        const ramp = Math.floor((x * 3 + y * 2 * (c + 1)) / 2) % 256
        const isNoise = (Math.floor(x / 8) + Math.floor(y / 8)) % 3 === 0
        out[(y * width + x) * 3 + c] = isNoise ? noise : ramp
      }
    }
  }
  return out
}

/** The same picture with an alpha channel. */
export function withAlpha(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255)
  for (let i = 0; i < rgb.length / 3; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4)
  return rgba
}
