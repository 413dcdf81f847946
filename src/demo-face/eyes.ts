import type { Point } from './brush.ts'
import { css, darken, lighten } from './palette.ts'
import type { Portrait } from './portrait.ts'

const centreX = 41
const centreY = -18

export function drawEyes(portrait: Portrait): void {
  drawEye(portrait, -1, portrait.pose.closedLeft)
  drawEye(portrait, 1, portrait.pose.closedRight)
}

function drawEye(portrait: Portrait, side: number, closed: number): void {
  const { ctx, brush, palette, looks, pose, units } = portrait
  const { AU6, AU7 } = units
  const half = looks.isMale ? 24 : 25.5
  const lower = 10 - 6 * AU6 - 6.5 * AU7 * (1 - 0.5 * AU6)
  const open = (looks.isMale ? 14 : 16) - 9 * AU7 - 1.5 * AU6 - 2.5 * Math.max(0, pose.gazeY)
  const shut = Math.min(1, Math.max(0, closed))
  const upper = -open * (1 - shut) + (lower - 0.5) * shut
  // the lids' curves are round, and straight when tightened
  const round = 1.3 - 0.28 * AU7
  const cornerY = 3 * (1 - AU7)
  const x = (outward: number): number => side * (centreX + outward)
  const inner: Point = [x(-half), centreY + cornerY]
  const outer: Point = [x(half), centreY - 1]
  const top: readonly Point[] = [
    [x(-half * 0.55), centreY + upper * round],
    [x(half * 0.55), centreY + upper * round],
    outer,
  ]
  const sag = lower * (1.3 - 0.3 * AU7) - 5 * AU6 * (1 - AU7)
  const bottom: readonly Point[] = [[x(half * 0.5), centreY + sag], [x(-half * 0.5), centreY + sag], inner]

  if (looks.hasEyeBags) drawBag(portrait, side)
  if (shut < 0.93) {
    ctx.save()
    brush.trace(inner, top, bottom)
    brush.fill('#fdfaf6')
    ctx.clip()
    drawIris(portrait, side)
    ctx.restore()
  }

  // the lid above the eye, with its crease
  const lift = 8 - 3 * AU7 + 3 * shut
  const rim = Math.min(upper, -5) * 1.22
  brush.trace(
    [x(-half + 3), centreY - 7],
    [
      [x(-half * 0.45), centreY + rim - lift],
      [x(half * 0.45), centreY + rim - lift],
      [x(half + 2), centreY - 8],
    ],
  )
  brush.stroke(css(palette.crease, 0.55 + 0.3 * AU7), 2.2)
  brush.trace(outer, bottom).stroke(css(palette.crease, 0.6 + 0.4 * AU7), 2 + 1.2 * AU7)
  const line = darken(palette.crease, 0.72)
  brush.trace(inner, top).stroke(css(line), (looks.isMale ? 3.4 : 4.6) + 1.2 * AU7)
  if (!looks.isMale) drawLashes(portrait, side, half, upper, shut, css(line))
  if (AU7 > 0.03) {
    ctx.beginPath()
    brush.addFold(
      [x(-half + 3), centreY + 13],
      [
        [x(0), centreY + 17],
        [x(half + 4), centreY + 8],
      ],
    )
    brush.fold(0.75 * AU7)
  }
}

function drawIris({ ctx, brush, palette, pose, looks }: Portrait, side: number): void {
  const [x, y] = brush.at(side * centreX, centreY)
  const ix = x + 9 * pose.gazeX + 5 * pose.yaw
  const iy = y - 2 + 7 * pose.gazeY
  const narrow = Math.cos(pose.yaw * 0.8)
  const radius = looks.isMale ? 11.6 : 12.8
  brush.disc([ix, iy], radius * narrow, radius, css(darken(palette.iris, 0.62)))
  const glint = ctx.createRadialGradient(ix, iy + 4, 1, ix, iy, radius)
  glint.addColorStop(0, css(lighten(palette.iris, 0.35)))
  glint.addColorStop(1, css(palette.iris))
  brush.disc([ix, iy], (radius - 2) * narrow, radius - 2, glint)
  brush.disc([ix, iy], 5.8 * narrow, 5.8, '#0d0808')
  brush.trace(
    [side * (centreX - 27), -20],
    [
      [side * centreX, -46],
      [side * (centreX + 27), -20],
    ],
  )
  brush.stroke('rgba(60, 34, 32, 0.28)', 7)
  brush.disc([ix - 4.2, iy - 4.6], 3.4, 3.1, 'rgba(255, 255, 255, 0.96)')
  brush.disc([ix + 4, iy + 4.6], 1.7, 1.7, 'rgba(255, 255, 255, 0.6)')
}

function drawLashes(
  { ctx, brush }: Portrait,
  side: number,
  half: number,
  upper: number,
  shut: number,
  colour: string,
): void {
  const x = (outward: number): number => side * (centreX + outward)
  const rise = 1 - 1.7 * shut
  ctx.beginPath()
  for (const [from, lift, reach, height] of [
    [half, 0, 10, 6],
    [half * 0.84, 0.38, 8, 8],
    [half * 0.6, 0.72, 5, 8],
  ] as const) {
    const y = centreY + upper * lift
    brush.add(
      [x(from), y],
      [
        [x(from + reach * 0.7), y - height * 0.3 * rise],
        [x(from + reach), y - height * rise],
      ],
    )
  }
  brush.stroke(colour, 2.8)
}

function drawBag({ brush, palette }: Portrait, side: number): void {
  const x = (outward: number): number => side * (centreX + outward)
  brush.trace(
    [x(-22), -6],
    [
      [x(-16), 13],
      [x(14), 15],
      [x(24), -7],
    ],
    [
      [x(14), 1],
      [x(-12), 1],
      [x(-22), -6],
    ],
  )
  brush.fill(css([92, 52, 92], 0.42))
  brush
    .trace(
      [x(-21), 0],
      [
        [x(-14), 13],
        [x(14), 15],
        [x(24), -4],
      ],
    )
    .stroke(css(palette.crease, 0.6), 2.4)
}
