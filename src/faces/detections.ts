import type { FaceBox } from '../affect/measures.ts'
import type { Letterbox } from './crop.ts'
import { anchorCentre } from './networks/detector-anchors.ts'
import type { Detections } from './networks/face-networks.ts'
import { overlap, type Point } from './region.ts'

/** A face that the detector found, in pixels of the picture. */
export interface DetectedFace {
  readonly box: FaceBox
  /** The eyes on the picture's left and right. */
  readonly leftEye: Point
  readonly rightEye: Point
  /** 0 to 1. */
  readonly score: number
}

const valuesAnAnchor = 16
/** A face in the picture is certain enough to be looked at closely; the landmark network has the last word. */
const leastLogit = 0
const mostOverlap = 0.3

/** The faces that the detector's output holds: those over a score of 0.5, one for each group that overlaps. */
export function detectedFaces({ boxes, scores }: Detections, letterbox: Letterbox): DetectedFace[] {
  const { scale, x, y } = letterbox
  const found: DetectedFace[] = []
  for (let anchor = 0; anchor < scores.length; anchor++) {
    const logit = scores[anchor] ?? 0
    if (!(logit > leastLogit)) continue
    const [centerX, centerY] = anchorCentre(anchor)
    const value = (index: number) => boxes[valuesAnAnchor * anchor + index] ?? 0
    const pointAt = (index: number) => ({
      x: x + (centerX + value(index)) * scale,
      y: y + (centerY + value(index + 1)) * scale,
    })
    const width = value(2) * scale
    const height = value(3) * scale
    const center = pointAt(0)
    found.push({
      box: { x: center.x - width / 2, y: center.y - height / 2, width, height },
      leftEye: pointAt(4),
      rightEye: pointAt(6),
      score: 1 / (1 + Math.exp(-logit)),
    })
  }
  return suppressed(found)
}

/**
 * Weighted non-maximum suppression, as MediaPipe's detector does it: the best face absorbs those that overlap it by more
 * than 0.3, by the mean of their places weighted with their scores; then the best of what is left.
 */
export function suppressed(faces: readonly DetectedFace[], most = mostOverlap): DetectedFace[] {
  let left = [...faces].sort((one, other) => other.score - one.score)
  const kept: DetectedFace[] = []
  for (let best = left[0]; best; best = left[0]) {
    const { box, score } = best
    const group = left.filter((face) => face === best || overlap(face.box, box) > most)
    left = left.filter((face) => !group.includes(face))
    kept.push(meanOf(group, score))
  }
  return kept
}

function meanOf(group: readonly DetectedFace[], score: number): DetectedFace {
  const total = group.reduce((sum, face) => sum + face.score, 0)
  const mean = (of: (face: DetectedFace) => number) =>
    group.reduce((sum, face) => sum + of(face) * face.score, 0) / total
  return {
    box: {
      x: mean(({ box }) => box.x),
      y: mean(({ box }) => box.y),
      width: mean(({ box }) => box.width),
      height: mean(({ box }) => box.height),
    },
    leftEye: { x: mean(({ leftEye }) => leftEye.x), y: mean(({ leftEye }) => leftEye.y) },
    rightEye: { x: mean(({ rightEye }) => rightEye.x), y: mean(({ rightEye }) => rightEye.y) },
    score,
  }
}
