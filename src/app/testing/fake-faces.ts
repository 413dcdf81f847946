import {
  type FaceBox,
  type FaceEvent,
  type FaceFlaw,
  type FacesMoment,
  type MeasuredFace,
  type MeasuredUnit,
  measuredUnits,
} from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { FacesBoard, FollowedTrack } from '../session/faces-state.ts'

/** A face that a story shows: where it is, and what is wrong with it. */
export interface FakeFace {
  readonly track: TrackId
  readonly box: FaceBox
  readonly flaws?: readonly FaceFlaw[]
}

interface FakeFaces {
  readonly width: number
  readonly height: number
  readonly faces: readonly FakeFace[]
  /** How long the faces were there already, or for files how much is measured, s. */
  readonly measuredS: number
  /** Live: moments go on coming, so many a second. */
  readonly liveRate?: number
}

/** A board whose faces smile, raise their brows, talk and blink in turn, always alike. */
export function fakeBoard({ width, height, faces, measuredS, liveRate }: FakeFaces): FacesBoard {
  const rate = liveRate ?? 10
  const curves = new Map<TrackId, MeasuredFace[]>(
    faces.map((face) => [
      face.track,
      Array.from({ length: Math.floor(measuredS * rate) + 1 }, (_, index) => measured(face, index / rate)),
    ]),
  )
  const listeners = new Set<() => void>()
  const momentAt = (timeS: number): FacesMoment => ({
    timeS,
    width,
    height,
    faces: faces.map((face) => ({ track: face.track, measured: measured(face, timeS) })),
  })
  let latest = momentAt(measuredS)
  const goOn = () => {
    latest = momentAt(latest.timeS + 1 / rate)
    for (const { track, measured } of latest.faces) curves.get(track)?.push(measured)
    for (const listener of listeners) listener()
  }
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    latest: () => latest,
    at: (timeS) => (liveRate ? latest : timeS > measuredS ? undefined : momentAt(Math.round(timeS * rate) / rate)),
    curve: (track) => curves.get(track) ?? [],
    mesh: (track) => {
      const face = faces.find((each) => each.track === track)
      return face && meshOf(face.box)
    },
    listen: (onMoment) => {
      if (liveRate && listeners.size === 0) timer = setInterval(goOn, 1000 / liveRate)
      listeners.add(onMoment)
      return () => {
        listeners.delete(onMoment)
        if (listeners.size === 0) clearInterval(timer)
      }
    },
  }
}

function measured({ track, box, flaws = [] }: FakeFace, timeS: number): MeasuredFace {
  // Each face a little later than the one before.
  const t = timeS - Number(track.slice('face-'.length)) * 0.7
  const smile = hump(t, 9, 2, 3.5)
  const brows = hump(t, 9, 6, 1.2)
  const talk = t % 9 > 6 ? 0 : (hump(t, 0.7, 0.1, 0.4) * (1 + Math.sin(t * 1.3))) / 2
  const blink = hump(t, 3.1, 1.4, 0.25)
  const moved: Partial<Record<MeasuredUnit, number>> = {
    AU1: 0.85 * brows,
    AU2: 0.7 * brows,
    AU4: 0.05 + 0.04 * Math.sin(t),
    AU5: 0.3 * brows,
    AU6: 0.72 * smile,
    AU7: 0.2 * smile,
    AU12: 0.92 * smile,
    AU25: Math.max(0.7 * smile, 0.5 * talk),
    AU26: 0.4 * talk,
    AU43: blink,
  }
  const units = Object.fromEntries(measuredUnits.map((unit) => [unit, moved[unit] ?? 0.02])) as MeasuredFace['units']
  return {
    timeS,
    box: { ...box, x: box.x + box.width * 0.01 * Math.sin(t) },
    units,
    head: { yaw: 6 * Math.sin(t / 2), pitch: 2 * Math.sin(t), roll: 1 },
    gaze: { x: 0, y: 0 },
    closedLeft: blink,
    closedRight: blink,
    mouthOpen: 0.5 * talk,
    quality: { heightPx: box.height, sharpness: 0.8, light: 0.5, turn: 6, cut: 0, covered: 0, flaws },
  }
}

/** Every `everyS` a rise and a fall from 0 to 1 and back, for `forS` from `fromS` on. */
function hump(timeS: number, everyS: number, fromS: number, forS: number): number {
  const share = (((timeS % everyS) + everyS) % everyS) - fromS
  if (share < 0 || share > forS) return 0
  return Math.min(1, 2.2 * Math.sin((share / forS) * Math.PI))
}

/** Points on an oval; the real mesh follows the features. */
function meshOf({ x, y, width, height }: FaceBox): Float32Array {
  const points = new Float32Array(478 * 3)
  for (let i = 0; i < 478; i++) {
    const [radius, angle] = [Math.sqrt(i / 478) / 2, i * 2.4]
    points[3 * i] = x + width * (0.5 + radius * Math.cos(angle) * 0.9)
    points[3 * i + 1] = y + height * (0.5 + radius * Math.sin(angle))
  }
  return points
}

export function followed(track: TrackId, more: Partial<FollowedTrack> = {}): FollowedTrack {
  return { track, isHere: true, flaws: [], neutral: 'learnt', ...more }
}

export const fakeEvents: readonly FaceEvent[] = [
  { track: 'face-1', kind: 'blink', startS: 1.2, endS: 1.4, strength: 0.9 },
  { track: 'face-1', kind: 'smile', startS: 2.1, endS: 3.8, strength: 0.92 },
  { track: 'face-1', kind: 'talk', startS: 4.2, endS: 5.9, strength: 0.5 },
  { track: 'face-1', kind: 'brow-raise', startS: 6.0, endS: 7.1, strength: 0.85 },
]
