import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BundleError } from '../errors.ts'
import { manifestFixture } from '../manifest/manifest.fixture.ts'
import { bundleUrl, type DownloadProgress, downloadBundle } from './http-bundle.ts'

const base = 'https://host.test/bundle/'
const encoder = new TextEncoder()

const contents: Record<string, string> = {
  'vision.onnx': 'vision graph',
  'vision.data.000': 'v'.repeat(5000),
  'decoder.onnx': 'decoder graph',
  'decoder.data.000': 'd'.repeat(3000),
}
const totalBytes = Object.values(contents).reduce((sum, text) => sum + text.length, 0)

function manifest(): string {
  const graph = (name: string) => ({ graph: `${name}.onnx`, data: [`${name}.data.000`], compute: 'f32' })
  return JSON.stringify({
    ...manifestFixture,
    graphs: { vision: graph('vision'), decoder: graph('decoder') },
    files: Object.entries(contents).map(([path, text]) => ({
      path,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    })),
  })
}

type Answer = (path: string, init?: RequestInit) => Response | Promise<Response> | undefined

/** A server of the bundle; `answer` speaks first. Bodies come in chunks of 1,000 bytes. */
function server(answer: Answer = () => undefined) {
  const requests: string[] = []
  const fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = String(input)
    requests.push(url)
    const path = url.slice(base.length).replace(/\?.*$/, '')
    const special = await answer(path, init)
    if (special) return special
    const text = path === 'manifest.json' ? manifest() : contents[path]
    return text === undefined ? new Response('no such file', { status: 404 }) : new Response(inChunks(text))
  }) as typeof globalThis.fetch
  return { fetch, requests }
}

function inChunks(text: string): ReadableStream<Uint8Array> {
  const bytes = encoder.encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + 1000))
      at += 1000
    },
  })
}

async function failure(answer: Answer): Promise<BundleError> {
  const error = await downloadBundle(base, { fetch: server(answer).fetch }).catch((reason: unknown) => reason)
  if (error instanceof BundleError) return error
  throw new Error('no BundleError', { cause: error })
}

describe('downloadBundle', () => {
  it('fetches every file and counts every byte', async () => {
    const progress: DownloadProgress[] = []
    const files = await downloadBundle(base, { fetch: server().fetch, onProgress: (step) => progress.push(step) })
    for (const [path, text] of Object.entries(contents)) {
      expect(await (await files.read(path)).text()).toBe(text)
    }
    expect(progress.at(-1)).toMatchObject({ doneBytes: totalBytes, totalBytes })
    const counts = progress.map(({ doneBytes }) => doneBytes)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
  })

  it('names a file that the bundle does not have', async () => {
    const files = await downloadBundle(base, { fetch: server().fetch })
    await expect(files.read('other')).rejects.toMatchObject({ code: 'missing-file', subject: 'other' })
  })

  it('keeps the query of a signed address', async () => {
    const { fetch, requests } = server()
    await downloadBundle(`${base}?key=1`, { fetch })
    expect(requests).toContain(`${base}vision.data.000?key=1`)
  })

  it('asks for nothing more when the manifest is refused', async () => {
    const { fetch, requests } = server()
    const refuse = () => {
      throw new Error('too large for this device')
    }
    await expect(downloadBundle(base, { fetch, onManifest: refuse })).rejects.toThrow('too large')
    expect(requests).toEqual([`${base}manifest.json`])
  })

  it.each([
    ['404', () => new Response('', { status: 404 })],
    ['a page', () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })],
    ['an unlabelled page', () => new Response('\n<!doctype html>')],
    ['something huge', () => new Response(' '.repeat(2 ** 20 + 1))],
  ])('says that an address with %s for a manifest is no bundle', async (_, answer) => {
    const error = await failure((path) => (path === 'manifest.json' ? answer() : undefined))
    expect(error).toMatchObject({ code: 'not-a-bundle', subject: base })
    expect(error.action).not.toBe('')
  })

  it('passes on what is wrong inside the manifest', async () => {
    expect(await failure((path) => (path === 'manifest.json' ? new Response('{}') : undefined))).toMatchObject({
      code: 'bad-manifest',
    })
  })

  const only = (answer: () => Response) => (path: string) => (path === 'vision.data.000' ? answer() : undefined)
  const data = contents['vision.data.000']

  it.each([
    ['missing-file', () => new Response('', { status: 404 })],
    ['missing-file', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['wrong-size', () => new Response(data.slice(1))],
    ['wrong-size', () => new Response(`${data}v`)],
    ['wrong-size', () => new Response(null)],
    ['wrong-hash', () => new Response(`w${data.slice(1)}`)],
    ['network', () => new Response('', { status: 503 })],
    ['network', () => new Response(broken())],
  ])('%s', async (code, answer) => {
    const error = await failure(only(answer))
    expect(error).toMatchObject({ code, subject: 'vision.data.000' })
    expect(error.message).toContain('vision.data.000')
  })

  it('calls a refused connection a network error', async () => {
    const error = await failure(() => {
      throw new TypeError('Failed to fetch')
    })
    expect(error).toMatchObject({ code: 'network', subject: 'manifest.json' })
  })

  it('ends with the reason of an abort, between files and within one', async () => {
    for (const stopAt of [1, totalBytes / 2]) {
      const controller = new AbortController()
      const download = downloadBundle(base, {
        fetch: server().fetch,
        signal: controller.signal,
        onProgress: ({ doneBytes }) => {
          if (doneBytes >= stopAt) controller.abort(new DOMException('enough', 'AbortError'))
        },
      })
      await expect(download).rejects.toThrow('enough')
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

function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode('vvv'))
      controller.error(new TypeError('connection reset'))
    },
  })
}
