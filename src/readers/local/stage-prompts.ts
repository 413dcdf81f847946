import { longestClues, withClues } from '../../affect/clue-prompt.ts'
import type { ReadingRequest } from '../../reading/request.ts'

type Stages = ReadingRequest['stages']

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

/** The stages, with clues before the questions that want them. */
export function clued(stages: Stages, clues: string): Stages {
  return stages.map((stage) => (stage.withClues ? { ...stage, prompt: withClues(stage.prompt, clues) } : stage))
}
