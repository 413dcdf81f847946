import { css, mix, type Rgb } from './palette.ts'
import type { Portrait } from './portrait.ts'

const warmWhite: Rgb = [255, 240, 222]

/** The lowest point of the chin: it falls with the jaw and follows a nod. */
export function chinOf({ skull, units, pose }: Portrait): number {
  return skull.chinY + 21 * units.AU26 - 40 * pose.pitch
}

/** Where the ear of a side (-1 left, 1 right) is, and whether the turned head hides it. */
export function earOf({ skull, pose }: Portrait, side: number): { x: number; hidden: boolean } {
  const away = Math.max(0, side * pose.yaw)
  return { x: side * (skull.temple + 3) + 16 * pose.yaw - side * 58 * away, hidden: away > 0.22 }
}

export function drawEars(portrait: Portrait): void {
  const { brush, palette, scene } = portrait
  const y = -4 - 18 * portrait.pose.pitch
  for (const side of [-1, 1]) {
    const { x } = earOf(portrait, side)
    const lit = 0.5 - 0.5 * side * scene.lightX * scene.shading
    brush.disc([x, y], 14, 27, css(mix(palette.skin, palette.skinShade, lit)), side * 0.14)
    brush.glow([x + side * 2, y], 9, 18, palette.crease, 0.5)
  }
}

/** Begins the path of the head's outline. */
export function traceHead(portrait: Portrait): void {
  const { ctx, pose, skull, units } = portrait
  const { temple, cheek, jaw, chin } = skull
  const shift = 46 * pose.yaw
  const fall = 15 * units.AU26 - 30 * pose.pitch
  const chinY = chinOf(portrait)
  const jawY = 97 + fall
  const puff = cheek + 2 * units.AU12 + 3 * units.AU6
  // x (mirrored), y, and how far the turn shifts the point
  const half: readonly (readonly [number, number, number])[] = [
    [60, -143, 0.4],
    [temple + 1, -92, 0.3],
    [temple, -26, 0.3],
    [temple, 4, 0.3],
    [puff, 18, 0.4],
    [puff, 42, 0.5],
    [puff - 1, 68 + fall * 0.4, 0.65],
    [jaw + 11, jawY - 12, 0.85],
    [jaw, jawY, 0.95],
    [jaw - 12, jawY + 13, 1.05],
    [chin, chinY, 1.15],
    [0, chinY, 1.15],
  ]
  const flat: number[] = []
  for (const [x, y, share] of half) flat.push(x + share * shift, y)
  for (let i = half.length - 2; i >= -1; i--) {
    const [x, y, share] = half[i] ?? [0, -141, 0.4]
    flat.push(-x + share * shift, y)
  }
  ctx.beginPath()
  ctx.moveTo(0.4 * shift, -141)
  for (let i = 0; i + 5 < flat.length; i += 6) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = flat.slice(i, i + 6)
    ctx.bezierCurveTo(a, b, c, d, e, f)
  }
  ctx.closePath()
}

export function drawSkin(portrait: Portrait): void {
  const { ctx, brush, palette, scene } = portrait
  const { lightX, shading } = scene
  const tilt = 70 + 40 * (1 - Math.abs(lightX))
  const fill = ctx.createLinearGradient(112 * lightX, -tilt, -112 * lightX, tilt)
  fill.addColorStop(0, css(mix(palette.skin, palette.skinLight, 0.35 + 0.5 * shading)))
  fill.addColorStop(0.45, css(palette.skin))
  fill.addColorStop(1, css(mix(palette.skin, palette.skinShade, 0.35 + 0.75 * shading)))
  traceHead(portrait)
  brush.fill(fill)
  brush.stroke(css(palette.skinShade, 0.75), 2)
}

/** Shading, blush, age lines, and the folds of the brow and cheek units. */
export function drawRelief(portrait: Portrait): void {
  const { brush, palette, looks, scene, pose } = portrait
  if (looks.hairLength === 'bald' && !looks.hasHat) {
    brush.glow(brush.at(28 * scene.lightX - 6, -108), 42, 20, [255, 255, 255], 0.75)
  } else brush.glow([6 * pose.yaw, -122], 90, 38, palette.crease, 0.45)
  for (const side of [-1, 1]) {
    brush.glow(brush.at(side * 40, -26), 40, 25, palette.skinShade, 0.42)
    if (looks.hasRosyCheeks) brush.glow(brush.at(side * 59, 34), 31, 26, palette.blush, 0.9)
  }
  brush.glow(brush.at(-8 + 26 * scene.lightX, -84), 46, 20, warmWhite, 0.28)
  if (!looks.isYoung) drawAge(portrait)
  drawForehead(portrait)
  drawCheeks(portrait)
}

