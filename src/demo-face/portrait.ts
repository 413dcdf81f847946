import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import { Brush } from './brush.ts'
import type { Canvas2D, Looks, Pose, Scene } from './face.ts'
import { type Palette, paletteOf } from './palette.ts'

/** All that the parts of a drawn face share. */
export interface Portrait {
  readonly ctx: Canvas2D
  readonly brush: Brush
  readonly palette: Palette
  readonly looks: Looks
  readonly scene: Scene
  readonly pose: Pose
  /** How far each unit shows, 0 to 1. */
  readonly units: Readonly<Record<ActionUnit, number>>
  readonly skull: Skull
}

/** Half widths of the head at the temple, cheek, jaw and chin, and how low the chin is. */
export interface Skull {
  readonly temple: number
  readonly cheek: number
  readonly jaw: number
  readonly chin: number
  readonly chinY: number
}

const skulls: Readonly<Record<Looks['faceShape'], Skull>> = {
  oval: { temple: 96, cheek: 86, jaw: 50, chin: 20, chinY: 133 },
  chubby: { temple: 99, cheek: 114, jaw: 70, chin: 30, chinY: 131 },
  square: { temple: 98, cheek: 94, jaw: 74, chin: 46, chinY: 129 },
}

export function portraitOf(ctx: Canvas2D, looks: Looks, scene: Scene, pose: Pose): Portrait {
  const palette = paletteOf(looks)
  const { temple, cheek, jaw, chin, chinY } = skulls[looks.faceShape]
  const broad = looks.isMale ? 1 : 0
  return {
    ctx,
    brush: new Brush(ctx, palette, pose.yaw, pose.pitch),
    palette,
    looks,
    scene,
    pose,
    units: shownUnits(pose.units),
    skull: { temple: temple + broad, cheek: cheek + 2 * broad, jaw: jaw + 6 * broad, chin: chin + 8 * broad, chinY },
  }
}

/** Steep around 0.5, where a unit begins to count: a quarter is faint, 0.65 is plain. */
function shownUnits(intensities: Pose['units']): Readonly<Record<ActionUnit, number>> {
  const shown = {} as Record<ActionUnit, number>
  for (const unit of actionUnits) {
    const intensity = Math.min(1, Math.max(0, intensities[unit]))
    const rise = Math.min(1, Math.max(0, (intensity - 0.15) / 0.5))
    shown[unit] = 0.85 * rise * rise * (3 - 2 * rise) + 0.15 * intensity
  }
  return shown
}
