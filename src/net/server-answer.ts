/** Why a server does not give a file. The codes of these names are also codes of errors. */
export type Refusal =
  /** It knows no such model, or one that it shows only to some. */
  | 'no-such-model'
  /** The model's terms must be accepted first. */
  | 'gated'
  /** The model has no such branch, tag or commit. */
  | 'no-such-revision'
  | 'no-such-file'
  /** The server does not give it to everyone, and does not say why. */
  | 'not-allowed'
  | 'too-many-requests'
  /** The server cannot answer now, though the request is right; the next one may succeed. */
  | 'busy'
  /** Any other status. */
  | 'other'

/** Codes that the hub sends in `X-Error-Code`. */
const hubCodes: Readonly<Record<string, Refusal>> = {
  RepoNotFound: 'no-such-model',
  GatedRepo: 'gated',
  RevisionNotFound: 'no-such-revision',
  EntryNotFound: 'no-such-file',
}

/**
 * Why a response does not bring the file; undefined for a success (2xx, and 416, which answers a request for a range).
 * Where the server does not send its headers, or does not show them to other sites, the status alone decides.
 */
export function refusalOf({ status, ok, headers }: Response): Refusal | undefined {
  if (ok || status === 416) return undefined
  if (status === 429) return 'too-many-requests'
  if (status === 408 || status === 425 || status >= 500) return 'busy'
  const code = headers.get('x-error-code')
  if (code !== null && Object.hasOwn(hubCodes, code)) return hubCodes[code]
  if (status === 401 || status === 403) return 'not-allowed'
  return status === 404 || status === 410 ? 'no-such-file' : 'other'
}

/**
 * Whether the answer says that there is no such file: a status (404, 410), or the start page that many static hosts send
 * with status 200 in place of a missing file.
 */
export function isAbsent(response: Response): boolean {
  return refusalOf(response) === 'no-such-file' || (response.ok && isHtml(response))
}

export function isHtml({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/html') ?? false
}

/** How long a server asks to be left alone, in milliseconds; undefined where it does not tell, or not to this site. */
export function askedWaitMs({ headers }: Response, nowMs = Date.now()): number | undefined {
  return retryAfterMs(headers.get('retry-after'), nowMs) ?? rateLimitMs(headers)
}

/** `Retry-After`: a count of seconds, or a date. */
export function retryAfterMs(value: string | null, nowMs = Date.now()): number | undefined {
  if (value === null) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

/**
 * When the limit that is used up begins anew: `RateLimit: "resolvers";r=0;t=120` (with several limits, the longest of
 * those with nothing remaining, or of all), and in older spellings `reset=120` or `RateLimit-Reset: 120`.
 */
function rateLimitMs(headers: Headers): number | undefined {
  const limits = (headers.get('ratelimit') ?? '').split(/,(?=\s*")/).flatMap((limit) => {
    const seconds = /(?:^|[;,])\s*(?:t|reset)\s*=\s*(\d+)/i.exec(limit)?.[1]
    const remaining = /(?:^|[;,])\s*(?:r|remaining)\s*=\s*(\d+)/i.exec(limit)?.[1]
    return seconds === undefined ? [] : [{ ms: Number(seconds) * 1000, isUsedUp: Number(remaining ?? 0) === 0 }]
  })
  const usedUp = limits.filter((limit) => limit.isUsedUp)
  const found = (usedUp.length > 0 ? usedUp : limits).map(({ ms }) => ms)
  if (found.length > 0) return Math.max(...found)
  const reset = headers.get('ratelimit-reset')?.trim()
  return reset !== undefined && /^\d+$/.test(reset) ? Number(reset) * 1000 : undefined
}
