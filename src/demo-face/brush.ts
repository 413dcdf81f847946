import type { Canvas2D } from './face.ts'
import { css, type Palette, type Rgb } from './palette.ts'

export type Point = readonly [number, number]

/** A piece of an outline: a line (1 point), a quadratic (2) or a cubic (3). */
export type Piece = readonly Point[]

/**
 * Paints on a turned head. Units are those of the head: about 280 from the chin to the top of the hair, the origin
 * between nose and eyes, y down.
 */
export class Brush {
  readonly ctx: Canvas2D
  readonly #palette: Palette
  readonly #sinYaw: number
  readonly #cosYaw: number
  readonly #sinPitch: number
  readonly #cosPitch: number

  constructor(ctx: Canvas2D, palette: Palette, yaw: number, pitch: number) {
    this.ctx = ctx
    this.#palette = palette
    this.#sinYaw = Math.sin(yaw)
    this.#cosYaw = Math.cos(yaw)
    this.#sinPitch = Math.sin(pitch)
    this.#cosPitch = Math.cos(pitch)
  }

  /** A point of the front of the head after its turn: features lie on an ellipsoid, so they foreshorten. */
  at(x: number, y: number): Point {
    const depth = 80 * Math.sqrt(Math.max(0, 1 - (x / 116) ** 2 - (y / 190) ** 2))
    return [x * this.#cosYaw + depth * this.#sinYaw, y * this.#cosPitch - depth * this.#sinPitch]
  }

  /** Begins the path of an outline on the turned head. */
  trace(start: Point, ...pieces: readonly Piece[]): this {
    this.ctx.beginPath()
    return this.add(start, ...pieces)
  }

  /** Adds an outline to the path, so that many strokes are painted at once. */
  add(start: Point, ...pieces: readonly Piece[]): this {
    const { ctx } = this
    ctx.moveTo(...this.at(...start))
    for (const [first, second, third] of pieces) {
      if (!first) continue
      const a = this.at(...first)
      if (!second) {
        ctx.lineTo(...a)
        continue
      }
      const b = this.at(...second)
      if (third) ctx.bezierCurveTo(...a, ...b, ...this.at(...third))
      else ctx.quadraticCurveTo(...a, ...b)
    }
    return this
  }

  fill(style: string | CanvasGradient): this {
    this.ctx.fillStyle = style
    this.ctx.fill()
    return this
  }

  stroke(style: string | CanvasGradient, width: number): this {
    this.ctx.strokeStyle = style
    this.ctx.lineWidth = width
    this.ctx.stroke()
    return this
  }

  /** Adds a fold of the skin to the path, thick in the middle and thin at its ends, along one piece. */
  addFold(start: Point, [first, second, third]: Piece, width = 3.4): this {
    if (!first) return this
    const { ctx } = this
    const from = this.at(...start)
    const to = this.at(...(third ?? second ?? first))
    const bend = second ? this.at(...first) : mid(from, to)
    const one = third ? bend : thirds(from, bend)
    const two = third && second ? this.at(...second) : thirds(to, bend)
    // the middle of a cubic moves by three quarters of what its controls move
    const reach = (width * 0.67) / (Math.hypot(to[0] - from[0], to[1] - from[1]) || 1)
    const [dx, dy] = [(to[1] - from[1]) * reach, (from[0] - to[0]) * reach]
    ctx.moveTo(...from)
    ctx.bezierCurveTo(one[0] + dx, one[1] + dy, two[0] + dx, two[1] + dy, ...to)
    ctx.bezierCurveTo(two[0] - dx, two[1] - dy, one[0] - dx, one[1] - dy, ...from)
    return this
  }

  /** Paints the folds of the path. @param strength 0 to 1 */
  fold(strength: number): this {
    const { crease } = this.#palette
    this.fill(css(crease, 0.85 * strength))
    return this.stroke(css(crease, 0.3 * strength), 2.6)
  }

  /** A soft spot around a point of the picture's plane. */
  glow([x, y]: Point, rx: number, ry: number, colour: Rgb, alpha: number): this {
    const { ctx } = this
    ctx.save()
    ctx.translate(x, y)
    ctx.scale(rx, ry)
    const fill = ctx.createRadialGradient(0, 0, 0, 0, 0, 1)
    fill.addColorStop(0, css(colour, alpha))
    fill.addColorStop(0.5, css(colour, alpha * 0.55))
    fill.addColorStop(1, css(colour, 0))
    ctx.fillStyle = fill
    ctx.fillRect(-1, -1, 2, 2)
    ctx.restore()
    return this
  }

  /** A filled ellipse around a point of the picture's plane. */
  disc([x, y]: Point, rx: number, ry: number, style: string | CanvasGradient, angle = 0): this {
    this.ctx.beginPath()
    this.ctx.ellipse(x, y, rx, ry, angle, 0, 2 * Math.PI)
    return this.fill(style)
  }
}

function mid([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2]
}

/** A control of the cubic that equals a quadratic. */
function thirds([ax, ay]: Point, [bx, by]: Point): Point {
  return [ax + (2 * (bx - ax)) / 3, ay + (2 * (by - ay)) / 3]
}
