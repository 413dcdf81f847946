import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VidemoError } from '../../base/errors.ts'
import { checkpointAddress, checkpointName, withoutQuery } from './checkpoint-address.ts'

const official = 'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/'

it.each([
  ['KlingTeam/VidEmo-3B', official],
  ['KlingTeam/VidEmo-3B/', official],
  [' https://huggingface.co/KlingTeam/VidEmo-3B ', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B/', official],
  ['http://huggingface.co/KlingTeam/VidEmo-3B', official],
  ['https://www.huggingface.co/KlingTeam/VidEmo-3B', official],
  ['huggingface.co/KlingTeam/VidEmo-3B', official],
  ['HuggingFace.co/KlingTeam/VidEmo-3B/', official],
  ['hf.co/KlingTeam/VidEmo-3B', official],
  ['https://hf.co/KlingTeam/VidEmo-3B/tree/main', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B.git', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B/blob/main/config.json', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B/blob/main/README.md', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B/raw/main/config.json', official],
  ['https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/model-00001-of-00002.safetensors', official],
  ['KlingTeam/VidEmo-3B/tree/main/', official],
])('%s is the official model', (given, address) => {
  expect(checkpointAddress(given)).toBe(address)
  expect(checkpointName(address)).toBe('VidEmo-3B')
})

it.each([
  ['https://huggingface.co/a/b/tree/v1.0', 'https://huggingface.co/a/b/resolve/v1.0/', 'b'],
  ['https://huggingface.co/a/b/tree/main/sub/folder', 'https://huggingface.co/a/b/resolve/main/sub/folder/', 'b'],
  ['https://huggingface.co/a/b/tree/main/v1.5/', 'https://huggingface.co/a/b/resolve/main/v1.5/', 'b'],
  ['hf.co/a/b/resolve/main/sub/folder/config.json', 'https://huggingface.co/a/b/resolve/main/sub/folder/', 'b'],
  ['https://huggingface.co/a/b/blob/dev/sub/x.txt', 'https://huggingface.co/a/b/resolve/dev/sub/', 'b'],
  ['https://huggingface.co/a/b/tree/refs/pr/3', 'https://huggingface.co/a/b/resolve/refs%2Fpr%2F3/', 'b'],
  ['https://huggingface.co/a/b/tree/refs%2Fpr%2F3', 'https://huggingface.co/a/b/resolve/refs%2Fpr%2F3/', 'b'],
  [
    'https://huggingface.co/a/b/blob/refs/pr/3/s/config.json',
    'https://huggingface.co/a/b/resolve/refs%2Fpr%2F3/s/',
    'b',
  ],
  ['https://huggingface.co/a/b/tree/new%2Fheads/s', 'https://huggingface.co/a/b/resolve/new%2Fheads/s/', 'b'],
  ['https://huggingface.co/a/b/tree/main/with%20space', 'https://huggingface.co/a/b/resolve/main/with%20space/', 'b'],
  [
    'https://huggingface.co/a/b/resolve/main/config.json?download=true#x',
    'https://huggingface.co/a/b/resolve/main/?download=true',
    'b',
  ],
  ['http://127.0.0.1:8080/models/tiny', 'http://127.0.0.1:8080/models/tiny/', 'tiny'],
  ['http://127.0.0.1:8701/a/b/resolve/main/sub/config.json', 'http://127.0.0.1:8701/a/b/resolve/main/sub/', 'b'],
  ['https://example.org/m/config.json?key=1&b=%2F#x', 'https://example.org/m/?key=1&b=%2F', 'm'],
  ['https://example.org/m/model.safetensors.index.json', 'https://example.org/m/', 'm'],
  ['https://example.org/m/v1.0?key=1', 'https://example.org/m/v1.0/?key=1', 'v1.0'],
  ['https://example.org', 'https://example.org/', 'example.org'],
])('%s is read as an address', (given, address, name) => {
  expect(checkpointAddress(given)).toBe(address)
  expect(checkpointName(address)).toBe(name)
})

it.each([
  '',
  'VidEmo',
  'a/b/c',
  'a/b/sub/folder',
  'a b/c',
  '../a',
  './a/b',
  'a/../b',
  'a/..',
  '/a/b',
  '~/a',
  'C:\\models\\b',
  'a\\b',
  'a/b@main',
  'a/b:main',
  'file:///etc/',
  'javascript:alert(1)',
  'hf://a/b',
  'localhost:8080/a',
  'https://',
  'huggingface.co',
  'https://huggingface.co/a',
  'https://huggingface.co/models',
  'https://huggingface.co/models/a',
  'https://huggingface.co/datasets/a/b',
  'https://huggingface.co/datasets/squad',
  'datasets/squad',
  'spaces/a',
  'https://huggingface.co/api/models/a/b',
  'https://huggingface.co/a/b/discussions/3',
  'https://huggingface.co/a/b/tree',
  'https://huggingface.co/a/b/tree/main//x',
  'https://huggingface.co/a/b/tree/%zz',
  'https://huggingface.co/a/b/tree/main/%2e%2e/c',
  'https://huggingface.co/a/b/../../c/d',
  'https://huggingface.co/a/b/tree/..%2Fmain',
  'https://huggingface.co/a/b/tree/main/x%2F..%2Fy',
  'https://huggingface.co/a/b/blob/main/model-q4_k_m.gguf',
  'https://huggingface.co/a/b/resolve/main/pytorch_model.bin',
  'https://example.org/m/model.gguf',
  'https://person:secret@example.org/m/',
])('“%s” is refused, with an example', (given) => {
  expect(() => checkpointAddress(given)).toThrow(
    expect.objectContaining({
      code: 'bad-address',
      recoverable: true,
      subject: given,
      action: expect.stringContaining('KlingTeam/VidEmo-3B'),
    }),
  )
})

it('does not show the query, which may hold a key', () => {
  expect(withoutQuery(checkpointAddress('https://example.org/m/config.json?key=1'))).toBe('https://example.org/m/')
})

describe('whatever its parts', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9_]{0,8}[A-Za-z0-9])?$/)
  const owner = name.filter(
    (text) =>
      !/^(?:api|blog|chat|docs|join|learn|login|models|new|papers|posts|search|settings|spaces|tasks|datasets|pricing|collections|organizations)$/i.test(
        text,
      ),
  )
  const segment = fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => !/[/\\]|^\.{1,2}$|\.\w+$/.test(text) && text === text.trim() && text.isWellFormed())
  const branch = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  const revision = fc.oneof(
    branch,
    fc.integer({ min: 1, max: 99 }).map((number) => `refs/pr/${number}`),
  )
  const query = fc.oneof(
    fc.constant(''),
    fc.webQueryParameters().map((text) => (text === '' ? '' : `?${text}`)),
  )

  /** The path of an address that `checkpointAddress` gave, taken apart again. */
  function partsOf(address: string) {
    const [owner, name, resolve, revision, ...folder] = new URL(address).pathname.slice(1).split('/')
    expect([resolve, folder.pop()]).toEqual(['resolve', ''])
    return { owner, name, revision: decodeURIComponent(revision), folder: folder.map(decodeURIComponent) }
  }

  it('a page of the hub gives its model, revision, folder and query, in every spelling', () => {
    const folder = fc.array(segment, { maxLength: 3 })
    const host = fc.constantFrom(
      'https://huggingface.co/',
      'http://hf.co/',
      'huggingface.co/',
      'hf.co/',
      'https://www.huggingface.co/',
    )
    const view = fc.constantFrom('tree', 'blob', 'resolve', 'raw')
    const isSlashed = fc.boolean()
    fc.assert(
      fc.property(
        fc.record({ host, owner, name, view, revision, folder, query, isSlashed }),
        ({ host, owner, name, view, revision, folder, query, isSlashed }) => {
          const isSpecial = revision.startsWith('refs/pr/')
          const written = isSpecial && isSlashed ? revision : encodeURIComponent(revision)
          const file = view === 'tree' ? '' : 'config.json'
          const path = [owner, name, view, written, ...folder.map(encodeURIComponent), file].join('/')
          const address = checkpointAddress(`${host}${path}${query}`)
          expect(partsOf(address)).toEqual({ owner, name, revision, folder })
          expect(new URL(address).search).toBe(new URL(`https://x/${query}`).search)
          expect(checkpointAddress(address)).toBe(address)
          expect(checkpointName(address)).toBe(name)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('an address elsewhere keeps its host, path and query', () => {
    const folder = fc.array(segment.map(encodeURIComponent), { maxLength: 3 })
    fc.assert(
      fc.property(fc.webAuthority(), folder, query, fc.boolean(), (host, folder, query, isFile) => {
        const base = [`https://x${host}`, ...folder, ''].join('/')
        const address = checkpointAddress(`${base}${isFile ? 'config.json' : ''}${query}`)
        expect(address).toBe(new URL(`${base}${query}`).href)
        expect(checkpointAddress(address)).toBe(address)
      }),
      { numRuns: 200 },
    )
  })

  it('any text gives a web address of a folder that means the same again, or the error of its own', () => {
    const near = fc.tuple(fc.constantFrom('', 'hf.co/', 'https://huggingface.co/', 'a/b/', 'a/b/tree/'), fc.string())
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near.map(([start, rest]) => start + rest),
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
        ),
        (given) => {
          try {
            const address = checkpointAddress(given)
            expect(withoutQuery(address)).toMatch(/^https?:\/\/.*\/$/)
            expect(checkpointAddress(address)).toBe(address)
            expect(checkpointName(address)).not.toBe('')
          } catch (error) {
            expect(error).toBeInstanceOf(VidemoError)
            expect(error).toMatchObject({ code: 'bad-address' })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
