import type { FaceFlaw, FaceQuality } from '../affect/measures.ts'
import type { HeadPose } from './head-pose.ts'
import { cropSide, landmarkCount } from './networks/face-networks.ts'
import { at, distance } from './region.ts'

/** From where on a property of a face keeps it from being measured or read well. */
export const flawLimits = {
  /** px from hairline to chin: below, lids and lips are a pixel or two. */
  smallPx: 48,
  blurred: 0.2,
  dark: 0.15,
  bright: 0.85,
  /** Degrees: beyond, one eye and one corner of the mouth are hidden. */
  turned: 40,
  cut: 0.06,
  covered: 0.15,
} as const

const hairline = 10
const chin = 152

export interface QualityOf {
  /** float32 [478, 3], px of the picture */
  readonly points: Float32Array
  /** float32 [256, 256, 3], 0 to 1: what the landmark network was shown, and how large that is in the picture, px */
  readonly crop: Float32Array
  readonly region: { readonly side: number }
  readonly presence: number
  readonly head: HeadPose
  readonly picture: { readonly width: number; readonly height: number }
  /** Whether no movement was seen for some seconds, as in a picture of a face. */
  readonly isStill: boolean
}

export function faceQuality({ points, crop, region, presence, head, picture, isStill }: QualityOf): FaceQuality {
  const { sharpness, light } = sharpnessAndLight(crop, region.side)
  const radians = Math.PI / 180
  const turn = Math.acos(Math.cos(head.yaw * radians) * Math.cos(head.pitch * radians)) / radians
  const measured = {
    heightPx: distance(points, hairline, chin),
    sharpness,
    light,
    turn,
    cut: outsideShare(points, picture),
    covered: 1 - presence,
  }
  return { ...measured, flaws: flawsOf(measured, isStill) }
}

/** The flaws of a face, the worst first: by how far each lies beyond its limit. */
export function flawsOf(
  { heightPx, sharpness, light, turn, cut, covered }: Omit<FaceQuality, 'flaws'>,
  isStill: boolean,
): FaceFlaw[] {
  const limits = flawLimits
  const excess: readonly (readonly [FaceFlaw, number])[] = [
    ['small', limits.smallPx / Math.max(1, heightPx)],
    ['blurred', limits.blurred / Math.max(0.01, sharpness)],
    ['dark', limits.dark / Math.max(0.01, light)],
    ['bright', light / limits.bright],
    ['turned-away', turn / limits.turned],
    ['cut-off', cut / limits.cut],
    ['covered', covered / limits.covered],
    ['still', isStill ? 1.001 : 0],
  ]
  return excess
    .filter(([, times]) => times > 1)
    .sort(([, one], [, other]) => other - one)
    .map(([flaw]) => flaw)
}

function outsideShare(points: Float32Array, { width, height }: { width: number; height: number }): number {
  let outside = 0
  for (let each = 0; each < landmarkCount; each++) {
    const [x, y] = [at(points, each, 0), at(points, each, 1)]
    if (x < 0 || y < 0 || x > width || y > height) outside++
  }
  return outside / landmarkCount
}

/** Of a sharp face. */
const sharpRatio = 0.45

/**
 * Sharpness is the deviation of the Laplacian over that of the luminance itself, in the middle of the crop, where the
 * face is: so that it does not depend on light and contrast. It is told at half the crop's resolution, the same for every
 * face, and for smaller faces at that of the picture: they are small, which need not mean blurred.
 */
function sharpnessAndLight(crop: Float32Array, side: number): { sharpness: number; light: number } {
  const block = side >= cropSide / 2 ? 2 : side >= cropSide / 4 ? 4 : 8
  const grid = cropSide / block
  const luminance = new Float32Array(grid * grid)
  for (let row = 0; row < cropSide; row++) {
    for (let column = 0; column < cropSide; column++) {
      const pixel = 3 * (row * cropSide + column)
      const value = 0.2126 * (crop[pixel] ?? 0) + 0.7152 * (crop[pixel + 1] ?? 0) + 0.0722 * (crop[pixel + 2] ?? 0)
      const cell = Math.floor(row / block) * grid + Math.floor(column / block)
      luminance[cell] = (luminance[cell] ?? 0) + value / (block * block)
    }
  }
  let [count, sum, squares, curved] = [0, 0, 0, 0]
  const radius = grid / 4
  for (let row = Math.floor(grid / 2 - radius); row < grid / 2 + radius; row++) {
    for (let column = Math.floor(grid / 2 - radius); column < grid / 2 + radius; column++) {
      const cell = row * grid + column
      const value = luminance[cell] ?? 0
      const around =
        (luminance[cell - 1] ?? 0) +
        (luminance[cell + 1] ?? 0) +
        (luminance[cell - grid] ?? 0) +
        (luminance[cell + grid] ?? 0)
      count++
      sum += value
      squares += value * value
      curved += (around - 4 * value) ** 2
    }
  }
  const light = sum / count
  const deviation = Math.sqrt(Math.max(0, squares / count - light * light))
  // A face without any contrast, such as one in the dark, is not called sharp for its noise.
  const ratio = Math.sqrt(curved / count) / Math.max(0.02, deviation)
  return { sharpness: Math.min(1, ratio / sharpRatio), light }
}
