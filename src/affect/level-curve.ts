import type { MeasuredFace, MeasuredSpan } from './measures.ts'

/** Points of a curve, whatever the rate of the measures: enough for a drawing as wide as a few words. */
export const curvePoints = 24

/** How a level went during a span: small enough to be kept with every claim. */
export interface LevelCurve {
  /** s, on the source's own clock. */
  readonly startS: number
  readonly endS: number
  /** The highest level, 0 to 1, of each of `curvePoints` equal parts; null where nobody was measured. */
  readonly levels: readonly (number | null)[]
}

/** Undefined where nobody was measured. */
export function curveOf(
  level: (face: MeasuredFace) => number,
  { measured, startS, endS }: { readonly measured: MeasuredSpan; readonly startS: number; readonly endS: number },
): LevelCurve | undefined {
  const levels: (number | null)[] = Array.from({ length: curvePoints }, () => null)
  const lengthS = endS - startS
  for (const face of measured.faces) {
    const at = lengthS > 0 ? Math.floor(((face.timeS - startS) / lengthS) * curvePoints) : 0
    const point = Math.min(curvePoints - 1, at)
    const value = level(face)
    if (!(point >= 0) || !Number.isFinite(value)) continue
    levels[point] = Math.max(levels[point] ?? 0, rounded(Math.min(1, Math.max(0, value))))
  }
  return levels.some((each) => each !== null) ? { startS, endS, levels } : undefined
}

/** To two decimals: measures are no better than that. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
