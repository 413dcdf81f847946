import type { Canvas2D, Scene } from './face.ts'
import { css, hsl, type Rgb } from './palette.ts'

/** Side of the square that backdrops are laid out in. */
const side = 100

/** Fills the whole picture of `size` pixels. */
export function drawBackdrop(ctx: Canvas2D, size: number, scene: Scene): void {
  ctx.save()
  ctx.scale(size / side, size / side)
  const shade = (hue: number, saturation: number, lift: number): Rgb =>
    hsl((scene.tone + hue + 1) % 1, saturation, Math.min(0.97, Math.max(0.04, 0.14 + 0.7 * scene.lightness + lift)))
  const wall = ctx.createLinearGradient(0, 0, scene.lightX * 30, side)
  wall.addColorStop(0, css(shade(0, 0.26, 0.06)))
  wall.addColorStop(1, css(shade(0.02, 0.28, -0.1)))
  ctx.fillStyle = wall
  ctx.fillRect(0, 0, side, side)
  paint[scene.background](ctx, shade)
  ctx.restore()
}

type Shade = (hue: number, saturation: number, lift: number) => Rgb

const paint: Readonly<Record<Scene['background'], (ctx: Canvas2D, shade: Shade) => void>> = {
  plain: () => {},
  room: drawRoom,
  window: drawWindow,
  shelves: drawShelves,
  outdoors: drawOutdoors,
  bokeh: drawBokeh,
}

function rects(ctx: Canvas2D, colour: Rgb, ...boxes: readonly (readonly [number, number, number, number])[]): void {
  ctx.fillStyle = css(colour)
  ctx.beginPath()
  for (const box of boxes) ctx.rect(...box)
  ctx.fill()
}

function drawRoom(ctx: Canvas2D, shade: Shade): void {
  rects(ctx, shade(0.05, 0.2, -0.2), [0, 66, side, 34])
  rects(ctx, shade(0.05, 0.2, 0.1), [0, 64, side, 3])
  rects(ctx, shade(0.08, 0.35, -0.24), [4, 12, 22, 28], [76, 20, 19, 18])
  rects(ctx, shade(0.5, 0.4, 0.12), [6.5, 14.5, 17, 23])
  rects(ctx, shade(0.35, 0.4, 0.06), [78.5, 22.5, 14, 13])
}

function drawWindow(ctx: Canvas2D, shade: Shade): void {
  rects(ctx, shade(0.07, 0.18, 0.18), [52, 4, 46, 68])
  const sky = ctx.createLinearGradient(0, 7, 0, 70)
  sky.addColorStop(0, css(hsl(0.57, 0.6, 0.72)))
  sky.addColorStop(1, css(hsl(0.55, 0.5, 0.9)))
  ctx.fillStyle = sky
  ctx.beginPath()
  for (const [x, y] of [
    [55, 7],
    [76.5, 7],
    [55, 39],
    [76.5, 39],
  ] as const)
    ctx.rect(x, y, 18.5, 30)
  ctx.fill()
  rects(ctx, shade(0, 0.35, -0.12), [0, 0, 9, side], [14, 0, 7, side])
  rects(ctx, shade(0, 0.35, -0.04), [9, 0, 5, side], [21, 0, 4, side])
}

function drawShelves(ctx: Canvas2D, shade: Shade): void {
  rects(ctx, shade(0.06, 0.3, -0.22), [0, 0, side, side])
  for (let row = 0; row < 4; row++) {
    const floor = 22 + row * 25
    for (let colour = 0; colour < 4; colour++) {
      const books: (readonly [number, number, number, number])[] = []
      for (let i = 0; i < 5; i++) {
        const place = (i * 4 + ((colour + row) % 4)) * 5
        const height = 12 + ((i * 7 + colour * 5 + row * 3) % 8)
        books.push([place, floor - height, 4.4, height])
      }
      rects(ctx, shade(0.23 * colour, 0.42, 0.06 - 0.05 * (colour % 3)), ...books)
    }
    rects(ctx, shade(0.06, 0.3, -0.05), [0, floor, side, 2.6])
  }
}

function drawOutdoors(ctx: Canvas2D, shade: Shade): void {
  const light = shade(0, 0, 0)[0] / 255
  const sky = ctx.createLinearGradient(0, 0, 0, 62)
  sky.addColorStop(0, css(hsl(0.58, 0.55, 0.32 + 0.4 * light)))
  sky.addColorStop(1, css(hsl(0.56, 0.5, 0.5 + 0.4 * light)))
  ctx.fillStyle = sky
  ctx.fillRect(0, 0, side, side)
  ctx.fillStyle = css(hsl(0.3, 0.3, 0.24 + 0.2 * light))
  ctx.beginPath()
  ctx.moveTo(0, 56)
  ctx.bezierCurveTo(20, 44, 40, 62, 60, 54)
  ctx.bezierCurveTo(76, 46, 88, 52, 100, 58)
  ctx.lineTo(side, side)
  ctx.lineTo(0, side)
  ctx.fill()
  ctx.fillStyle = css(hsl(0.34, 0.38, 0.15 + 0.17 * light))
  ctx.beginPath()
  for (const [x, y, r] of [
    [8, 40, 13],
    [20, 50, 10],
    [-2, 54, 12],
    [92, 46, 12],
    [101, 36, 12],
    [82, 55, 8],
  ] as const) {
    ctx.moveTo(x + r, y)
    ctx.arc(x, y, r, 0, 2 * Math.PI)
  }
  ctx.rect(6, 48, 3, 24)
  ctx.rect(92, 50, 3, 24)
  ctx.fill()
  ctx.fillStyle = css(hsl(0.27, 0.36, 0.3 + 0.2 * light))
  ctx.fillRect(0, 68, side, 32)
}

function drawBokeh(ctx: Canvas2D, shade: Shade): void {
  ctx.fillStyle = css(shade(0.03, 0.4, -0.18), 0.75)
  ctx.fillRect(0, 0, side, side)
  for (let layer = 0; layer < 3; layer++) {
    ctx.fillStyle = css(shade(0.13 * (layer - 1), 0.65, 0.22), 0.42)
    ctx.beginPath()
    for (let i = 0; i < 6; i++) {
      const x = (i * 37 + layer * 53) % 101
      const y = (i * 23 + layer * 31) % 83
      const r = 4 + ((i * 5 + layer * 3) % 7)
      ctx.moveTo(x + r, y)
      ctx.arc(x, y, r, 0, 2 * Math.PI)
    }
    ctx.fill()
  }
}
