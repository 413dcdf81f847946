import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { BundleError } from '../base/errors.ts'
import { bundleUrl, type DownloadOptions, downloadFiles, fetchManifest } from './http-bundle.ts'
import { MemoryStore } from './memory-store.ts'
import { type Answer, type BundleServer, send, serveBundle } from './testing/bundle-server.ts'
import { sampleBundle } from './testing/sample-bundle.ts'

const bundle = await sampleBundle()
const listed = bundle.manifest.parsed.files

async function writerFor({ url }: BundleServer) {
  return new MemoryStore().begin({ manifest: bundle.manifest, name: 'sample', url })
}

/** Nothing is waited for. */
const quick: DownloadOptions = { sleep: async () => undefined }

async function download(server: BundleServer, options: DownloadOptions = {}) {
  const writer = await writerFor(server)
  await downloadFiles(server.url, listed, writer, { ...quick, ...options })
  return writer
}

async function failure(work: Promise<unknown>): Promise<BundleError> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof BundleError) return error
  throw new Error('no BundleError', { cause: error })
}

const only = (wanted: string, answer: (response: ServerResponse) => true): Answer => {
  return (path, response) => path === wanted && answer(response)
}

describe('fetchManifest', () => {
  it('gives the bytes as they are', async () => {
    const { url } = await serveBundle(bundle)
    expect(await fetchManifest(url)).toEqual(bundle.manifest.bytes)
  })

  it.each<[string, (response: ServerResponse) => true]>([
    ['404', (response) => send(response, 404)],
    ['410', (response) => send(response, 410)],
    ['a page', (response) => send(response, 200, '<!doctype html>', 'text/html; charset=utf-8')],
    ['an unlabelled page', (response) => send(response, 200, '\n<!doctype html>')],
    ['something huge', (response) => send(response, 200, ' '.repeat(2 ** 20 + 1))],
  ])('says that an address with %s for a manifest is no bundle', async (_, answer) => {
    const { url } = await serveBundle(bundle, only('manifest.json', answer))
    const error = await failure(fetchManifest(url))
    expect(error).toMatchObject({ code: 'not-a-bundle', subject: url })
    expect(error.action).not.toBe('')
  })

  it.each([
    ['no-such-model', 401, 'RepoNotFound'],
    ['gated', 403, 'GatedRepo'],
    ['no-such-revision', 404, 'RevisionNotFound'],
    ['not-allowed', 401, ''],
    ['not-allowed', 403, 'Unheard'],
    ['too-many-requests', 429, ''],
  ])('tells why it is refused: %s (%d %s)', async (code, status, header) => {
    const server = await serveBundle(bundle, (_, response) => {
      response.setHeader('x-error-code', header)
      return send(response, status)
    })
    const error = await failure(fetchManifest(server.url))
    expect(error).toMatchObject({ code, subject: 'manifest.json', recoverable: true })
    expect(error.action).not.toContain('CORS')
    expect(server.requests).toHaveLength(1)
  })

  it('waits as long as a server that limits requests asks, if it may', async () => {
    let left = 3
    const server = await serveBundle(bundle, (_, response) => {
      response.setHeader('retry-after', '7')
      return left-- > 0 && send(response, 429)
    })
    const waits: number[] = []
    const told: unknown[] = []
    const bytes = await fetchManifest(server.url, {
      mayWait: async () => true,
      sleep: async (ms) => void waits.push(ms),
      onServerWait: (wait) => told.push(wait),
    })
    expect(new TextDecoder().decode(bytes)).toBe(bundle.manifest.text)
    expect(waits).toEqual([7000, 7000, 7000])
    expect(told.slice(0, 2)).toEqual([{ ms: 7000, isTold: true }, undefined])
  })

  it('calls a failing server and a refused connection network errors', async () => {
    const server = await serveBundle(bundle, (_, response) => send(response, 503))
    const error = { code: 'network', subject: 'manifest.json' }
    expect(await failure(fetchManifest(server.url))).toMatchObject(error)
    await server.stop()
    expect(await failure(fetchManifest(server.url))).toMatchObject(error)
  })
})

