import type { BundleError } from '../base/errors.ts'
import type { ManifestFile } from '../manifest/manifest.ts'
import { type HttpOptions, isHtml, passing, request } from '../net/http-request.ts'
import { PassingFailure } from '../net/patience.ts'
import { LimitedWaits, QuietTime, sleepMs } from '../net/quiet-time.ts'
import { refused, serverError } from '../net/refusal-errors.ts'
import { refusalOf } from '../net/server-answer.ts'
import { Buffers, Slots } from '../net/slots.ts'
import { badUrl, notABundle } from './bundle-errors.ts'
import { manifestLimitBytes, manifestPath } from './bundle-manifest.ts'
import type { BundleWriter } from './bundle-store.ts'
import { FileDownload, type Host } from './file-download.ts'

export interface DownloadOptions extends HttpOptions {
  /** Bytes that came, or with a minus those that were lost again. */
  readonly onBytes?: (bytes: number) => void
}

const parallel = 4

/** A bundle's address: a folder, ending in a slash. Accepts that of its manifest. Throws BundleError `bad-url`. */
export function bundleUrl(address: string, base?: string): string {
  let url: URL
  try {
    url = new URL(address.trim(), base)
  } catch (cause) {
    throw badUrl(address, cause)
  }
  if (address.trim() === '' || !/^https?:$/.test(url.protocol)) throw badUrl(address)
  url.hash = ''
  if (url.pathname.endsWith(`/${manifestPath}`)) url.pathname = url.pathname.slice(0, -manifestPath.length)
  else if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url.href
}

export interface ManifestOptions extends HttpOptions {
  /** Asked where the server limits requests: whether to wait until it gives the manifest. */
  readonly mayWait?: () => Promise<boolean>
}

/**
 * The bytes of the manifest below `base`, as `bundleUrl` writes it; unlike other files it has no size or hash to be
 * held against. Throws BundleError `not-a-bundle`, `no-such-model`, `gated`, `no-such-revision`, `not-allowed`,
 * `too-many-requests` or `network`, or the reason of an abort.
 */
export async function fetchManifest(base: string, options: ManifestOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { signal = new AbortController().signal, mayWait = async () => false } = options
  const quiet = new QuietTime(options.sleep ?? sleepMs, options.onServerWait)
  const limited = new LimitedWaits()
  for (;;) {
    try {
      return await manifestOf(base, options)
    } catch (failure) {
      if (!(failure instanceof PassingFailure)) throw failure
      const { isLimit = false, waitMs } = failure.limits
      // What is stored may be of use at once, so that nothing else is waited for.
      const wait = isLimit && (await mayWait()) ? limited.next(waitMs) : undefined
      if (!wait) throw failure.error
      await quiet.begin(wait, signal)
    }
  }
}

async function manifestOf(base: string, options: HttpOptions): Promise<Uint8Array<ArrayBuffer>> {
  // A manifest older than the files beside it would call them wrong: the browser's cache must ask first.
  const { response, body, cancel } = await request(base, { path: manifestPath, cache: 'no-cache' }, options)
  const refuse = (error: BundleError) => {
    cancel()
    return error
  }
  const refusal = refusalOf(response)
  switch (refusal) {
    case 'no-such-file':
      throw refuse(noBundle('There is no manifest.json', base))
    case 'no-such-model':
    case 'gated':
    case 'no-such-revision':
    case 'not-allowed':
      throw refuse(refused(manifestPath, refusal, response.status))
    case 'busy':
    case 'too-many-requests':
      cancel()
      throw passing(response, manifestPath)
  }
  if (!response.ok) {
    const message = `The server answered ${response.status} to the request for ${manifestPath}.`
    throw refuse(serverError(manifestPath, message))
  }
  // Many hosts answer any address with their own page.
  if (isHtml(response)) throw refuse(noBundle('The server answered with a web page instead of a manifest.json', base))
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of body()) {
    bytes += chunk.length
    if (bytes > manifestLimitBytes) throw noBundle('The manifest.json is far too large', base)
    chunks.push(chunk)
  }
  const all = new Uint8Array(await new Blob(chunks).arrayBuffer())
  if (new TextDecoder().decode(all).trimStart().startsWith('<')) {
    throw noBundle('The server answered with a web page', base)
  }
  return all
}

/**
 * Fetches what `writer` has not finished yet, several requests at a time, each file checked against the manifest's size
 * and SHA-256. When one fails, the others are ended before this throws: what `FileDownload` throws. What is stored by
 * then stays stored.
 */
export async function downloadFiles(
  base: string,
  files: readonly ManifestFile[],
  writer: BundleWriter,
  options: DownloadOptions = {},
): Promise<void> {
  const { onBytes = () => undefined } = options
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const quiet = new QuietTime(options.sleep ?? sleepMs, options.onServerWait)
  const host: Host = { base, slots: new Slots(parallel), buffers: new Buffers(), quiet, knowsRanges: false }
  const waiting = files.filter(({ path }) => !writer.finished.has(path)).values()
  const lane = async () => {
    try {
      for (const file of waiting) {
        signal.throwIfAborted()
        const out = await writer.open(file.path)
        try {
          await new FileDownload(file, out, host, { ...options, signal, onBytes }).run()
        } finally {
          await out.close()
        }
      }
    } catch (error) {
      // The first error is the cause; the others are its echo.
      failed.abort(error)
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  failed.signal.throwIfAborted()
}

function noBundle(what: string, base: string) {
  const action = 'Check the address: it should be that of a folder made by “videmo build”.'
  return notABundle(`${what} at ${base}`, base, action)
}
