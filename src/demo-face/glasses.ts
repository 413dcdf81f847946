import type { Portrait } from './portrait.ts'
import { earOf } from './skull.ts'

export function drawGlasses(portrait: Portrait): void {
  const { looks, brush, ctx, pose } = portrait
  if (looks.glasses === 'none') return
  const dark = looks.glasses === 'sunglasses'
  const rim = dark ? '#14141a' : '#2a2430'
  ctx.beginPath()
  for (const side of [-1, 1]) addLens(portrait, side)
  // lids and cheeks must still be told behind a tint
  brush.fill(dark ? 'rgba(22, 18, 40, 0.62)' : 'rgba(226, 240, 255, 0.14)')
  brush.stroke(rim, dark ? 6.4 : 4.4)
  brush.trace(
    [-13, -22],
    [
      [0, -31],
      [13, -22],
    ],
  )
  for (const side of [-1, 1]) {
    const ear = earOf(portrait, side)
    if (ear.hidden) continue
    ctx.moveTo(...brush.at(side * 70, -26))
    ctx.lineTo(looks.hairLength === 'long' ? side * 90 + 10 * pose.yaw : ear.x, -22 - 18 * pose.pitch)
  }
  brush.stroke(rim, dark ? 5.4 : 4.4)
  ctx.beginPath()
  for (const side of [-1, 1]) brush.add([side * 41 - 20, -29], [[side * 41 - 10, -38]])
  brush.stroke('rgba(255, 255, 255, 0.5)', 3)
}

function addLens({ brush }: Portrait, side: number): void {
  const x = (outward: number): number => side * (42 + outward)
  brush.add(
    [x(-30), -18],
    [
      [x(-30), -42],
      [x(-24), -45],
      [x(0), -45],
    ],
    [
      [x(24), -45],
      [x(31), -42],
      [x(31), -20],
    ],
    [
      [x(31), 4],
      [x(20), 11],
      [x(0), 11],
    ],
    [
      [x(-22), 11],
      [x(-30), 4],
      [x(-30), -18],
    ],
  )
}
