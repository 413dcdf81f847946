import { describe, expect, it } from 'vitest'
import { type DownloadOptions, downloadFiles, fetchManifest } from './http-bundle.ts'
import { MemoryStore } from './memory-store.ts'
import { send, serveBundle } from './testing/bundle-server.ts'
import { always, chunked, failure, path, prepare, text, times } from './testing/faulty-download.ts'

describe('a server that', () => {
  it('refuses what it has never given is asked once more', async () => {
    const download = await prepare(times(always, (response) => send(response, 403)))
    expect(await failure(download.run())).toMatchObject({ code: 'not-allowed', subject: path })
    expect(download.asked()).toBe(2)
  })

  it.each([
    ['no-such-model', 401, 'RepoNotFound'],
    ['gated', 401, 'GatedRepo'],
    ['gated', 403, 'GatedRepo'],
    ['no-such-revision', 404, 'RevisionNotFound'],
    ['missing-file', 404, 'EntryNotFound'],
  ])('says why it refuses (%s, %d) is not asked again', async (code, status, header) => {
    const answer = times(always, (response) => {
      response.setHeader('x-error-code', header)
      return send(response, status)
    })
    const download = await prepare(answer)
    const error = await failure(download.run())
    expect(error).toMatchObject({ code, subject: path, recoverable: true })
    expect(error.action).not.toContain('CORS')
    expect(download.asked()).toBe(1)
  })

  it.each([401, 403])('answers %d to a file that it has given in part is asked again', async (status) => {
    let asked = 0
    const lapsed = times(always, (response) => ++asked > 1 && asked < 4 && send(response, status))
    const download = await prepare(lapsed)
    expect(await download.run()).toBe(text)
    expect(asked).toBeGreaterThan(4)
  })

  it('goes on refusing a file that it has given in part has withdrawn its leave', async () => {
    let asked = 0
    const download = await prepare(times(always, (response) => ++asked > 1 && send(response, 403)))
    const error = await failure(download.run())
    expect(error).toMatchObject({ code: 'access-lapsed', subject: path, recoverable: true })
    expect(error.action).not.toContain('CORS')
  })

  it('limits requests is left alone as long as it says, however often, and that is told', async () => {
    let left = 30
    const download = await prepare(
      times(always, (response) => {
        response.setHeader('ratelimit', '"resolvers";r=0;t=2')
        return left-- > 0 && send(response, 429)
      }),
    )
    expect(await download.run()).toBe(text)
    expect(download.waits.filter((ms) => ms === 2000).length).toBe(30)
    expect(Math.max(...download.waits)).toBe(2000)
    expect(download.told.slice(0, 2)).toEqual([{ ms: 2000, isTold: true }, undefined])
    expect(download.told.at(-1)).toBeUndefined()
  })

  it.each([
    ['asks to come back tomorrow', '86400', '86400 s'],
    ['never says for how long', undefined, '429'],
  ])('limits requests and %s is not waited for without end', async (_, after, said) => {
    const download = await prepare(
      times(always, (response) => {
        if (after !== undefined) response.setHeader('retry-after', after)
        return send(response, 429)
      }),
    )
    const error = await failure(download.run())
    expect(error).toMatchObject({
      code: 'too-many-requests',
      recoverable: true,
      message: expect.stringContaining(said),
    })
    expect(error.action).not.toContain('CORS')
    expect(download.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(3_600_000)
  })

  it('is not told which page asks', async () => {
    const asked: (RequestInit | undefined)[] = []
    const options: DownloadOptions = {
      fetch: async (input, init) => {
        asked.push(init)
        return fetch(input, init)
      },
    }
    const server = await serveBundle(chunked)
    const writer = await new MemoryStore().begin({ manifest: chunked.manifest, name: 'sample', url: server.url })
    await fetchManifest(server.url, options)
    await downloadFiles(server.url, chunked.manifest.parsed.files, writer, options)
    expect(asked.length).toBeGreaterThan(3)
    for (const init of asked) expect(init).toMatchObject({ referrerPolicy: 'no-referrer' })
  })
})
