import * as v from 'valibot'
import { CLIError } from '../options.ts'

const texts = v.object({
  attributes: v.optional(v.string(), ''),
  expression: v.optional(v.string(), ''),
  emotion: v.optional(v.string(), ''),
})
const schema = v.object({
  clip: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  answers: texts,
  /** To the frames in the order of `shuffledOrder`. */
  shuffled: v.optional(texts),
})
type Given = v.InferOutput<typeof schema>

/** What another engine answered, by clip. Throws CLIError where it did not. */
export type GivenAnswers = (clip: number) => Given

/**
 * Answers in a file, one clip a line: `{"clip": 0, "answers": {"attributes": "...", "expression": "...", "emotion":
 * "..."}, "shuffled": {...}}`, the last one where it was asked. Throws CLIError, naming the line.
 */
export function parseGivenAnswers(file: string, content: string): GivenAnswers {
  const clips = new Map<number, Given>()
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue
    const result = v.safeParse(schema, parsed(line))
    if (!result.success) {
      const field = v.getDotPath(result.issues[0]) ?? 'it'
      throw new CLIError(`${file}, line ${index + 1}: ${field} is not as it should be: ${result.issues[0].message}.`)
    }
    clips.set(result.output.clip, result.output)
  }
  return (clip) => {
    const given = clips.get(clip)
    if (given === undefined) throw new CLIError(`${file} has no answers for clip ${clip}.`)
    return given
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
