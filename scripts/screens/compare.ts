/** A picture as bytes: red, green, blue and opacity of each pixel, row by row. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** From which step on a color of a pixel counts as another one, of 255. */
export const differsFrom = 40
/** How much of a thumbnail may be other than before: less than a word of its text. */
export const tolerance = 0.002

/** Which part of the pixels is of another color, 0 to 1; 1 for pictures of different sizes. */
export function changedShare(before: Pixels, after: Pixels): number {
  if (before.width !== after.width || before.height !== after.height) return 1
  const pixels = before.width * before.height
  let changed = 0
  for (let i = 0; i < pixels; i++) {
    const at = 4 * i
    const step = Math.max(
      Math.abs(before.data[at] - after.data[at]),
      Math.abs(before.data[at + 1] - after.data[at + 1]),
      Math.abs(before.data[at + 2] - after.data[at + 2]),
    )
    if (step >= differsFrom) changed++
  }
  return pixels === 0 ? 0 : changed / pixels
}

/** Stories whose pictures are not what they were. */
export interface Comparison {
  readonly compared: number
  /** `camera/refused: 3.1 % of the picture` */
  readonly changed: readonly string[]
  /** Told now, and not kept. */
  readonly unknown: readonly string[]
  /** Kept, and told no more. */
  readonly gone: readonly string[]
}

export function compareStories(before: ReadonlyMap<string, Pixels>, after: ReadonlyMap<string, Pixels>): Comparison {
  const changed: string[] = []
  const unknown: string[] = []
  let compared = 0
  for (const [name, picture] of after) {
    const kept = before.get(name)
    if (!kept) {
      unknown.push(name)
      continue
    }
    compared++
    const share = changedShare(kept, picture)
    if (share > tolerance) changed.push(`${name}: ${(share * 100).toFixed(1)} % of the picture`)
  }
  return { compared, changed, unknown, gone: [...before.keys()].filter((name) => !after.has(name)) }
}
