import type { Piece, Point } from './brush.ts'
import { css, lighten, mix, type Rgb } from './palette.ts'
import type { Portrait } from './portrait.ts'

/** Where the lips are, in the head's units before its turn. */
export interface Mouth {
  readonly half: number
  readonly cornerY: number
  /** The lips' edges in the middle: top and bottom of the gap. */
  readonly upperY: number
  readonly lowerY: number
  readonly upperLip: number
  readonly lowerLip: number
  /** How far the upper lip is squared by its raising. */
  readonly squared: number
}

export function mouthOf({ looks, units }: Portrait): Mouth {
  const { AU10, AU12, AU15, AU23, AU24, AU25, AU26 } = units
  const shut = Math.max(AU23, AU24)
  const y = 75 + 7 * AU26 - 3 * AU10 * shut
  const gap = 11 * AU25 + 25 * AU26
  const big = looks.hasBigLips ? 2.2 : 1
  const thin = (1 - 0.55 * AU23) * (1 - 0.62 * AU24)
  const middle = y + 4 * AU12 - 5 * AU15
  return {
    half:
      35 +
      (looks.hasBigLips ? 4 : 0) +
      11 * AU12 +
      2 * AU15 -
      14 * AU23 +
      7 * AU24 * (1 - AU23) -
      8 * AU26 * (1 - 0.6 * AU12),
    cornerY: y - 1.5 - 12 * AU12 + 13 * AU15 + 0.25 * gap,
    upperY: middle - 0.2 * gap - 11 * AU10 * (1 - shut),
    lowerY: middle + 0.8 * gap,
    upperLip: (looks.isMale ? 6 : 8.5) * big * thin,
    lowerLip: (looks.isMale ? 8.5 : 11.5) * big * thin,
    squared: AU10,
  }
}

export function drawMouth(portrait: Portrait): void {
  const { brush, palette, units, looks } = portrait
  const mouth = mouthOf(portrait)
  const { half, cornerY, upperY, lowerY, upperLip, lowerLip } = mouth
  const { AU12, AU23, AU24, AU25 } = units
  drawFolds(portrait, mouth)
  const { left, right, gapTop, gapBottom, back } = edges(mouth)
  if (lowerY - upperY > 1) drawInside(portrait, mouth)
  const rise = 0.4 * cornerY + 0.6 * (upperY - upperLip)
  const shoulder = rise + (upperY - upperLip - 2 - rise) * mouth.squared
  const bow = Math.min(9, half * 0.3)
  brush.trace(
    left,
    [
      [-half * (0.62 + 0.2 * mouth.squared), shoulder],
      [-bow * 1.7, upperY - upperLip - 1],
      [-bow, upperY - upperLip],
    ],
    [
      [-bow * 0.5, upperY - upperLip + 0.5],
      [0, upperY - upperLip * 0.62],
    ],
    [
      [bow * 0.5, upperY - upperLip + 0.5],
      [bow, upperY - upperLip],
    ],
    [[bow * 1.7, upperY - upperLip - 1], [half * (0.62 + 0.2 * mouth.squared), shoulder], right],
    ...back,
  )
  brush.fill(css(palette.lipDark))
  const under = 0.45 * cornerY + 0.55 * lowerY + lowerLip
  brush.trace(
    left,
    ...gapBottom,
    [
      [half * 0.74, under],
      [half * 0.36, lowerY + lowerLip + 1],
      [0, lowerY + lowerLip],
    ],
    [[-half * 0.36, lowerY + lowerLip + 1], [-half * 0.74, under], left],
  )
  brush.fill(css(palette.lip))
  const shine: Rgb = lighten(palette.lip, 0.6)
  brush.glow(brush.at(-3, lowerY + lowerLip * 0.5), half * 0.45, lowerLip * 0.4, shine, looks.hasLipstick ? 0.95 : 0.6)
  // where the lips meet: a hard dark line when they are pressed or tightened
  const press = Math.max(AU23, AU24)
  if (lowerY - upperY < 6) {
    const over = 1 + 0.1 * AU24
    brush.trace([-half * over, cornerY], ...gapTop).add([half * 0.9, cornerY], [[half * over, cornerY]])
    // a dark line would be lost in a beard
    const seam: Rgb = looks.beard === 'full' ? mix(palette.lip, [150, 34, 44], 0.45) : [70, 18, 24]
    brush.stroke(css(seam, 0.9), 2.6 + 2.2 * press)
  }
  for (const side of [-1, 1]) {
    brush.glow(brush.at(side * (half + 1), cornerY), 7, 6, palette.crease, 0.55 + 0.3 * AU12 - 0.2 * AU25)
  }
}

interface Edges {
  readonly left: Point
  readonly right: Point
  /** From the left corner to the right one along the upper lip, and back. */
  readonly gapTop: readonly Piece[]
  readonly back: readonly Piece[]
  /** From the left corner to the right one along the lower lip. */
  readonly gapBottom: readonly Piece[]
}

