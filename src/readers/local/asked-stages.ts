import { cluesOf } from '../../affect/clues.ts'
import type { TrackEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { clued } from './stage-prompts.ts'

type Stages = ReadingRequest['stages']
type UpdateEvent = Extract<TrackEvent, { type: 'update' }>
type MeasuredEvent = Extract<TrackEvent, { type: 'measured' }>

/** The stages as an update asks them: those that want clues with what was measured of the face during its frames. */
export function askedStages(
  stages: Stages,
  { frames, view = 'picture' }: Pick<UpdateEvent, 'frames' | 'view'>,
  measured: Pick<MeasuredEvent, 'faces' | 'events'> | undefined,
): Stages {
  const [first, last] = [frames[0], frames.at(-1)]
  if (!measured || !first || !last || !stages.some((stage) => stage.withClues)) return stages
  const clues = cluesOf({ measured, startS: first.timeS, endS: last.timeS, view })
  return clues === undefined ? stages : clued(stages, clues)
}
