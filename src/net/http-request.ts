import { defaultPatience, PassingFailure, type Patience } from './patience.ts'
import type { ServerWait, Sleep } from './quiet-time.ts'
import { accessLapsed, missingFile, networkError, refused, serverError, tooManyRequests } from './refusal-errors.ts'
import { askedWaitMs, refusalOf } from './server-answer.ts'

export interface HttpOptions {
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch
  readonly signal?: AbortSignal
  readonly patience?: Partial<Patience>
  /** Stands in for waiting. */
  readonly sleep?: Sleep
  /** Told when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onServerWait?: (wait: ServerWait | undefined) => void
}

/** A stretch of a file, both ends included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

interface Question {
  readonly path: string
  readonly range?: ByteRange
  readonly cache?: RequestCache
  /** Some of the file has come before: then a refusal is a permission that has lapsed, and may come back. */
  readonly isGiven?: boolean
}

/** What a server answers: a status that is no failure, and a body that is read once, or cancelled. */
export interface Answer {
  readonly response: Response
  /** Throws PassingFailure when the line breaks or stands still, or the reason of an abort. */
  body(): AsyncGenerator<Uint8Array<ArrayBuffer>>
  cancel(): void
}

/**
 * Asks for a file below `base`, whose query is kept: a signed address has its key there. A range is all that is sent
 * along, so that no browser asks for leave beforehand (CORS preflight). Throws BundleError `missing-file`,
 * `no-such-model`, `gated`, `no-such-revision` or `network`, RangesRefused, PassingFailure, or the reason of an abort.
 */
export async function ask(base: string, question: Question, options: HttpOptions): Promise<Answer> {
  const answer = await request(base, question, options)
  try {
    checkStatus(answer.response, question)
    return answer
  } catch (error) {
    answer.cancel()
    throw error
  }
}

/** As `ask`, whatever the status. */
export async function request(base: string, question: Question, options: HttpOptions): Promise<Answer> {
  const { path, range, cache = 'default' } = question
  const stallMs = options.patience?.stallMs ?? defaultPatience.stallMs
  const url = new URL(path, base)
  url.search = new URL(base).search
  const own = new AbortController()
  const stalled = new DOMException('Nothing came.', 'TimeoutError')
  const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal
  const watched = async <T>(work: Promise<T>, failure: string): Promise<T> => {
    const timer = setTimeout(() => own.abort(stalled), stallMs)
    try {
      return await work
    } catch (cause) {
      options.signal?.throwIfAborted()
      const message = own.signal.reason === stalled ? `Nothing of ${path} came for ${stallMs / 1000} s.` : failure
      throw new PassingFailure(networkError(path, message, cause))
    } finally {
      clearTimeout(timer)
    }
  }
  const init: RequestInit = {
    credentials: 'omit',
    // The host need not know which page asks.
    referrerPolicy: 'no-referrer',
    cache,
    signal,
    ...(range ? { headers: { range: `bytes=${range.from}-${range.to}` } } : {}),
  }
  options.signal?.throwIfAborted()
  const response = await watched((options.fetch ?? fetch)(url.href, init), `${path} could not be fetched from ${base}.`)
  return {
    response,
    cancel: () => own.abort(),
    body: async function* () {
      const reader = response.body?.getReader()
      if (!reader) return
      try {
        while (true) {
          const { done, value } = await watched(reader.read(), `The connection broke while ${path} was being fetched.`)
          if (done) return
          options.signal?.throwIfAborted()
          yield value
        }
      } finally {
        // Ends the transfer when the reader leaves early; a body read to its end, or broken, has nothing to cancel.
        await reader.cancel().catch(() => undefined)
      }
    },
  }
}

/** The server does not give ranges of this file, or not those that were asked for. */
export class RangesRefused extends Error {
  /** @param whole the whole file, where that is what it gave */
  constructor(readonly whole?: Answer) {
    super('The server does not give this range.')
  }
}

function checkStatus(response: Response, question: Question): void {
  const { path, range } = question
  const { status } = response
  const refusal = refusalOf(response)
  if (refusal === 'no-such-file' || (response.ok && isHtml(response))) {
    throw missingFile(path, `The server does not have ${path}, which the manifest lists.`)
  }
  if (response.ok) return
  if (status === 416 && range) throw new RangesRefused()
  if (refusal === undefined || refusal === 'other') {
    throw serverError(path, `The server answered ${status} to the request for ${path}.`)
  }
  if (refusal === 'busy' || refusal === 'too-many-requests') throw passing(response, path)
  // A signature has run out, or a machine has not heard of it yet: the next request is given another one.
  if (question.isGiven) throw new PassingFailure(accessLapsed(path, status))
  const error = refused(path, refusal, status)
  if (refusal !== 'not-allowed') throw error
  throw new PassingFailure(error, response.redirected ? {} : { tries: refusedTries })
}

/** Of a file that was never given, though the manifest was. */
const refusedTries = 2

/** A server that is busy, or limits requests. */
export function passing(response: Response, path: string): PassingFailure {
  const { status } = response
  const waitMs = askedWaitMs(response)
  const limits = waitMs === undefined ? {} : { waitMs }
  if (refusalOf(response) === 'too-many-requests') {
    return new PassingFailure(tooManyRequests(path, waitMs), { ...limits, isLimit: true })
  }
  const asked = waitMs === undefined ? '' : ` and asks to wait ${Math.ceil(waitMs / 1000)} s`
  const message = `The server answered ${status} to the request for ${path}${asked}.`
  return new PassingFailure(serverError(path, message), limits)
}

/** Whether the answer names the range that was asked for; true where it does not name any, or does not show it. */
export function isRange({ headers }: Response, { from, to }: ByteRange): boolean {
  const given = headers.get('content-range')
  if (given === null) return true
  const match = /^\s*bytes\s+(\d+)-(\d+)\//i.exec(given)
  // Fewer bytes than were asked for are a server's right.
  return match !== null && Number(match[1]) === from && Number(match[2]) <= to && Number(match[2]) >= from
}

export function isGone({ status }: Response): boolean {
  return status === 404 || status === 410
}

export function isHtml({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/html') ?? false
}
