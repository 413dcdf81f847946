import type { Point } from './brush.ts'
import { type Outline, start, traceHair } from './hair-outline.ts'
import { drawBangs, drawLocks, drawSideburns } from './locks.ts'
import { css, darken, lighten } from './palette.ts'
import type { Portrait } from './portrait.ts'

const mirrored = (points: Outline): Outline => points.map(([x, y]) => [-x, y] as const).reverse()

/** From the right ear over the crown to the left one. */
const crown: Outline = [
  [101, -6],
  [108, -44],
  [103, -92],
  [78, -134],
  [38, -155],
  [0, -160],
]

/** From the left sideburn along the forehead to the right one. */
const hairlines: Readonly<Record<'short' | 'parted' | 'receding', Outline>> = {
  short: [
    [-94, 4],
    [-90, -38],
    [-84, -78],
    [-66, -106],
    [-44, -113],
    [-8, -122],
    [32, -120],
    [62, -106],
    [82, -78],
    [90, -38],
    [94, 4],
  ],
  parted: [
    [-94, 4],
    [-92, -40],
    [-82, -82],
    [-60, -108],
    [-32, -133],
    [-14, -118],
    [26, -106],
    [62, -90],
    [84, -66],
    [91, -34],
    [94, 4],
  ],
  receding: [
    [-93, 4],
    [-90, -40],
    [-88, -84],
    [-72, -126],
    [-46, -141],
    [-24, -132],
    [0, -119],
    [24, -132],
    [46, -141],
    [72, -126],
    [88, -84],
    [90, -40],
    [93, 4],
  ],
}

function sheen({ ctx, palette, scene }: Portrait): CanvasGradient {
  const fill = ctx.createLinearGradient(90 * scene.lightX, -160, -90 * scene.lightX, 60)
  fill.addColorStop(0, css(palette.hairLight))
  fill.addColorStop(0.35, css(palette.hair))
  fill.addColorStop(1, css(palette.hairDark))
  return fill
}

/** What of the hair is behind head and shoulders. */
export function drawHairBehind(portrait: Portrait): void {
  const { ctx, brush, looks, pose, palette } = portrait
  if (looks.hairLength === 'bald') return
  ctx.save()
  ctx.translate(10 * pose.yaw, 95)
  ctx.rotate(pose.roll * 0.85)
  ctx.translate(0, -95)
  const right: Outline =
    looks.hairLength === 'long'
      ? [
          [0, 190],
          [70, 186],
          [128, 166],
          [134, 110],
          [126, 50],
          [122, -30],
          [108, -98],
          [70, -140],
          [0, -156],
        ]
      : [
          [0, 10],
          [84, 10],
          [100, 2],
          [106, -44],
          [101, -92],
          [76, -132],
          [0, -154],
        ]
  const outline = [...right, ...mirrored(right).slice(1)]
  start(ctx, outline)
  traceHair(ctx, outline, looks, -0.25, 40)
  brush.fill(css(darken(palette.hair, 0.3)))
  ctx.restore()
}

/** Hair over the forehead and beside the face. */
export function drawHair(portrait: Portrait): void {
  const { ctx, brush, looks, palette, pose } = portrait
  if (looks.hairLength === 'bald') return
  const fill = sheen(portrait)
  if (!looks.hasHat) {
    const line = hairlines[
      looks.hasRecedingHairline ? 'receding' : looks.hairLength === 'long' ? 'parted' : 'short'
    ].map(([x, y]) => {
      const [tx, ty] = brush.at(x, y)
      const edge = Math.max(0, Math.abs(x) - 60) / 40
      return [
        tx + (x + 10 * pose.yaw - tx) * Math.min(1, edge),
        ty + (y - 18 * pose.pitch - ty) * Math.min(1, edge),
      ] as const
    })
    const top = [...crown, ...mirrored(crown).slice(1)].map(([x, y]) => [x + 12 * pose.yaw, y] as const)
    start(ctx, top)
    traceHair(ctx, top, looks, looks.hairLength === 'long' ? -0.2 : -0.34, 40)
    if (line[0]) ctx.lineTo(...line[0])
    traceHair(ctx, line, looks, -0.18)
    ctx.closePath()
    brush.fill(fill)
    drawStrands(portrait, line)
  }
  if (looks.hairLength === 'long') drawLocks(portrait, fill)
  else if (looks.hasHat) drawSideburns(portrait)
  if (looks.hasBangs) drawBangs(portrait)
  if (!looks.hasHat) brush.glow([-50 + 20 * pose.yaw, -134], 34, 12, lighten(palette.hairLight, 0.3), 0.35)
}

/** Locks drawn from the hairline back over the crown. */
function drawStrands(portrait: Portrait, line: Outline): void {
  const { ctx, brush, palette, pose, looks } = portrait
  const sway = looks.hairTexture === 'wavy' ? 13 : 0
  const partX = looks.hairLength === 'long' ? -32 : -10
  const top: Point = [partX * 0.8 + 12 * pose.yaw, -156]
  for (const [colour, offset] of [
    [css(palette.hairLight, 0.42), 0],
    [css(palette.hairDark, 0.5), 7],
  ] as const) {
    ctx.beginPath()
    for (let i = 1; i + 1 < line.length; i++) {
      const [x, y] = line[i] ?? [0, 0]
      if (y < -124) continue
      const outX = x * 1.07 + offset
      const outY = Math.min(y - 12, -96 - 0.5 * (90 - Math.abs(x)))
      ctx.moveTo(x * 1.03 + offset * 0.6, y - 4)
      ctx.bezierCurveTo(
        outX + sway,
        (y + outY) / 2,
        outX - sway,
        outY - 8,
        (outX + top[0]) / 2,
        (outY + top[1]) / 2 - 8,
      )
    }
    brush.stroke(colour, sway > 0 ? 3 : 2.2)
  }
}
