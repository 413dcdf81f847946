import type { VidemoError } from '../../base/errors.ts'
import type { LiveSource, SourceProblem } from './session-state.ts'
import { words } from './words.ts'

type Place = SourceProblem['at']

/** A person closed the browser's own choice: nothing has failed, and there is nothing to say. */
export function isCanceled({ code }: VidemoError): boolean {
  return code === 'screen-canceled'
}

/**
 * What could not be opened.
 *
 * @param name of a file among several, to tell which
 */
export function notOpened(at: Place, error: VidemoError, name?: string): SourceProblem {
  if (error.code === 'nothing-to-open') return { at, title: words.nothingChosen, error, firstChoice: 'choose-file' }
  const title = name === undefined ? words.notOpened[at] : words.namedFileNotOpened(name)
  return { at, title, error, firstChoice: firstChoiceFor(at, error) }
}

/** A camera that was unplugged, or a share that ended. */
export function lost(kind: LiveSource['kind'], error: VidemoError): SourceProblem {
  return { at: kind, title: words.lost[kind], error, firstChoice: 'try-again' }
}

/** Where trying again changes nothing, another source is the next sensible thing. */
const hopeless = ['no-camera', 'insecure-context', 'no-screen-capture', 'no-canvas-capture']

function firstChoiceFor(at: Place, { code }: VidemoError): SourceProblem['firstChoice'] {
  return at === 'file' || hopeless.includes(code) ? 'choose-file' : 'try-again'
}
