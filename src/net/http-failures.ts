import type { VidemoError } from '../base/errors.ts'
import type { Refusal } from './server-answer.ts'

/** A file of a bundle or a checkpoint, on a server. */
export interface RemoteFile {
  /** What messages call it. */
  readonly name: string
  /** Whole, with its query, which may hold a key. */
  readonly url: string
  /** Whether bytes of it have arrived: a refusal after that is a signature that has run out. Set by HttpClient. */
  isPartlyRead: boolean
}

/** A refusal that another request a moment later will meet, too. */
export type PermanentRefusal = Exclude<Refusal, 'no-such-file' | 'too-many-requests' | 'busy'>

/** Why an attempt failed that may succeed when it is made again. */
export type RequestFailure =
  /** The request got no response: there is no connection, or the browser hides the response from this page (CORS). */
  | { readonly kind: 'unreachable'; readonly cause: unknown }
  /** The connection broke before the end of the body. */
  | { readonly kind: 'broken'; readonly cause: unknown }
  /** No byte arrived for `stallMs` milliseconds. */
  | { readonly kind: 'stalled'; readonly stallMs: number; readonly cause: unknown }
  /** A status such as 503; `askedMs` is how long the server asks to be left alone, in milliseconds, where it tells. */
  | { readonly kind: 'busy'; readonly status: number; readonly askedMs: number | undefined }

/**
 * Makes the errors that a person sees when requests fail. Bundles and checkpoints each give their own, with their class,
 * wording and advice.
 */
export interface HttpErrors {
  refused(file: RemoteFile, refusal: PermanentRefusal, response: Response): VidemoError
  /** The server sent parts of the file, and answered 401 or 403 each time it was asked for more. */
  accessLapsed(file: RemoteFile, status: number): VidemoError
  /**
   * The server limits requests (429) for longer than this app waits.
   *
   * @param askedMs how long it asks to be left alone, in milliseconds; undefined where it does not tell
   */
  tooManyRequests(file: RemoteFile, askedMs: number | undefined): VidemoError
  /**
   * @param attempts how many attempts were made in a row
   * @param isReadable whether the server has answered a request with content before, so that it lets this page read it
   */
  failed(file: RemoteFile, failure: RequestFailure, attempts: number, isReadable: boolean): VidemoError
}

interface RetryLimits {
  /** How long the server asks to be left alone, in milliseconds. */
  readonly askedMs?: number | undefined
  /** Attempts after which this failure is final; default: as many as the client's retry policy allows. */
  readonly tries?: number
  /** Whether the server limits requests (429): that is waited for as long as it asks, and is not counted as a failure. */
  readonly isLimit?: boolean
}

/** An attempt failed, and another may succeed. `HttpClient.withRetries` catches it and makes the next attempt. */
export class RetryableError extends Error {
  /** @param toError the error to report when no attempt is left, given how many were made */
  constructor(
    readonly toError: (attempts: number) => VidemoError,
    readonly limits: RetryLimits = {},
  ) {
    super('This attempt failed.')
  }
}
