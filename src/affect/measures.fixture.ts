import { type FaceEvent, type FaceFlaw, type MeasuredFace, type MeasuredUnit, measuredUnits } from './measures.ts'

type FaceChange = Partial<Omit<MeasuredFace, 'units' | 'quality' | 'timeS'>> & {
  readonly units?: Partial<Record<MeasuredUnit, number>>
  readonly flaws?: readonly FaceFlaw[]
}

/** A face at rest that looks at the camera, but for what is given. */
export function measuredFace(timeS: number, { units = {}, flaws = [], ...rest }: FaceChange = {}): MeasuredFace {
  const atRest = Object.fromEntries(measuredUnits.map((unit) => [unit, 0])) as Record<MeasuredUnit, number>
  return {
    timeS,
    box: { x: 100, y: 80, width: 120, height: 160 },
    units: { ...atRest, ...units },
    head: { yaw: 0, pitch: 0, roll: 0 },
    gaze: { x: 0, y: 0 },
    closedLeft: 0,
    closedRight: 0,
    mouthOpen: 0,
    quality: { heightPx: 160, sharpness: 1, light: 0.5, turn: 0, cut: 0, covered: 0, flaws },
    ...rest,
  }
}

/** One face, ten times a second from 0 to `endS`, as it is at each time; undefined where nobody is followed. */
export function measuredFaces(endS: number, at: (timeS: number) => FaceChange | undefined): readonly MeasuredFace[] {
  return Array.from({ length: Math.round(endS * 10) + 1 }, (_, index) => index / 10).flatMap((timeS) => {
    const change = at(timeS)
    return change ? [measuredFace(timeS, change)] : []
  })
}

export function faceEvent(kind: FaceEvent['kind'], startS: number, endS: number, strength = 0.8): FaceEvent {
  return { track: 'face-1', kind, startS, endS, strength }
}
