import { mouthOf } from './mouth.ts'
import { css, darken, mix } from './palette.ts'
import type { Portrait } from './portrait.ts'
import { chinOf, traceHead } from './skull.ts'

/** The beard, under the mouth. */
export function drawBeard(portrait: Portrait): void {
  const { looks } = portrait
  if (looks.beard === 'stubble') drawStubble(portrait)
  if (looks.beard === 'goatee') drawGoatee(portrait)
  if (looks.beard === 'full') drawFullBeard(portrait)
}

/** Traces cheek to cheek with a bay for the mouth; to be clipped to the head. */
function traceJaw({ brush, ctx }: Portrait): void {
  const points: readonly (readonly [number, number])[] = [
    [-104, 4],
    [-88, 34],
    [-62, 56],
    [-40, 52],
    [0, 56],
    [40, 52],
    [62, 56],
    [88, 34],
    [104, 4],
  ]
  ctx.beginPath()
  ctx.moveTo(-170, 0)
  let previous = brush.at(-104, 4)
  ctx.lineTo(...previous)
  for (const [x, y] of points) {
    const next = brush.at(x, y)
    ctx.quadraticCurveTo(...previous, (previous[0] + next[0]) / 2, (previous[1] + next[1]) / 2)
    previous = next
  }
  ctx.lineTo(...previous)
  ctx.lineTo(170, 0)
  ctx.lineTo(170, 200)
  ctx.lineTo(-170, 200)
  ctx.closePath()
}

function drawStubble(portrait: Portrait): void {
  const { ctx, brush, palette } = portrait
  const tone = mix(palette.hairDark, [36, 38, 48], 0.6)
  ctx.save()
  traceHead(portrait)
  ctx.clip()
  traceJaw(portrait)
  brush.fill(css(tone, 0.34))
  ctx.beginPath()
  for (let row = 0; row < 13; row++) {
    const y = 38 + row * 7.5
    for (let i = 0; i < 19; i++) {
      const x = -92 + i * 10 + (row % 2) * 5
      if (y < 62 - 26 * Math.max(0, (Math.abs(x) - 50) / 40) && Math.abs(x) > 12) continue
      const [px, py] = brush.at(x + ((i * 7 + row * 3) % 5), y + ((i * 5 + row) % 4) + 6 * portrait.units.AU26)
      ctx.rect(px, py, 2, 2.6)
    }
  }
  brush.fill(css(darken(tone, 0.3), 0.62))
  ctx.restore()
}

function drawGoatee(portrait: Portrait): void {
  const { ctx, brush, palette, pose } = portrait
  const { lowerY, lowerLip } = mouthOf(portrait)
  const chin = chinOf(portrait)
  const [x, top] = brush.at(0, lowerY + lowerLip + 3)
  const low = x * 0.5 + 27 * pose.yaw
  ctx.beginPath()
  ctx.moveTo(x - 9, top)
  ctx.bezierCurveTo(x - 14, top + 8, x - 34, top + 6, x - 33, chin - 12)
  ctx.bezierCurveTo(x - 29, chin + 4, low - 16, chin + 11, low, chin + 12)
  ctx.bezierCurveTo(low + 16, chin + 11, x + 29, chin + 4, x + 33, chin - 12)
  ctx.bezierCurveTo(x + 34, top + 6, x + 14, top + 8, x + 9, top)
  ctx.closePath()
  brush.fill(css(palette.hair))
  ctx.beginPath()
  for (let i = -2; i <= 2; i++) {
    ctx.moveTo(x + i * 9, top + 10 + 3 * Math.abs(i))
    ctx.quadraticCurveTo(x + i * 10, chin - 6, low + i * 5, chin + 10 - 3 * Math.abs(i))
  }
  brush.stroke(css(palette.hairDark, 0.6), 2)
}

function drawFullBeard(portrait: Portrait): void {
  const { ctx, brush, palette, pose } = portrait
  const chin = chinOf(portrait)
  const fill = ctx.createLinearGradient(0, 20, 0, chin + 20)
  fill.addColorStop(0, css(palette.hairDark))
  fill.addColorStop(0.4, css(palette.hair))
  fill.addColorStop(1, css(palette.hairDark))
  // what hangs below the jaw
  const { jaw } = portrait.skull
  const low = 50 * pose.yaw
  ctx.beginPath()
  ctx.moveTo(-jaw - 4 + low * 0.7, chin - 40)
  ctx.bezierCurveTo(-jaw + low, chin - 4, -34 + low, chin + 17, low, chin + 18)
  ctx.bezierCurveTo(34 + low, chin + 17, jaw + low, chin - 4, jaw + 4 + low * 0.7, chin - 40)
  brush.fill(fill)
  ctx.save()
  traceHead(portrait)
  ctx.clip()
  traceJaw(portrait)
  brush.fill(fill)
  ctx.restore()
  const { lowerY, lowerLip } = mouthOf(portrait)
  ctx.beginPath()
  for (let i = -5; i <= 5; i++) {
    const [x, y] = brush.at(i * 15, i === 0 ? lowerY + lowerLip + 6 : 92 - Math.abs(i) * 9)
    ctx.moveTo(x, y)
    ctx.quadraticCurveTo(x * 0.95, (y + chin) / 2, low + (x - low) * 0.7, chin + 6 - Math.abs(i) * 6)
  }
  brush.stroke(css(palette.hairLight, 0.35), 1.8)
}

/** Above the upper lip; the mouth stays free. */
export function drawMustache(portrait: Portrait): void {
  const { brush, palette, units } = portrait
  const { half, upperY, upperLip, cornerY } = mouthOf(portrait)
  const base = upperY - upperLip + 1
  const wide = Math.max(26, half * 0.95)
  const top = Math.min(49, base - 11 + 2 * units.AU10)
  const tip = Math.min(base + 6, cornerY - 2)
  for (const side of [-1, 1]) {
    brush.trace(
      [0, top],
      [
        [side * wide * 0.5, top - 3],
        [side * wide * 0.85, (top + tip) / 2],
        [side * (wide + 5), tip + 1],
      ],
      [
        [side * wide * 0.75, tip + 3],
        [side * wide * 0.4, base + 1],
        [0, base - 1],
      ],
    )
    brush.fill(css(palette.hair))
    brush.stroke(css(palette.hairDark, 0.7), 1.6)
  }
}
