import {
  type FaceBox,
  type FacesMoment,
  type MeasuredFace,
  type MeasuredUnit,
  measuredUnits,
} from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import type { FacesMessage } from '../../../reading/faces-request.ts'

/** A measured face that looks straight ahead, with these units and nothing else. */
export function measuredFace(
  timeS: number,
  box: FaceBox,
  units: Partial<Record<MeasuredUnit, number>> = {},
): MeasuredFace {
  return {
    timeS,
    box,
    units: Object.fromEntries(measuredUnits.map((unit) => [unit, units[unit] ?? 0])) as Record<MeasuredUnit, number>,
    head: { yaw: 0, pitch: 0, roll: 0 },
    gaze: { x: 0, y: 0 },
    closedLeft: 0,
    closedRight: 0,
    mouthOpen: units.AU26 ?? 0,
    quality: { heightPx: box.height, sharpness: 1, light: 0.5, turn: 0, cut: 0, covered: 0, flaws: [] },
  }
}

export function momentOf(
  timeS: number,
  picture: { readonly width: number; readonly height: number },
  faces: Readonly<Partial<Record<TrackId, MeasuredFace>>>,
): FacesMoment {
  const tracked = (Object.keys(faces) as TrackId[]).flatMap((track) => {
    const measured = faces[track]
    return measured ? [{ track, measured }] : []
  })
  return { timeS, width: picture.width, height: picture.height, faces: tracked }
}

/** These moments, and the end. */
export async function* messagesOf(moments: readonly FacesMoment[], chosen?: TrackId): AsyncGenerator<FacesMessage> {
  if (chosen) yield { type: 'chosen', track: chosen }
  for (const moment of moments) yield { type: 'moment', moment }
  yield { type: 'end' }
}
