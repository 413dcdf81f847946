import type { Point } from './brush.ts'
import type { Canvas2D, Looks } from './face.ts'

/** Points that hair follows, in the head's units. */
export type Outline = readonly Point[]

/** Traces a smooth curve through points, or, where hair is wavy, a row of curls along it. */
export function traceHair(ctx: Canvas2D, points: Outline, looks: Looks, curl: number, spacing = 30): void {
  const wavy = looks.hairTexture === 'wavy'
  for (let i = 0; i + 1 < points.length; i++) {
    const before = points[Math.max(0, i - 1)]
    const from = points[i]
    const to = points[i + 1]
    const after = points[Math.min(points.length - 1, i + 2)]
    if (!before || !from || !to || !after) continue
    const a: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6]
    const b: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6]
    if (!wavy) {
      ctx.bezierCurveTo(...a, ...b, ...to)
      continue
    }
    const length = Math.hypot(to[0] - from[0], to[1] - from[1])
    const curls = Math.max(1, Math.round(length / spacing))
    let last = from
    for (let k = 1; k <= curls; k++) {
      const t = k / curls
      const u = 1 - t
      const place = (axis: 0 | 1): number =>
        u ** 3 * from[axis] + 3 * u * u * t * a[axis] + 3 * u * t * t * b[axis] + t ** 3 * to[axis]
      const next: Point = [place(0), place(1)]
      const dx = next[0] - last[0]
      const dy = next[1] - last[1]
      ctx.quadraticCurveTo((last[0] + next[0]) / 2 + curl * dy, (last[1] + next[1]) / 2 - curl * dx, ...next)
      last = next
    }
  }
}

/** Begins a path at the first point. */
export function start(ctx: Canvas2D, points: Outline): void {
  ctx.beginPath()
  if (points[0]) ctx.moveTo(...points[0])
}
