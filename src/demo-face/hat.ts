import { css, darken, lighten } from './palette.ts'
import type { Portrait } from './portrait.ts'

/** A knitted cap: it covers the crown and leaves the brows free. */
export function drawHat(portrait: Portrait): void {
  const { ctx, brush, palette, pose, looks } = portrait
  if (!looks.hasHat) return
  const x = 14 * pose.yaw
  const drop = -30 * pose.pitch
  const wide = looks.hairLength === 'bald' ? 103 : 112
  const fill = ctx.createLinearGradient(-wide, -160, wide, -70)
  fill.addColorStop(0, css(lighten(palette.hat, 0.2)))
  fill.addColorStop(0.55, css(palette.hat))
  fill.addColorStop(1, css(darken(palette.hat, 0.3)))
  ctx.beginPath()
  ctx.moveTo(-wide + x, -70 + drop * 0.3)
  ctx.bezierCurveTo(-wide - 2 + x, -140, -66 + x, -170, x, -171)
  ctx.bezierCurveTo(66 + x, -170, wide + 2 + x, -140, wide + x, -70 + drop * 0.3)
  ctx.quadraticCurveTo(x + 20 * pose.yaw, -112 + drop, -wide + x, -70 + drop * 0.3)
  brush.fill(fill)
  ctx.beginPath()
  for (let i = -4; i <= 4; i++) {
    ctx.moveTo(x + i * 25, -104 + Math.abs(i) * 4 + drop * 0.6)
    ctx.quadraticCurveTo(x + i * 24, -146 + Math.abs(i) * 5, x + i * 11, -167 + Math.abs(i) * 3)
  }
  brush.stroke(css(darken(palette.hat, 0.35), 0.5), 2.6)
  // the turned-up brim
  ctx.beginPath()
  ctx.moveTo(-wide - 4 + x, -62 + drop * 0.3)
  ctx.lineTo(-wide - 2 + x, -92 + drop * 0.3)
  ctx.quadraticCurveTo(x + 24 * pose.yaw, -136 + drop, wide + 2 + x, -92 + drop * 0.3)
  ctx.lineTo(wide + 4 + x, -62 + drop * 0.3)
  ctx.quadraticCurveTo(x + 24 * pose.yaw, -104 + drop, -wide - 4 + x, -62 + drop * 0.3)
  brush.fill(css(lighten(palette.hat, 0.26)))
  brush.stroke(css(darken(palette.hat, 0.45), 0.7), 2)
}
