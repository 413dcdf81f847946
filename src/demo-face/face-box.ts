import { anchor, pictureUnits } from './draw-face.ts'
import type { Scene } from './face.ts'

/** Where a face at rest lies in the head's units: its hairline, its chin, and half its width. */
const extent = { hairline: -100, chin: 133, half: 98 }

/** Where a drawn face is in its picture, from hairline to chin and from cheek to cheek, px. */
export interface DrawnBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** @param size side of the picture, px */
export function drawnFaceBox(scene: Pick<Scene, 'scale' | 'x' | 'y'>, size: number): DrawnBox {
  const unit = (size / pictureUnits) * scene.scale
  return {
    x: (0.5 + scene.x) * size - extent.half * unit,
    y: (anchor.place + scene.y) * size + (extent.hairline - anchor.y) * unit,
    width: 2 * extent.half * unit,
    height: (extent.chin - extent.hairline) * unit,
  }
}
