import type { FaceBox, FacesMoment } from '../affect/measures.ts'
import { openClip } from '../capture/open-clip.ts'
import type { TimedFrame } from '../capture/painter.ts'

/** Faces that are looked at, and how far they are apart, s. */
const wanted = 4
const apartS = 0.5
/** Points looked at along each side of the middle of a face. */
const points = 64
/** Luma that counts as the same, of 255. */
const sameLuma = 1
/**
 * What tells a drawing: the share of points whose neighbors have the same luma, and the share of the three commonest
 * colors. Found: our drawn face in a compressed video 0.11 to 0.27 and 0.45 to 0.53; faces of people in videos and
 * photographs 0.00 to 0.05 and 0.20 to 0.53, one smooth profile 0.11 and 0.35, a plastic doll 0.07. A drawn face of 70 px
 * in a coarse video, 0.04, is not told.
 */
const drawnFrom = { flat: 0.09, common: 0.42 } as const
const commonest = 3

/** The first faces that are found in a file: whether they are drawn. A model that reads drawings is shown those as they are. */
export class FirstFaces {
  private readonly seen: { readonly timeS: number; readonly box: FaceBox }[] = []

  take({ timeS, faces }: FacesMoment): void {
    const [first] = faces
    const last = this.seen.at(-1)
    if (!first || this.isEnough || (last && timeS < last.timeS + apartS)) return
    this.seen.push({ timeS, box: first.measured.box })
  }

  get isEnough(): boolean {
    return this.seen.length >= wanted
  }

  /**
   * Whether the faces of the file are drawings; undefined where none was found.
   *
   * @param file the same whose moments were taken
   * @throws CaptureError as `openClip`
   */
  async areDrawn(file: Blob): Promise<boolean | undefined> {
    if (this.seen.length === 0) return undefined
    const clip = await openClip(file)
    try {
      let flat = 0
      let common = 0
      let index = 0
      for await (const frame of clip.framesAt(this.seen.map(({ timeS }) => timeS))) {
        const areas = areasOf(frame, this.seen[index++].box)
        flat += areas.flat
        common += areas.common
      }
      return index > 0 && flat >= index * drawnFrom.flat && common >= index * drawnFrom.common
    } finally {
      clip.close()
    }
  }
}

/**
 * Whether the middle of a face is painted in areas. `flat`: the share of points that look like their neighbors to the right
 * and below, a 64th of the face away: many in areas, few in skin, however much the picture was enlarged. `common`: the share
 * of the three commonest colors, of 4,096.
 */
export function areasOf(
  { width, height, rgba }: Pick<TimedFrame, 'width' | 'height' | 'rgba'>,
  box: FaceBox,
): { readonly flat: number; readonly common: number } {
  const step = Math.max(1, Math.round(box.height / points))
  const pixel = (x: number, y: number) =>
    (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 4
  const luma = (at: number) => 0.299 * rgba[at] + 0.587 * rgba[at + 1] + 0.114 * rgba[at + 2]
  const colors = new Map<number, number>()
  let flat = 0
  for (let row = 0; row < points; row++) {
    for (let column = 0; column < points; column++) {
      const x = Math.round(box.x + box.width * (0.2 + (0.6 * column) / points))
      const y = Math.round(box.y + box.height * (0.2 + (0.6 * row) / points))
      const at = pixel(x, y)
      const here = luma(at)
      const differs = Math.max(Math.abs(here - luma(pixel(x + step, y))), Math.abs(here - luma(pixel(x, y + step))))
      if (differs < sameLuma) flat++
      const color = ((rgba[at] >> 4) << 8) | ((rgba[at + 1] >> 4) << 4) | (rgba[at + 2] >> 4)
      colors.set(color, (colors.get(color) ?? 0) + 1)
    }
  }
  const counts = [...colors.values()].sort((a, b) => b - a).slice(0, commonest)
  return { flat: flat / points ** 2, common: counts.reduce((sum, count) => sum + count, 0) / points ** 2 }
}
