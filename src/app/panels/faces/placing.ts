import type { FaceBox, FacesMoment } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** Where a source's picture lies within the element that shows it, CSS px. */
export interface Placing {
  readonly left: number
  readonly top: number
  /** Of the picture as shown. */
  readonly width: number
  readonly height: number
  /** CSS px for one pixel of the picture. */
  readonly scale: number
  /** The element shows the picture as a mirror does. */
  readonly isMirrored: boolean
}

/** As `object-fit: contain` places it: whole, in the middle. Undefined while either has no size. */
export function placingOf(element: Size, picture: Size, isMirrored: boolean): Placing | undefined {
  if (Math.min(element.width, element.height, picture.width, picture.height) <= 0) return undefined
  const scale = Math.min(element.width / picture.width, element.height / picture.height)
  const [width, height] = [picture.width * scale, picture.height * scale]
  return { left: (element.width - width) / 2, top: (element.height - height) / 2, width, height, scale, isMirrored }
}

/** A box of the picture on the element, CSS px; mirrored it keeps its width, and `x` is its left edge as shown. */
export function placeBox({ x, y, width, height }: FaceBox, placing: Placing): FaceBox {
  const { left, top, scale, isMirrored } = placing
  const shownX = isMirrored ? placing.width - (x + width) * scale : x * scale
  return { x: left + shownX, y: top + y * scale, width: width * scale, height: height * scale }
}

/** A point of the picture on the element, CSS px. */
export function placePoint(x: number, y: number, { left, top, width, scale, isMirrored }: Placing): [number, number] {
  return [left + (isMirrored ? width - x * scale : x * scale), top + y * scale]
}

/** The face that lies under a point of the element, CSS px: of faces that overlap the smallest, which is the hardest to hit. */
export function faceAt(
  moment: FacesMoment,
  placing: Placing,
  point: { readonly x: number; readonly y: number },
): TrackId | undefined {
  const hit = moment.faces
    .map(({ track, measured }) => ({ track, box: placeBox(measured.box, placing) }))
    .filter(({ box }) => isWithin(point.x - box.x, box.width) && isWithin(point.y - box.y, box.height))
    .sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height)
  return hit[0]?.track
}

function isWithin(offset: number, length: number): boolean {
  return offset >= 0 && offset <= length
}
