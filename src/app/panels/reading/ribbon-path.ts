/** A value between 0 and 1 at a moment. */
export interface RibbonPoint {
  readonly timeS: number
  readonly value: number
}

export interface RibbonBox {
  readonly width: number
  readonly height: number
  /** From left to right. */
  readonly spanS: number
}

/**
 * The line through points up to `nowS` at the right edge, and the area below it, as SVG paths: 0 at the bottom, 1 at the
 * top. The line is cut where it crosses the left edge. Empty for fewer than two points.
 */
export function ribbonPath(
  points: readonly RibbonPoint[],
  nowS: number,
  { width, height, spanS }: RibbonBox,
): { readonly line: string; readonly area: string } {
  const fromS = nowS - spanS
  const first = points.findIndex(({ timeS }) => timeS >= fromS)
  if (first < 0) return { line: '', area: '' }
  const seen = points.slice(first)
  const before = points[first - 1]
  if (before && seen[0].timeS > fromS) {
    const share = (fromS - before.timeS) / (seen[0].timeS - before.timeS)
    seen.unshift({ timeS: fromS, value: before.value + share * (seen[0].value - before.value) })
  }
  if (seen.length < 2) return { line: '', area: '' }
  const round = (value: number) => Math.round(value * 100) / 100
  const x = ({ timeS }: RibbonPoint) => round(((timeS - fromS) / spanS) * width)
  const y = ({ value }: RibbonPoint) => round(height * (1 - value))
  const line = `M${seen.map((point) => `${x(point)} ${y(point)}`).join('L')}`
  return { line, area: `${line}L${x(seen[seen.length - 1])} ${height}L${x(seen[0])} ${height}Z` }
}
