import { type Fetch, HttpClient, type Patience } from '../net/http-client.ts'
import type { RemoteFile } from '../net/http-failures.ts'
import type { ServerWait, Sleep } from '../net/quiet-time.ts'
import { downloadWords } from './download-errors.ts'

export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  readonly signal?: AbortSignal
  /** Default: `defaultPatience`. */
  readonly patience?: Partial<Patience>
  /** Waits between attempts; default: a timer. */
  readonly sleep?: Sleep
  /** Called when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onServerWait?: (wait: ServerWait | undefined) => void
}

/** A visitor watches the download and can start it again, so it ends where a server asks for more than a minute. */
const defaultPatience: Patience = { stallMs: 20_000, firstWaitMs: 1000, longestWaitMs: 60_000, tries: 5 }

/**
 * Makes requests to the server of the bundle at `base`, and reports failures as BundleErrors.
 *
 * @param patience outweighs that of the options
 * @param givers hosts that have given something already
 */
export function bundleClient(
  base: string,
  options: HttpOptions,
  patience?: Partial<Patience>,
  givers: readonly string[] = [],
): HttpClient {
  const all = { ...defaultPatience, ...options.patience, ...patience }
  return new HttpClient(downloadWords(base), { ...options, patience: all, givers })
}

/** A file below `base`, whose query is kept: a signed address has its key there. */
export function remoteFile(base: string, path: string): RemoteFile {
  const url = new URL(path, base)
  url.search = new URL(base).search
  return { name: path, url: url.href, isGiven: false }
}
