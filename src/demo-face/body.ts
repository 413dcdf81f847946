import { css, darken, lighten, type Rgb } from './palette.ts'
import type { Portrait } from './portrait.ts'
import { chinOf } from './skull.ts'

const gold: Rgb = [244, 190, 54]

/** Neck, clothes, tie and necklace: they stay when the head turns. */
export function drawBody(portrait: Portrait): void {
  const { looks } = portrait
  const neck = looks.isMale ? 62 : 41
  drawNeck(portrait, neck)
  drawShirt(portrait, neck)
  if (looks.hasNecktie) drawNecktie(portrait, neck)
  if (looks.hasNecklace) drawNecklace(portrait, neck)
}

function drawNeck(portrait: Portrait, half: number): void {
  const { ctx, brush, palette, pose, scene } = portrait
  const lit = ctx.createLinearGradient(half * scene.lightX, 0, -half * scene.lightX - 1, 30)
  lit.addColorStop(0, css(palette.skin))
  lit.addColorStop(1, css(palette.skinShade))
  ctx.beginPath()
  ctx.moveTo(-half, 50)
  ctx.bezierCurveTo(-half, 112, -half - 2, 130, -half - 26, 150)
  ctx.lineTo(-half, 220)
  ctx.lineTo(half, 220)
  ctx.lineTo(half + 26, 150)
  ctx.bezierCurveTo(half + 2, 130, half, 112, half, 50)
  brush.fill(lit)
  const chin = chinOf(portrait)
  const shadow = ctx.createLinearGradient(0, chin - 24, 12 * pose.yaw, chin + 26)
  shadow.addColorStop(0, css(palette.crease, 0.7))
  shadow.addColorStop(1, css(palette.crease, 0))
  brush.fill(shadow)
}

function drawShirt(portrait: Portrait, half: number): void {
  const { ctx, brush, palette, looks } = portrait
  const width = looks.isMale ? 222 : 190
  const cloth = ctx.createLinearGradient(-190, 140, 200, 240)
  cloth.addColorStop(0, css(lighten(palette.shirt, 0.16)))
  cloth.addColorStop(0.5, css(palette.shirt))
  cloth.addColorStop(1, css(darken(palette.shirt, 0.32)))
  ctx.beginPath()
  ctx.moveTo(-half - 14, 138)
  ctx.bezierCurveTo(-half - 60, 156, -width + 22, 158, -width, 240)
  ctx.lineTo(-width, 340)
  ctx.lineTo(width, 340)
  ctx.lineTo(width, 240)
  ctx.bezierCurveTo(width - 22, 158, half + 60, 156, half + 14, 138)
  ctx.bezierCurveTo(half, 172, -half, 172, -half - 14, 138)
  brush.fill(cloth)
  if (looks.hasNecktie) return
  ctx.beginPath()
  ctx.moveTo(-half - 14, 139)
  ctx.bezierCurveTo(-half, 173, half, 173, half + 14, 139)
  brush.stroke(css(lighten(palette.shirt, 0.28)), 7)
  brush.stroke(css(darken(palette.shirt, 0.4), 0.6), 1.6)
}

function drawNecktie(portrait: Portrait, half: number): void {
  const { ctx, brush, palette } = portrait
  // the opening of a jacket, with a white shirt in it
  ctx.beginPath()
  ctx.moveTo(-half - 14, 137)
  ctx.quadraticCurveTo(0, 162, half + 14, 137)
  ctx.lineTo(34, 330)
  ctx.lineTo(-34, 330)
  brush.fill('#f6f5f2')
  ctx.beginPath()
  ctx.moveTo(-11, 144)
  ctx.lineTo(11, 144)
  ctx.lineTo(8, 162)
  ctx.lineTo(20, 250)
  ctx.lineTo(0, 330)
  ctx.lineTo(-20, 250)
  ctx.lineTo(-8, 162)
  ctx.closePath()
  brush.fill(css(palette.tie))
  ctx.beginPath()
  ctx.moveTo(-8, 162)
  ctx.lineTo(8, 162)
  for (const y of [172, 190, 208, 226]) {
    ctx.moveTo(-12, y + 8)
    ctx.lineTo(12, y - 2)
  }
  brush.stroke(css(darken(palette.tie, 0.4)), 2.4)
  for (const side of [-1, 1]) {
    ctx.beginPath()
    ctx.moveTo(side * (half + 13), 134)
    ctx.lineTo(side * 8, 147)
    ctx.lineTo(side * 30, 174)
    ctx.lineTo(side * (half + 20), 146)
    ctx.closePath()
    brush.fill('#ffffff').stroke('rgba(70, 76, 92, 0.55)', 1.6)
  }
}

function drawNecklace(portrait: Portrait, half: number): void {
  const { ctx, brush } = portrait
  ctx.beginPath()
  ctx.moveTo(-half - 5, 128)
  ctx.bezierCurveTo(-half + 8, 156, half - 8, 156, half + 5, 128)
  brush.stroke('rgba(80, 44, 6, 0.8)', 8.5)
  brush.stroke(css(gold), 5.4)
  brush.stroke('rgba(255, 246, 200, 0.8)', 1.6)
  brush.disc([0, 156], 8.5, 9.5, 'rgba(80, 44, 6, 0.9)')
  brush.disc([0, 156], 6.5, 7.5, '#17a6a0')
  brush.disc([-2, 153], 2, 2.2, 'rgba(255, 255, 255, 0.8)')
}
