import type { SourceProblem } from '../../session/session-state.ts'
import { words } from './words.ts'

/** A way on: an action of the page, in the words that fit the place. */
export interface ProblemChoice {
  readonly id: SourceProblem['at']
  readonly title: string
}

/** What a person can do about a source that did not open, the likeliest to help first. */
export function problemChoices({ at, firstChoice }: SourceProblem): readonly ProblemChoice[] {
  const file = { id: 'file', title: at === 'file' ? words.chooseAnotherFile : words.openVideo } as const
  const drawn = { id: 'drawn', title: words.useDrawn } as const
  const again = { id: at, title: words.tryAgain }
  const other = at === 'drawn' ? file : drawn
  if (firstChoice === 'try-again') return [again, other]
  return at === 'drawn' ? [file] : [file, drawn]
}