function edges({ half, cornerY, upperY, lowerY, squared }: Mouth): Edges {
  const left: Point = [-half, cornerY]
  const right: Point = [half, cornerY]
  const wide = 0.55 + 0.35 * squared
  return {
    left,
    right,
    gapTop: [
      [
        [-half * wide, upperY + 0.5],
        [-half * 0.25, upperY],
        [0, upperY + 1],
      ],
      [[half * 0.25, upperY], [half * wide, upperY + 0.5], right],
    ],
    back: [
      [
        [half * wide, upperY + 0.5],
        [half * 0.25, upperY],
        [0, upperY + 1],
      ],
      [[-half * 0.25, upperY], [-half * wide, upperY + 0.5], left],
    ],
    gapBottom: [
      [
        [-half * 0.7, lowerY + 0.5],
        [-half * 0.3, lowerY + 1],
        [0, lowerY + 1],
      ],
      [[half * 0.3, lowerY + 1], [half * 0.7, lowerY + 0.5], right],
    ],
  }
}

/** Teeth show when the lips part or the upper one is raised; a dropped jaw alone shows the dark of the mouth. */
function drawInside({ ctx, brush, units }: Portrait, mouth: Mouth): void {
  const { half, cornerY, upperY, lowerY } = mouth
  const { AU10, AU25, AU26 } = units
  const { left, back, gapBottom } = edges(mouth)
  ctx.save()
  brush.trace(left, ...gapBottom, ...back)
  brush.fill('#3a0a10')
  ctx.clip()
  const teeth = Math.max(AU25, AU10)
  if (AU26 > 0.1) brush.disc(brush.at(0, lowerY + 3), half * 0.6, 11 * AU26, css([206, 88, 92], 0.9 * AU26))
  if (teeth > 0.05) {
    const gum = 3.5 * AU10
    const edge = Math.min(upperY + gum + 9, Math.max(lowerY - 1 - 3 * AU25 * (1 - AU26), upperY + gum + 4))
    if (gum > 0.5)
      brush
        .trace([-half, upperY - 8], [[half, upperY - 8]], [[half, upperY + gum + 2]], [[-half, upperY + gum + 2]])
        .fill('#d9707c')
    brush.trace(
      [-half * 0.9, cornerY - 2],
      [
        [-half * 0.7, upperY + gum],
        [0, upperY + gum],
      ],
      [
        [half * 0.7, upperY + gum],
        [half * 0.9, cornerY - 2],
      ],
      [
        [half * 0.6, edge + 0.5],
        [0, edge],
      ],
      [
        [-half * 0.6, edge + 0.5],
        [-half * 0.9, cornerY - 2],
      ],
    )
    brush.fill(css([255, 252, 246], Math.min(1, 1.4 * teeth)))
  }
  ctx.restore()
}

/** The skin around the lips: folds and bulges. */
function drawFolds(
  { ctx, brush, palette, units }: Portrait,
  { half, cornerY, upperY, lowerY, upperLip, lowerLip }: Mouth,
): void {
  const { AU12, AU15, AU23, AU24 } = units
  brush.glow(brush.at(0, lowerY + lowerLip + 6), 24, 8, palette.crease, 0.4)
  if (AU12 > 0.03) {
    ctx.beginPath()
    for (const side of [-1, 1]) {
      brush.addFold(
        [side * 25, 42],
        [
          [side * 40, 44],
          [side * (half + 7), cornerY - 16],
          [side * (half + 8), cornerY - 3],
        ],
      )
    }
    brush.fold(0.8 * AU12)
  }
  if (AU15 > 0.03) {
    for (const side of [-1, 1])
      brush.glow(brush.at(side * (half + 2), cornerY + 12), 15, 11, palette.skinLight, 0.95 * AU15)
    ctx.beginPath()
    for (const side of [-1, 1]) {
      brush.addFold(
        [side * (half + 3), cornerY - 4],
        [
          [side * (half + 15), cornerY + 5],
          [side * (half + 11), cornerY + 22],
        ],
      )
    }
    brush.fold(0.85 * AU15)
  }
  if (AU24 > 0.03) {
    const above = upperY - upperLip
    const below = lowerY + lowerLip
    brush.glow(brush.at(0, above - 6), 34, 9, palette.skinLight, 0.95 * AU24)
    brush.glow(brush.at(0, below + 7), 34, 9, palette.skinLight, 0.95 * AU24)
    ctx.beginPath()
    brush.addFold(
      [-32, above - 5],
      [
        [0, above - 19],
        [32, above - 5],
      ],
    )
    brush.addFold(
      [-32, below + 6],
      [
        [0, below + 21],
        [32, below + 6],
      ],
    )
    brush.fold(0.8 * AU24)
  }
  if (AU23 > 0.03) {
    ctx.beginPath()
    for (const x of [-14, -5, 5, 14]) {
      brush.addFold([x * 1.15, upperY - upperLip - 11], [[x * 0.85, upperY - upperLip - 3]])
      if (Math.abs(x) < 10) brush.addFold([x * 1.6, lowerY + lowerLip + 3], [[x * 1.9, lowerY + lowerLip + 10]])
    }
    brush.fold(0.85 * AU23)
  }
}
