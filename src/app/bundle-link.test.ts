import { expect, it } from 'vitest'
import { foreignHost, linkedBundle } from './bundle-link.ts'

const page = 'https://own.example/videmo/?bundle='

it.each([
  ['', undefined],
  ['bundle', undefined],
  ['bundle=', undefined],
  ['bundle=%20', undefined],
  ['bundle=models/x/', 'https://own.example/videmo/models/x/'],
  ['bundle=https://w.example/b', 'https://w.example/b'],
  // No address at all, which must not end the page.
  ['bundle=http://', 'http://'],
  ['bundle=https://[', 'https://['],
])('a link with %j names %j', (query, named) => {
  expect(linkedBundle(new URLSearchParams(query), page)).toBe(named)
})

it.each([
  ['https://own.example/anything/', undefined],
  ['models/x/', undefined],
  ['https://w.example:8443/own.example/', 'w.example:8443'],
  ['http://own.example/videmo/', 'own.example'],
  ['https://own.example.evil.example/', 'own.example.evil.example'],
  ['https://own.example@evil.example/', 'evil.example'],
  ['http://', undefined],
])('a bundle at %j comes from the foreign host %j', (url, host) => {
  expect(foreignHost({ type: 'url', url }, page)).toBe(host)
})

it('a folder and what was built here have no host; what was stored from elsewhere keeps it', () => {
  const stored = { type: 'stored', key: 'x', name: 'x' } as const
  expect(foreignHost({ ...stored, url: 'https://w.example/b/' }, page)).toBe('w.example')
  expect(foreignHost({ type: 'files', name: 'x', files: [] }, page)).toBeUndefined()
  expect(foreignHost({ type: 'stored', key: 'x', name: 'x' }, page)).toBeUndefined()
})
