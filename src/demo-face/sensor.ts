import type { Canvas2D, Scene } from './face.ts'

/** Exposure and color temperature: a gain per channel over the whole picture. */
export function expose(ctx: Canvas2D, size: number, { exposure, warmth }: Scene): void {
  const gains = [exposure * (1 + 0.18 * warmth), exposure, exposure * (1 - 0.18 * warmth)]
  if (gains.every((gain) => Math.abs(gain - 1) < 0.004)) return
  const colour = (channels: readonly number[]): string => `rgb(${channels.map((c) => Math.round(255 * c)).join(',')})`
  ctx.save()
  ctx.globalCompositeOperation = 'multiply'
  ctx.fillStyle = colour(gains.map((gain) => Math.min(1, Math.max(0, gain))))
  ctx.fillRect(0, 0, size, size)
  if (gains.some((gain) => gain > 1)) {
    ctx.globalCompositeOperation = 'color-dodge'
    ctx.fillStyle = colour(gains.map((gain) => Math.max(0, 1 - 1 / gain)))
    ctx.fillRect(0, 0, size, size)
  }
  ctx.restore()
}

/** Grains along one side of the picture: they do not shrink in larger pictures. */
const grains = 224

/** Samples of the normal distribution, each the sum of four uniform numbers; a power of two many. */
const normal = ((): Float32Array => {
  const table = new Float32Array(1 << 16)
  let state = 0x9e3779b9
  for (let i = 0; i < table.length; i++) {
    let sum = 0
    for (let j = 0; j < 4; j++) {
      state = xorshift(state)
      sum += state / 2 ** 31
    }
    table[i] = sum * Math.sqrt(3 / 4)
  }
  return table
})()

function xorshift(state: number): number {
  let next = state
  next ^= next << 13
  next ^= next >>> 17
  next ^= next << 5
  return next
}

/**
 * Adds the sensor's noise: every row of grains is a stretch of the table from a place drawn by lot.
 *
 * @param sigma standard deviation in gray levels of 255, per channel
 */
export function addNoise(ctx: Canvas2D, size: number, sigma: number, seed: number): void {
  if (sigma <= 0) return
  const picture = ctx.getImageData(0, 0, size, size)
  const { data } = picture
  const mask = normal.length - 1
  const columns = Uint16Array.from({ length: size }, (_, x) => 3 * Math.floor((x * grains) / size))
  let state = (Math.imul(seed | 0, 0x85ebca6b) ^ 0x5bd1e995) | 1
  for (let i = 0; i < 4; i++) state = xorshift(state)
  for (let y = 0, at = 0, row = -1; y < size; y++) {
    const grain = Math.floor((y * grains) / size)
    for (; row < grain; row++) state = xorshift(state)
    const from = state & mask
    for (let x = 0; x < size; x++, at += 4) {
      const place = from + (columns[x] ?? 0)
      data[at] = (data[at] ?? 0) + sigma * (normal[place & mask] ?? 0)
      data[at + 1] = (data[at + 1] ?? 0) + sigma * (normal[(place + 1) & mask] ?? 0)
      data[at + 2] = (data[at + 2] ?? 0) + sigma * (normal[(place + 2) & mask] ?? 0)
    }
  }
  ctx.putImageData(picture, 0, 0)
}