describe('downloadFiles', () => {
  it('fetches every file and counts every byte', async () => {
    const server = await serveBundle(bundle)
    let bytes = 0
    const { finished } = await download(server, {
      onBytes: (more) => {
        bytes += more
      },
    })
    for (const [path, text] of Object.entries(bundle.contents)) expect(await finished.get(path)?.text()).toBe(text)
    expect(finished.size).toBe(listed.length)
    expect(bytes).toBe(bundle.totalBytes)
  })

  it('does not read what comes after the end', async () => {
    const server = await serveBundle(
      bundle,
      only(damaged, (response) => send(response, 200, `${data}v`)),
    )
    expect(await (await download(server)).finished.get(damaged)?.text()).toBe(data)
  })

  it('gathers more than a chunk holds', async () => {
    const big = await sampleBundle({ ...bundle.contents, 'data/vision.000': '0123456'.repeat(1.25 * 2 ** 20) })
    const server = await serveBundle(big)
    const writer = await new MemoryStore().begin({ manifest: big.manifest, name: 'big', url: server.url })
    await downloadFiles(server.url, big.manifest.parsed.files, writer)
    expect(await writer.finished.get('data/vision.000')?.text()).toBe(big.contents['data/vision.000'])
  })

  it('asks for nothing that the writer has', async () => {
    const server = await serveBundle(bundle)
    const writer = await download(server)
    server.requests.length = 0
    await downloadFiles(server.url, listed, writer)
    expect(server.requests).toEqual([])
  })

  it('keeps the query of a signed address', async () => {
    const server = await serveBundle(bundle)
    await downloadFiles(`${server.url}?key=1`, listed, await writerFor(server))
    expect(server.requests).toContain('data/vision.000?key=1')
  })

  const damaged = 'data/vision.000'
  const data = bundle.contents[damaged]

  it.each<[string, string, (response: ServerResponse) => true]>([
    ['missing-file', 'no file', (response) => send(response, 404)],
    ['missing-file', 'a page', (response) => send(response, 200, '<html>', 'text/html')],
    ['wrong-size', 'a byte less', (response) => send(response, 200, data.slice(1))],
    ['wrong-size', 'nothing', (response) => send(response, 204)],
    ['wrong-hash', 'another byte', (response) => send(response, 200, `w${data.slice(1)}`)],
    ['network', 'an excuse', (response) => send(response, 503)],
    ['network', 'half of it', sendHalf],
  ])('%s: %s', async (code, _, answer) => {
    const server = await serveBundle(bundle, only(damaged, answer))
    const writer = await writerFor(server)
    const error = await failure(downloadFiles(server.url, listed, writer, quick))
    expect(error).toMatchObject({ code, subject: damaged })
    expect(error.message).toContain(damaged)
    expect(writer.finished.has(damaged)).toBe(false)
    await expect(writer.complete()).rejects.toMatchObject({ code: 'missing-file' })
  })

  it('ends the other files when one fails', async () => {
    let hasEnded = false
    const server = await serveBundle(bundle, (path, response) => {
      if (path === damaged) return send(response, 404)
      if (path !== 'data/decoder.000') return false
      // The rest never comes.
      response.write('d')
      response.on('close', () => {
        hasEnded = true
      })
      return true
    })
    expect(await failure(download(server))).toMatchObject({ code: 'missing-file', subject: damaged })
    await expect.poll(() => hasEnded).toBe(true)
  })

  it('ends with the reason of an abort, between files and within one', async () => {
    for (const stopAt of [1, bundle.totalBytes / 2]) {
      const server = await serveBundle(bundle)
      const controller = new AbortController()
      let bytes = 0
      const stopped = download(server, {
        signal: controller.signal,
        onBytes: (more) => {
          bytes += more
          if (bytes >= stopAt) controller.abort(new DOMException('enough', 'AbortError'))
        },
      })
      await expect(stopped).rejects.toThrow('enough')
    }
  })
})

describe('bundleUrl', () => {
  it.each([
    ['https://a.test/b', 'https://a.test/b/'],
    ['https://a.test/b/manifest.json', 'https://a.test/b/'],
    [' https://a.test/b/?k=1#x ', 'https://a.test/b/?k=1'],
    ['models/tiny', 'https://page.test/app/models/tiny/'],
  ])('%s', (address, url) => {
    expect(bundleUrl(address, 'https://page.test/app/')).toBe(url)
  })

  it.each(['', '  ', 'file:///c/d', 'https://'])('refuses “%s”', (address) => {
    expect(() => bundleUrl(address, 'https://page.test/')).toThrow(BundleError)
  })
})

/** Part of the promised body, then the end of the connection. */
function sendHalf(response: ServerResponse): true {
  response.writeHead(200, { 'content-length': 5000 })
  response.write('vvv', () => response.destroy())
  return true
}
