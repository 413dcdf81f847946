import type { SourceProblem } from '../../session/session-state.ts'
import { words } from './words.ts'

/** A way on: an action of the page, in the words that fit the place. */
export interface ProblemChoice {
  readonly id: SourceProblem['at']
  readonly title: string
}

/** What cannot succeed by trying again: this device or this page has no such thing. */
const isHopeless: Readonly<Record<string, boolean>> = {
  'no-camera': true,
  'insecure-context': true,
  'no-screen-capture': true,
  'no-canvas-capture': true,
}

const again: Readonly<Record<SourceProblem['at'], string>> = {
  camera: words.tryAgain,
  file: words.chooseAnotherFile,
  screen: words.tryAgain,
  drawn: words.tryAgain,
  sample: words.tryAgain,
}

/** What a person can do about a source that did not open, the likeliest first. */
export function problemChoices({ at, error }: SourceProblem): readonly ProblemChoice[] {
  const retry = { id: at, title: again[at] }
  const other: ProblemChoice =
    at === 'drawn' ? { id: 'file', title: words.openVideo } : { id: 'drawn', title: words.useDrawn }
  return isHopeless[error.code] ? [other, ...(at === 'screen' ? [] : [retry])] : [retry, other]
}