/** The roll under the chin, drawn before the head. */
export function drawDoubleChin(portrait: Portrait): void {
  const { ctx, brush, palette, pose, skull, looks } = portrait
  if (looks.faceShape !== 'chubby') return
  const y = chinOf(portrait)
  const x = 46 * pose.yaw
  ctx.beginPath()
  ctx.moveTo(x - skull.jaw + 10, y - 22)
  ctx.bezierCurveTo(x - skull.jaw + 16, y + 20, x + skull.jaw - 16, y + 20, x + skull.jaw - 10, y - 22)
  brush.fill(css(mix(palette.skin, palette.skinShade, 0.7))).stroke(css(palette.crease, 0.55), 2.4)
}

function drawAge({ brush, palette }: Portrait): void {
  const { ctx } = brush
  ctx.beginPath()
  for (const y of [-106, -95]) {
    brush.add(
      [-52, y + 3],
      [
        [-24, y - 3],
        [0, y],
      ],
      [
        [24, y + 3],
        [52, y + 2],
      ],
    )
  }
  for (const side of [-1, 1]) {
    brush.add(
      [side * 22, 4],
      [
        [side * 38, 15],
        [side * 58, 5],
      ],
    )
    brush.add(
      [side * 27, 12],
      [
        [side * 40, 20],
        [side * 54, 14],
      ],
    )
    brush.add(
      [side * 29, 44],
      [
        [side * 44, 54],
        [side * 47, 74],
      ],
    )
  }
  brush.stroke(css(palette.crease, 0.8), 4)
}

function drawForehead({ ctx, brush, units, palette }: Portrait): void {
  const { AU1, AU2, AU4 } = units
  if (AU1 > 0.03) {
    ctx.beginPath()
    for (const y of [-98, -87]) {
      brush.addFold(
        [-30, y + 6],
        [
          [0, y - 9],
          [30, y + 6],
        ],
        4,
      )
    }
    brush.fold(AU1)
  }
  if (AU2 > 0.03) {
    ctx.beginPath()
    for (const side of [-1, 1]) {
      for (const y of [-102, -93])
        brush.addFold(
          [side * 36, y],
          [
            [side * 54, y - 6],
            [side * 70, y + 9],
          ],
        )
    }
    brush.fold(AU2 * 0.9)
  }
  if (AU4 > 0.03) {
    brush.glow(brush.at(0, -48), 17, 20, palette.crease, 0.5 * AU4)
    ctx.beginPath()
    for (const side of [-1, 1])
      brush.addFold(
        [side * 7, -68],
        [
          [side * 4, -54],
          [side * 7, -38],
        ],
      )
    brush.fold(AU4)
  }
}

function drawCheeks({ ctx, brush, units, palette, looks }: Portrait): void {
  const { AU6 } = units
  if (AU6 <= 0.03) return
  for (const side of [-1, 1]) {
    const [x, y] = brush.at(side * 60, 26)
    brush.glow([x, y + 10], 34, 24, palette.blush, (looks.hasRosyCheeks ? 0.25 : 0.5) * AU6)
    brush.glow([x, y - 6], 27, 14, palette.skinLight, AU6)
  }
  ctx.beginPath()
  for (const side of [-1, 1]) {
    brush.addFold(
      [side * 27, 20],
      [
        [side * 34, 4],
        [side * 60, -2],
        [side * 80, 13],
      ],
    )
  }
  brush.fold(AU6 * 0.72)
  ctx.beginPath()
  for (const side of [-1, 1]) {
    brush.addFold(
      [side * 45, 47],
      [
        [side * 66, 53],
        [side * 84, 34],
      ],
    )
    for (const [y, end] of [
      [-25, -35],
      [-18, -19],
      [-11, -3],
    ] as const)
      brush.addFold([side * 72, y], [[side * 84, end]], 2.6)
  }
  brush.fold(AU6 * 0.65)
}
