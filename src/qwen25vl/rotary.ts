/** Rotary tables: for each slot and frequency the cosine and sine of its angle, float32 [S, frequencies], row-major. */
export interface RotaryTable {
  readonly cos: Float32Array<ArrayBuffer>
  readonly sin: Float32Array<ArrayBuffer>
}

/**
 * `1 / theta ** (arange(0, dims, 2) / dims)`, every step rounded to float32 as torch does.
 *
 * @returns float32 [dims / 2]
 */
export function inverseFrequencies(theta: number, dims: number): Float32Array {
  const { fround } = Math
  return Float32Array.from({ length: dims / 2 }, (_, i) => 1 / fround(fround(theta) ** fround((2 * i) / dims)))
}

/**
 * Cosine and sine of `position * frequency`, the product rounded to float32 as torch does: at position 1000 a product
 * in double differs by up to 3e-5.
 */
export function fillAngle(table: RotaryTable, at: number, position: number, frequency: number): void {
  const angle = Math.fround(position * frequency)
  table.cos[at] = Math.cos(angle)
  table.sin[at] = Math.sin(angle)
}

/** An empty table of `slots` rows. */
export function rotaryTable(slots: number, frequencies: number): RotaryTable {
  return { cos: new Float32Array(slots * frequencies), sin: new Float32Array(slots * frequencies) }
}
