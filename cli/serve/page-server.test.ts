import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageServer, startPageServer } from './page-server.ts'

let root = ''
let server: PageServer
const weights = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'videmo-serve-'))
  const [page, bundle] = [join(root, 'dist'), join(root, 'a bundle')]
  await mkdir(join(page, 'assets'), { recursive: true })
  await mkdir(bundle)
  await writeFile(join(page, 'index.html'), '<title>VidEmo</title>')
  await writeFile(join(page, 'assets/a-1.js'), 'export {}')
  await writeFile(join(page, 'site.webmanifest'), '{}')
  await writeFile(join(page, '.secret'), 'hidden')
  await writeFile(
    join(page, '_headers'),
    "/*\n  Content-Security-Policy: default-src 'none'\n/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n",
  )
  await writeFile(join(root, 'outside.txt'), 'not of the page')
  await writeFile(join(bundle, 'manifest.json'), '{}')
  await writeFile(join(bundle, 'decoder.data.000'), weights)
  await writeFile(join(bundle, 'odd #1 50%?.bin'), 'odd')
  server = await startPageServer({ folder: page, port: 0, host: '127.0.0.1', bundle })
})

afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

/** With the path just as it is written, which `fetch` would tidy up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(server.url)
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    request({ hostname, port, path, headers, method }, async (response) => {
      const body = Buffer.concat(await response.toArray())
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
    })
      .on('error', reject)
      .end()
  })
}

describe('the page server', () => {
  it('gives the address of the page, which opens with the bundle', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?bundle=bundle\/$/)
  })

  it.each([
    ['/', 200, 'text/html', 'no-cache'],
    ['/index.html?source=camera', 200, 'text/html', 'no-cache'],
    ['/assets/a-1.js', 200, 'text/javascript', 'public, max-age=31536000, immutable'],
    ['/site.webmanifest', 200, 'application/manifest+json', 'no-cache'],
    ['/bundle/manifest.json', 200, 'application/json', 'no-cache'],
    ['/bundle/decoder.data.000', 200, 'application/octet-stream', 'no-cache'],
    ['/bundle/odd%20%231%2050%25%3F.bin', 200, 'application/octet-stream', 'no-cache'],
    ['/none.js', 404, 'text/javascript', 'no-cache'],
    ['/assets/none-1.js', 404, 'text/javascript', 'no-cache'],
    ['/assets', 404, 'application/octet-stream', 'no-cache'],
    ['/assets/', 404, 'application/octet-stream', 'no-cache'],
  ])('answers %s with %i, its type, the policy and the isolation', async (path, status, type, cache) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'content-security-policy': "default-src 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
  })

  it.each([
    ['bytes=10-19', 206, 'bytes 10-19/1000', weights.slice(10, 20)],
    ['bytes=0-0', 206, 'bytes 0-0/1000', weights.slice(0, 1)],
    ['bytes=990-', 206, 'bytes 990-999/1000', weights.slice(990)],
    ['bytes=-4', 206, 'bytes 996-999/1000', weights.slice(996)],
    ['bytes=1000-', 416, 'bytes */1000', new Uint8Array()],
  ])('answers the range %s with %i', async (range, status, contentRange, bytes) => {
    const answer = await get('/bundle/decoder.data.000', { range })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(new Uint8Array(answer.body)).toEqual(bytes)
  })

  it('answers HEAD with the length alone, and a file that has not changed with 304', async () => {
    const head = await get('/bundle/decoder.data.000', {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '1000', 0])
    const { etag = '' } = head.headers
    expect((await get('/bundle/decoder.data.000', { 'if-none-match': String(etag) })).status).toBe(304)
  })

  it.each([
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/bundle/..%2f..%2foutside.txt',
    '/bundle/%2e%2e%2foutside.txt',
    '/.secret',
    '/%00',
    '//outside.txt',
  ])('gives nothing from outside the page and the bundle: %s', async (path) => {
    const { status, body } = await get(path)
    expect([400, 404]).toContain(status)
    expect(body.length).toBe(0)
  })

  it('refuses what is neither GET nor HEAD, and what cannot be decoded', async () => {
    const posted = await get('/', {}, 'POST')
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect((await get('/%zz')).status).toBe(400)
  })

  it.each([
    ['port-busy', () => ({ port: Number(new URL(server.url).port) }), /taken by another program/],
    ['no-page', () => ({ folder: root }), /no built page/],
    ['no-such-host', () => ({ host: '203.0.113.7' }), /no address of this machine/],
    ['not-a-bundle', () => ({ bundle: join(root, 'dist') }), /has no manifest\.json/],
    ['not-a-bundle', () => ({ bundle: join(root, 'none') }), /There is no folder/],
  ])('says what is wrong and what to do: %s', async (code, wrong, message) => {
    const usual = { folder: join(root, 'dist'), port: 0, host: '127.0.0.1' }
    await expect(startPageServer({ ...usual, ...wrong() })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      action: expect.stringMatching(/\w/),
    })
  })
})
