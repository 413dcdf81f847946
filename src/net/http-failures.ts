import type { VidemoError } from '../base/errors.ts'
import type { Refusal } from './server-answer.ts'

/** A file on a server, as a bundle or a checkpoint asks for it. */
export interface RemoteFile {
  /** What messages call it. */
  readonly name: string
  /** Whole, with its query, which may hold a key. */
  readonly url: string
  /**
   * Whether bytes of it have arrived. A refusal after that is a signature that has run out and may be renewed. HttpClient
   * sets it.
   */
  isGiven: boolean
}

/** A refusal that another request a moment later will meet, too. */
export type LastingRefusal = Exclude<Refusal, 'no-such-file' | 'too-many-requests' | 'busy'>

/** Why an attempt failed that may succeed when it is made again. */
export type Trouble =
  /** The request got no response: there is no connection, or the browser hides the response from this page (CORS). */
  | { readonly kind: 'unreachable'; readonly cause: unknown }
  /** The connection broke before the end of the body. */
  | { readonly kind: 'broken'; readonly cause: unknown }
  /** No byte arrived for `stallMs` milliseconds. */
  | { readonly kind: 'stalled'; readonly stallMs: number; readonly cause: unknown }
  /** A status such as 503; `askedMs` is how long the server asks to be left alone, where it says so. */
  | { readonly kind: 'busy'; readonly status: number; readonly askedMs: number | undefined }

/**
 * The errors that the room which makes the requests reports failures with: bundles and checkpoints each have their own
 * class, wording and advice.
 */
export interface FailureWords {
  refused(file: RemoteFile, refusal: LastingRefusal, response: Response): VidemoError
  /** The server gave parts of the file, and answered 401 or 403 each time it was asked for more. */
  accessLapsed(file: RemoteFile, status: number): VidemoError
  /** The server limits requests (429) for longer than is waited; `askedMs` where it says for how long. */
  tooManyRequests(file: RemoteFile, askedMs: number | undefined): VidemoError
  /**
   * @param attempts how many attempts were made in a row
   * @param hasGiven whether the server has answered any request with content, and so lets this page read it
   */
  failed(file: RemoteFile, trouble: Trouble, attempts: number, hasGiven: boolean): VidemoError
}

interface RetryLimits {
  /** How long the server asks to be left alone, in milliseconds. */
  readonly askedMs?: number | undefined
  /** Attempts after which this failure is final; default: as many as the client's patience allows. */
  readonly tries?: number
  /** Whether the server limits requests (429): that is waited for as long as it asks, and is not counted as a failure. */
  readonly isLimit?: boolean
}

/** An attempt failed in a way that the next one may not. `HttpClient.withRetries` catches it. */
export class PassingFailure extends Error {
  /** @param toError the error to report when no attempt is left, given how many were made */
  constructor(
    readonly toError: (attempts: number) => VidemoError,
    readonly limits: RetryLimits = {},
  ) {
    super('This attempt failed; the next one may succeed.')
  }
}
