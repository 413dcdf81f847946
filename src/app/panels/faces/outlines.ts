import type { FacesMoment, TrackedFace } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { type Placing, placeBox, placePoint } from './placing.ts'
import { faceNumber, flawWord } from './words.ts'

/** Colors of what is drawn over a video. */
export interface OutlineColors {
  /** Of the face that is read. */
  readonly read: string
  readonly others: string
  /** Behind lines and numbers, so that they stand out on any picture. */
  readonly ground: string
}

export interface OutlineLook {
  readonly colors: OutlineColors
  /** Whether a face is read, or only followed. */
  readonly isRead: (track: TrackId) => boolean
  /** CSS font family of the page. */
  readonly family: string
}

const dash = [6, 5]
const tag = { height: 20, padding: 6, fontPx: 13 }

/** A thin outline and a number for each face: solid if it is read, dashed if it is only followed. In CSS px. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  moment: FacesMoment,
  placing: Placing,
  { colors, isRead, family }: OutlineLook,
): void {
  context.font = `600 ${tag.fontPx}px ${family}`
  context.textBaseline = 'middle'
  for (const face of moment.faces) {
    const box = placeBox(face.measured.box, placing)
    const isSolid = isRead(face.track)
    const color = isSolid ? colors.read : colors.others
    context.beginPath()
    context.roundRect(box.x, box.y, box.width, box.height, Math.min(10, box.width / 4))
    context.setLineDash(isSolid ? [] : dash)
    context.strokeStyle = colors.ground
    context.lineWidth = 4
    context.stroke()
    context.strokeStyle = color
    context.lineWidth = isSolid ? 2 : 1.5
    context.stroke()

    const text = tagText(face)
    const width = Math.ceil(context.measureText(text).width) + 2 * tag.padding
    const x = within(box.x, placing.left, placing.left + placing.width - width)
    // Above the outline, where the picture has room for it.
    const y = box.y - tag.height - 3 >= placing.top ? box.y - tag.height - 3 : box.y + 4
    context.beginPath()
    context.roundRect(x, y, width, tag.height, 6)
    context.fillStyle = colors.ground
    context.fill()
    context.fillStyle = color
    context.fillText(text, x + tag.padding, y + tag.height / 2 + 0.5)
  }
  context.setLineDash([])
}

/** `2`, `2 small` */
function tagText({ track, measured: { quality } }: TrackedFace): string {
  const [worst] = quality.flaws
  return worst ? `${faceNumber(track)} ${flawWord(worst)}` : faceNumber(track)
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}

const dotPx = 1.25

/** @param points float32 [478, 3], pixels of the picture */
export function drawMesh(context: CanvasRenderingContext2D, points: Float32Array, placing: Placing, color: string) {
  context.beginPath()
  for (let i = 0; i < points.length; i += 3) {
    const [x, y] = placePoint(points[i], points[i + 1], placing)
    context.rect(x - dotPx / 2, y - dotPx / 2, dotPx, dotPx)
  }
  context.fillStyle = color
  context.fill()
}
