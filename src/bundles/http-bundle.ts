import type { ManifestFile } from '../manifest/manifest.ts'
import type { HttpClient } from '../net/http-client.ts'
import { isAbsent, isHtml } from '../net/server-answer.ts'
import { wholeBody } from '../net/whole-body.ts'
import { BufferPool } from './buffer-pool.ts'
import { badUrl, notABundle } from './bundle-errors.ts'
import { manifestLimitBytes, manifestPath } from './bundle-manifest.ts'
import { bundleClient, type HttpOptions, remoteFile } from './bundle-requests.ts'
import type { BundleWriter } from './bundle-store.ts'
import { type DownloadContext, FileDownload } from './file-download.ts'
import { Semaphore } from './semaphore.ts'

export interface DownloadOptions extends HttpOptions {
  /** Bytes that came, or with a minus those that were lost again. */
  readonly onBytes?: (bytes: number) => void
}

/** How many files are fetched at a time, and how many requests are under way at a time. */
const parallel = 4

/**
 * The address of a bundle's folder, which ends with a slash; the address of its manifest is accepted, too.
 *
 * @param base what a relative address is resolved against
 * @throws BundleError `bad-url`
 */
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
  /** Asked when the server limits requests: whether to wait until it gives the manifest. Default: no. */
  readonly mayWait?: () => Promise<boolean>
}

/**
 * The bytes of the manifest below `base`, as `bundleUrl` writes it. Unlike other files it has no size or hash to be
 * checked against. There is one attempt: where it fails, a stored bundle may serve at once.
 *
 * @throws BundleError `not-a-bundle`, `no-such-model`, `gated`, `no-such-revision`, `not-allowed`, `too-many-requests` or
 *   `network`, or the reason of an abort
 */
export async function fetchManifest(base: string, options: ManifestOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const client = bundleClient(base, options, { tries: 1 })
  const { mayWait = async () => false } = options
  return client.withRetries(() => manifestOf(base, client), { mayWait })
}

async function manifestOf(base: string, client: HttpClient): Promise<Uint8Array<ArrayBuffer>> {
  // A manifest older than the files beside it would not match them: the browser's cache must ask first.
  const answer = await client.get(remoteFile(base, manifestPath), { cache: 'no-cache' })
  try {
    const { response } = answer
    // Many hosts answer any address with their own page.
    if (response.ok && isHtml(response)) {
      throw noBundle('The server answered with a web page instead of a manifest.json', base)
    }
    if (isAbsent(response)) throw noBundle('There is no manifest.json', base)
    const all = await wholeBody(answer.body(), manifestLimitBytes)
    if (!all) throw noBundle('The manifest.json is far too large', base)
    if (new TextDecoder().decode(all).trimStart().startsWith('<')) {
      throw noBundle('The server answered with a web page', base)
    }
    return all
  } finally {
    answer.cancel()
  }
}

/**
 * Fetches the files that `writer` has not finished yet, several requests at a time, and checks each against the
 * manifest's size and SHA-256. When one fails, the others are ended before this throws. What is stored stays stored.
 *
 * @throws what `FileDownload.run` throws
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
  // The manifest has come from there.
  const client = bundleClient(base, options, {}, [new URL(base).host])
  const semaphore = new Semaphore(parallel)
  const context: DownloadContext = { base, client, semaphore, buffers: new BufferPool(), knowsRanges: false }
  const waiting = files.filter(({ path }) => !writer.finished.has(path)).values()
  const lane = async () => {
    try {
      for (const file of waiting) {
        signal.throwIfAborted()
        const out = await writer.open(file.path)
        try {
          await new FileDownload(file, out, context, { signal, onBytes }).run()
        } finally {
          await out.close()
        }
      }
    } catch (error) {
      // The first error is the cause: the others are aborts that follow from it.
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
