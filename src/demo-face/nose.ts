import { css, type Rgb } from './palette.ts'
import type { Portrait } from './portrait.ts'

const shine: Rgb = [255, 244, 230]

export function drawNose(portrait: Portrait): void {
  const { ctx, brush, palette, looks, pose, scene, units } = portrait
  const { AU10, AU12 } = units
  const big = looks.hasBigNose ? 1 : 0
  const wide = (looks.isMale ? 1.06 : 0.94) * (1 + 0.68 * big) * (1 + 0.08 * AU12 + 0.1 * AU10)
  const tip = brush.at(0, 30 + 4 * big)
  const x = tip[0] + 15 * pose.yaw
  const y = tip[1] - 8 * pose.pitch - 2 * AU10
  const dark = scene.lightX > 0 ? -1 : 1
  const top = brush.at(dark * 11, -34)
  ctx.beginPath()
  ctx.moveTo(...top)
  ctx.quadraticCurveTo(x + dark * 8 * wide, y - 26, x + dark * 14 * wide, y - 2)
  brush.stroke(css(palette.skinShade, 0.4), 6)
  brush.stroke(css(palette.crease, 0.3), 2.2)
  brush.glow([x, y + 12], 26 * wide, 10, palette.crease, 0.5)
  if (big) {
    brush.disc([x, y + 1], 16 * wide * 0.8, 14, css(palette.skin, 0.9))
    brush.glow([x, y + 2], 19, 15, palette.blush, 0.35)
  }
  const bridge = brush.at(-dark * 2, -30)
  ctx.beginPath()
  ctx.moveTo(...bridge)
  ctx.quadraticCurveTo(x - dark * 4, y - 26, x - dark * 2, y - 6)
  brush.stroke(css(palette.skinLight, 0.5), 6)
  brush.glow([x - dark * 3, y - 3], 11 + 3 * big, 9 + 2 * big, shine, 0.7)
  ctx.beginPath()
  for (const side of [-1, 1]) {
    const wing = x + side * 15 * wide - 5 * pose.yaw
    ctx.moveTo(wing, y - 5 - 2 * AU10)
    ctx.quadraticCurveTo(wing + side * (7 + 2 * big), y + 4 - 4 * AU10, wing - side * 2, y + 10 - 3 * AU10)
  }
  ctx.moveTo(x - 6 * wide, y + 12)
  ctx.quadraticCurveTo(x, y + 15, x + 6 * wide, y + 12)
  brush.stroke(css(palette.crease, 0.72), 2.4 + 0.6 * big)
  ctx.beginPath()
  for (const side of [-1, 1]) {
    const nostril = x + side * 8 * wide
    ctx.moveTo(nostril + 4.6 * wide, y + 9 - 2 * AU10)
    ctx.ellipse(nostril, y + 9 - 2 * AU10, 4.6 * wide, 2.5 + big, side * -0.25, 0, 2 * Math.PI)
  }
  brush.fill(css([62, 22, 18], 0.75))
  if (AU10 > 0.03) drawWrinkles(portrait)
}

/** The sides of the nose and the folds beside it, when the upper lip is raised. */
function drawWrinkles({ ctx, brush, units, looks }: Portrait): void {
  const out = looks.hasBigNose ? 8 : 0
  ctx.beginPath()
  for (const side of [-1, 1]) {
    for (const y of [-8, 1, 10])
      brush.addFold(
        [side * (9 + out * 0.4), y],
        [
          [side * (16 + out), y + 1],
          [side * (23 + out), y + 8],
        ],
      )
  }
  brush.fold(units.AU10 * 0.8)
  ctx.beginPath()
  for (const side of [-1, 1]) {
    brush.addFold(
      [side * (21 + out), 26],
      [
        [side * (40 + out), 32],
        [side * 45, 52],
        [side * 47, 68],
      ],
    )
  }
  brush.fold(units.AU10)
}
