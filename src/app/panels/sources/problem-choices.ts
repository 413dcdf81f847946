import type { Source, SourceProblem } from '../../session/session-state.ts'
import { words } from './words.ts'

/** A way on: an action of the page, in the words that fit the place. */
export interface ProblemChoice {
  readonly id: SourceProblem['at']
  readonly title: string
}

/**
 * What a person can do about a source that did not open, the likeliest to help first.
 *
 * @param watched the source that is on meanwhile: it is no way on
 */
export function problemChoices({ at, firstChoice }: SourceProblem, watched?: Source['kind']): readonly ProblemChoice[] {
  const file = { id: 'file', title: at === 'file' ? words.chooseAnotherFile : words.openVideo } as const
  const drawn = { id: 'drawn', title: words.useDrawn } as const
  const first = firstChoice === 'try-again' ? { id: at, title: words.tryAgain } : file
  const other = at === 'drawn' || watched === 'drawn' ? file : drawn
  return first.id === other.id ? [first] : [first, other]
}
