import { type Outline, traceHair } from './hair-outline.ts'
import { css } from './palette.ts'
import type { Portrait } from './portrait.ts'

/** Long hair falls past the temples onto the shoulders. */
export function drawLocks(portrait: Portrait, fill: CanvasGradient): void {
  const { ctx, brush, looks, palette, pose, skull } = portrait
  const shift = 10 * pose.yaw
  const wavy = looks.hairTexture === 'wavy'
  const out = wavy ? 6 : 0
  ctx.beginPath()
  for (const side of [-1, 1]) {
    const away = 14 * Math.max(0, -side * pose.yaw)
    const inside = Math.max(skull.temple, skull.cheek * 0.96) - (wavy ? 6 : 12) + away
    const lock: Outline = [
      [78, -96],
      [110, -62],
      [120 + out, 4],
      [126 + out, 78],
      [132 + out, 134],
      [118, 178],
      [84, 196],
      [inside - 8, 190],
      [inside + 1, 150],
      [inside + 7, 96],
      [inside + 3, 44],
      [inside, 0],
      [84, -50],
      [78, -96],
    ]
    ctx.moveTo(side * 78 + shift, -96)
    traceHair(
      ctx,
      lock.map(([x, y]) => [side * x + shift, y] as const),
      looks,
      0.3 * side,
      40,
    )
  }
  brush.fill(fill)
  const wave = wavy ? 16 : 3
  for (const [colour, places] of [
    [css(palette.hairLight, 0.42), [100, 115]],
    [css(palette.hairDark, 0.5), [95, 107]],
  ] as const) {
    ctx.beginPath()
    for (const side of [-1, 1]) {
      for (const x of places) {
        const at = (across: number): number => side * (x + across) + shift
        ctx.moveTo(at(-4), x - 150)
        ctx.bezierCurveTo(at(wave), 6, at(-wave + 6), 44, at(4), 84)
        ctx.bezierCurveTo(at(wave), 116, at(-wave), 146, at(-6), 184)
      }
    }
    brush.stroke(colour, 2.6)
  }
}

/** Short hair under a hat. */
export function drawSideburns({ ctx, brush, palette, pose }: Portrait): void {
  ctx.beginPath()
  for (const side of [-1, 1]) {
    const x = 12 * pose.yaw
    ctx.moveTo(side * 84 + x, -76)
    ctx.lineTo(side * 110 + x, -76)
    ctx.quadraticCurveTo(side * 112 + x, -20, side * 99 + x, 6)
    ctx.quadraticCurveTo(side * 88 + x, -10, side * 84 + x, -76)
  }
  brush.fill(css(palette.hair))
}

/** Down to the brows, which stay free. */
export function drawBangs(portrait: Portrait): void {
  const { ctx, brush, looks, palette } = portrait
  const wavy = looks.hairTexture === 'wavy'
  const edge: Outline = [
    [-91, -62],
    [-70, -84],
    [-44, -88],
    [-20, -91],
    [4, -90],
    [28, -91],
    [52, -88],
    [74, -82],
    [91, -62],
  ].map(([x = 0, y = 0]) => brush.at(x, y))
  ctx.beginPath()
  ctx.moveTo(...brush.at(-92, -90))
  ctx.lineTo(...(edge[0] ?? [0, 0]))
  for (let i = 0; i + 1 < edge.length; i++) {
    const [x, y] = edge[i] ?? [0, 0]
    const [nx, ny] = edge[i + 1] ?? [0, 0]
    // straight hair ends in points, wavy hair in curls
    if (wavy) ctx.bezierCurveTo(x - 2, y + 13, nx + 2, ny + 13, nx, ny - 2)
    else {
      ctx.quadraticCurveTo(x + (nx - x) * 0.2, y + 1, x + (nx - x) * 0.45, (y + ny) / 2 + 5)
      ctx.quadraticCurveTo(x + (nx - x) * 0.8, ny + 2, nx, ny - 3)
    }
  }
  const right = brush.at(92, -90)
  const top = brush.at(0, -150)
  ctx.bezierCurveTo(right[0], top[1] + 10, top[0] + 50, top[1], ...top)
  const left = brush.at(-92, -90)
  ctx.bezierCurveTo(top[0] - 50, top[1], left[0], top[1] + 10, ...left)
  ctx.closePath()
  const fill = ctx.createLinearGradient(0, -145, 0, -72)
  fill.addColorStop(0, css(palette.hairLight))
  fill.addColorStop(0.5, css(palette.hair))
  fill.addColorStop(1, css(palette.hairDark))
  brush.fill(fill)
  ctx.beginPath()
  for (let i = 1; i + 1 < edge.length; i++) {
    const [x, y] = edge[i] ?? [0, 0]
    ctx.moveTo(x, y - 2)
    ctx.quadraticCurveTo(x, y - 30, top[0] + (x - top[0]) * 0.75, top[1] + 22)
  }
  brush.stroke(css(palette.hairDark, 0.65), 2)
}
