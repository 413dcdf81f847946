import { drawBackdrop } from './backdrop.ts'
import { drawBeard, drawMustache } from './beard.ts'
import { drawBody } from './body.ts'
import { drawBrows } from './brows.ts'
import { drawEyes } from './eyes.ts'
import type { Canvas2D, Looks, Pose, Scene } from './face.ts'
import { drawGlasses } from './glasses.ts'
import { drawHair, drawHairBehind } from './hair.ts'
import { drawHat } from './hat.ts'
import { drawMouth } from './mouth.ts'
import { drawNose } from './nose.ts'
import { css } from './palette.ts'
import { type Portrait, portraitOf } from './portrait.ts'
import { addNoise, expose } from './sensor.ts'
import { drawDoubleChin, drawEars, drawRelief, drawSkin, earOf } from './skull.ts'

/** Height of the picture in the head's units at scale 1: the head, about 285 high, takes 77 % of it. */
export const pictureUnits = 370
/** The point of the head that stays when it grows, and the share of the picture's height where it is. */
export const anchor = { y: 120, place: 0.79 }

/**
 * Draws a face over the whole square picture: background, light, person, sensor noise. Equal arguments give equal
 * pictures. The face depicts no real person.
 *
 * @param ctx of a canvas of at least `size` x `size` pixels; its transformation is reset
 * @param size side of the picture in pixels
 * @param noiseSeed chooses the noise of this frame; without effect where `scene.noise` is 0
 */
export function drawFace(ctx: Canvas2D, size: number, looks: Looks, scene: Scene, pose: Pose, noiseSeed: number): void {
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.lineCap = 'round'
  ctx.lineJoin = 'round'
  drawBackdrop(ctx, size, scene)
  ctx.save()
  const unit = (size / pictureUnits) * scene.scale
  ctx.translate((0.5 + scene.x) * size, (anchor.place + scene.y) * size)
  ctx.scale(unit, unit)
  ctx.translate(8 * pose.yaw, -anchor.y)
  drawPerson(portraitOf(ctx, looks, scene, pose))
  ctx.restore()
  shade(ctx, size, scene)
  expose(ctx, size, scene)
  addNoise(ctx, size, scene.noise, noiseSeed)
  ctx.restore()
}

function drawPerson(portrait: Portrait): void {
  const { ctx, pose, looks } = portrait
  drawHairBehind(portrait)
  drawBody(portrait)
  ctx.translate(0, 95)
  ctx.rotate(pose.roll)
  ctx.translate(0, -95)
  drawEars(portrait)
  drawDoubleChin(portrait)
  drawSkin(portrait)
  drawRelief(portrait)
  drawBeard(portrait)
  drawNose(portrait)
  drawMouth(portrait)
  if (looks.hasMustache) drawMustache(portrait)
  drawEyes(portrait)
  drawHair(portrait)
  drawHat(portrait)
  drawGlasses(portrait)
  drawBrows(portrait)
  if (looks.hasEarrings) drawEarrings(portrait)
}

/** On the lobes, over the hair; a turned head hides the far one. */
function drawEarrings(portrait: Portrait): void {
  const { brush, pose } = portrait
  for (const side of [-1, 1]) {
    const { x, hidden } = earOf(portrait, side)
    if (hidden) continue
    const y = 26 - 18 * pose.pitch
    brush.disc([x + side * 2, y], 5.5, 5.5, '#7a4a08')
    brush.disc([x + side * 2, y], 4, 4, '#ffd75e')
    brush.disc([x + side * 2, y + 17], 9.5, 12, '#7a4a08')
    brush.disc([x + side * 2, y + 17], 7.5, 10, '#f7c331')
    brush.disc([x + side * 2 - 2, y + 13], 2.6, 3.4, '#fff4c4')
  }
}

/** The side away from the light is darker. */
function shade(ctx: Canvas2D, size: number, { lightX, shading }: Scene): void {
  const depth = 0.34 * shading * Math.abs(lightX)
  if (depth < 0.01) return
  const fill = ctx.createLinearGradient(lightX > 0 ? size : 0, 0, lightX > 0 ? 0 : size, 0)
  fill.addColorStop(0.3, css([16, 12, 30], 0))
  fill.addColorStop(1, css([16, 12, 30], depth))
  ctx.fillStyle = fill
  ctx.fillRect(0, 0, size, size)
}
