import type { VidemoError } from '../../base/errors.ts'

/** A file and the name that is shown for it. */
export interface NamedFile {
  readonly file: Blob
  readonly name: string
}

/** One of several files that were chosen together, or while others were being read. */
export interface QueuedFile extends NamedFile {
  readonly id: number
  readonly progress:
    | { readonly state: 'waiting' }
    | { readonly state: 'reading' }
    /** It was read to its end. */
    | { readonly state: 'read' }
    /** It was begun, and a person ended or skipped it. */
    | { readonly state: 'stopped' }
    | { readonly state: 'failed'; readonly error: VidemoError }
}
