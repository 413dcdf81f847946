import { type Fetch, HttpClient, type RetryPolicy } from '../net/http-client.ts'
import type { RemoteFile } from '../net/http-failures.ts'
import type { ServerWait, Sleep } from '../net/quiet-time.ts'
import { downloadErrors } from './download-errors.ts'

export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  readonly signal?: AbortSignal
  /** Default: `defaultRetryPolicy`. */
  readonly retryPolicy?: Partial<RetryPolicy>
  /** Waits between attempts; default: a timer. */
  readonly sleep?: Sleep
  /** Called when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onServerWait?: (wait: ServerWait | undefined) => void
}

/** A visitor watches the download and can start it again, so it ends where a server asks for more than a minute. */
const defaultRetryPolicy: RetryPolicy = { stallMs: 20_000, firstWaitMs: 1000, longestWaitMs: 60_000, tries: 5 }

/**
 * Makes requests to the server of the bundle at `base`, and reports failures as BundleErrors.
 *
 * @param retryPolicy outweighs the one of the options
 * @param readableHosts hosts that have answered with content already
 */
export function bundleClient(
  base: string,
  options: HttpOptions,
  retryPolicy?: Partial<RetryPolicy>,
  readableHosts: readonly string[] = [],
): HttpClient {
  const all = { ...defaultRetryPolicy, ...options.retryPolicy, ...retryPolicy }
  return new HttpClient(downloadErrors(base), { ...options, retryPolicy: all, readableHosts })
}

/** A file below `base`, whose query is kept: a signed address has its key there. */
export function remoteFile(base: string, path: string): RemoteFile {
  const url = new URL(path, base)
  url.search = new URL(base).search
  return { name: path, url: url.href, isPartlyRead: false }
}
