import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordFault } from '../../scripts/fault-table.ts'
import { BundleError } from '../base/errors.ts'
import { hostileManifests } from '../manifest/hostile-manifests.fixture.ts'
import { manifestFixture } from '../manifest/manifest.fixture.ts'
import { manifestLimitBytes } from './bundle-manifest.ts'
import { MemoryStore } from './memory-store.ts'
import { obtainBundle } from './obtain-bundle.ts'
import { type BundleServer, send, serveBundle } from './testing/bundle-server.ts'
import { sampleBundle } from './testing/sample-bundle.ts'

const bundle = await sampleBundle()

/** Loads what the server has, into a store that is then looked at. */
async function load({ url }: BundleServer) {
  const store = new MemoryStore()
  let isManifestTaken = false
  const onManifest = () => {
    isManifestTaken = true
  }
  const error = await obtainBundle({ type: 'url', url }, { stores: { fallback: store }, onManifest }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, isManifestTaken, stored: await store.list() }
}

async function expectRefused(server: BundleServer, codes: readonly string[] = ['bad-manifest']): Promise<void> {
  server.requests.length = 0
  const { error, isManifestTaken, stored } = await load(server)
  if (!(error instanceof BundleError)) throw new Error('no BundleError', { cause: error })
  expect(codes).toContain(error.code)
  expect(error.message.length).toBeLessThan(500)
  expect(error.action).not.toBe('')
  // Before any further fetch, and before anybody was told of a bundle.
  expect(server.requests).toEqual(['manifest.json'])
  expect(isManifestTaken).toBe(false)
  expect(stored).toEqual([])
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
}

describe('a hostile manifest', () => {
  it(`is refused in each of ${hostileManifests.length} kinds before anything else is fetched`, async () => {
    let manifest = ''
    const server = await serveBundle(bundle, (_, response) => send(response, 200, manifest))
    for (const [name, text] of hostileManifests) {
      manifest = text
      await expectRefused(server, ['bad-manifest']).catch((cause: unknown) => {
        throw new Error(name, { cause })
      })
    }
    recordFault({
      fault: 'hostile manifest',
      injected: `${hostileManifests.length} manifests: paths out of the folder and to other origins, sizes, cycles, prototypes, nesting`,
      outcome: 'refused',
      kept: 'every one after its own request, with no other and nothing stored',
    })
  })

  it('is loaded when nothing is wrong with it', async () => {
    const { error, stored } = await load(await serveBundle(bundle))
    expect(error).toBeUndefined()
    expect(stored).toHaveLength(1)
  })

  it('of 100 MB is read no further than its limit', async () => {
    const wholeBytes = 100e6
    const block = Buffer.alloc(64 * 1024, ' ')
    let sent = 0
    let isOver = false
    const requests: string[] = []
    const server = createServer((request, response) => {
      requests.push(request.url ?? '')
      response.on('close', () => {
        isOver = true
      })
      const push = () => {
        while (sent < wholeBytes && !response.destroyed) {
          sent += block.length
          if (!response.write(block)) {
            response.once('drain', push)
            return
          }
        }
        response.end()
      }
      push()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const error = await obtainBundle({ type: 'url', url }, { stores: { fallback: new MemoryStore() } }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'not-a-bundle' })
    await expect.poll(() => isOver).toBe(true)
    // What was on its way between the two when the reader left.
    expect(sent).toBeLessThan(wholeBytes / 2)
    expect(requests).toHaveLength(1)
    recordFault({
      fault: 'hostile manifest',
      injected: 'a manifest of 100 MB',
      outcome: 'refused',
      kept: `read up to ${manifestLimitBytes} bytes, then the connection was ended`,
    })
  })

  it('whatever else is in it, names no file outside the bundle’s own folder', async () => {
    const text = JSON.stringify(manifestFixture)
    const asked: string[] = []
    const ask: typeof fetch = async (input) => {
      asked.push(String(input))
      return asked.length === 1 ? new Response(served) : new Response(null, { status: 404 })
    }
    let served = ''
    const folder = 'https://host.example/models/x/'
    const piece = fc.constantFrom(
      '..',
      '/',
      '\\',
      '%2e',
      '%2f',
      ':',
      'a',
      'https',
      '//',
      '.',
      '?',
      '#',
      '@',
      ' ',
      '\t',
      'é',
    )
    const path = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(path, async (path) => {
        asked.length = 0
        const manifest = JSON.parse(text)
        manifest.files.push({ path, bytes: 1, sha256: 'a'.repeat(64) })
        served = JSON.stringify(manifest)
        const stores = { fallback: new MemoryStore() }
        const error = await obtainBundle({ type: 'url', url: folder }, { stores, fetch: ask }).catch(
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(BundleError)
        for (const url of asked) expect(url.startsWith(folder), url).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
