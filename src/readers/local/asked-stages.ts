import { cluesOf, longestClues, withClues } from '../../affect/clues.ts'
import type { TrackEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'

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

/** The stages with prompts as long as they can become, for the room that a conversation needs. */
export function longestStages(stages: Stages): Stages {
  return clued(stages, longestClues)
}

/** The words in which a stage is asked, where they are not those of the request. */
export function changedPrompt(stages: Stages, asked: Stages, id: Stages[number]['id']): { readonly prompt?: string } {
  const promptIn = (all: Stages) => all.find((stage) => stage.id === id)?.prompt
  const prompt = promptIn(asked)
  return prompt === undefined || prompt === promptIn(stages) ? {} : { prompt }
}

function clued(stages: Stages, clues: string): Stages {
  return stages.map((stage) => (stage.withClues ? { ...stage, prompt: withClues(stage.prompt, clues) } : stage))
}
