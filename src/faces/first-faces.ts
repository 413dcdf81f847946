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
 * Share of points whose neighbours have the same luma, from which on a face is a drawing. Found: our drawn face in a
 * compressed video 0.11 to 0.27; faces of people in videos and photographs 0.00 to 0.05, of a plastic doll 0.07.
 */
const drawnFrom = 0.09

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
      let sum = 0
      let index = 0
      for await (const frame of clip.framesAt(this.seen.map(({ timeS }) => timeS))) {
        sum += flatShare(frame, this.seen[index++].box)
      }
      return index > 0 && sum / index >= drawnFrom
    } finally {
      clip.close()
    }
  }
}

/**
 * Share of points in the middle of a face that look like their neighbours to the right and below, a 64th of the face away:
 * many in what is painted in areas, few in skin, however much the picture was enlarged.
 */
export function flatShare(
  { width, height, rgba }: Pick<TimedFrame, 'width' | 'height' | 'rgba'>,
  box: FaceBox,
): number {
  const step = Math.max(1, Math.round(box.height / points))
  const luma = (x: number, y: number) => {
    const at = (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 4
    return 0.299 * rgba[at] + 0.587 * rgba[at + 1] + 0.114 * rgba[at + 2]
  }
  let flat = 0
  for (let row = 0; row < points; row++) {
    for (let column = 0; column < points; column++) {
      const x = Math.round(box.x + box.width * (0.2 + (0.6 * column) / points))
      const y = Math.round(box.y + box.height * (0.2 + (0.6 * row) / points))
      const here = luma(x, y)
      const differs = Math.max(Math.abs(here - luma(x + step, y)), Math.abs(here - luma(x, y + step)))
      if (differs < sameLuma) flat++
    }
  }
  return flat / points ** 2
}
