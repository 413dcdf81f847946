import { describe, expect, it } from 'vitest'
import { bundleName, isDrawn, isPlaceholder, readsDrawnFaces } from './model-kind.ts'
import type { Source } from './session/session-state.ts'

describe('isPlaceholder', () => {
  it.each([
    ['fixtures/data/checkpoint', true],
    ['fixtures/data/large', true],
    ['this project’s own training on drawn faces', false],
    ['KlingTeam/VidEmo-3B', false],
  ])('%s: %s', (origin, expected) => {
    expect(isPlaceholder({ source: { origin, architecture: 'x' } })).toBe(expected)
  })
})

it.each([
  ['drawn-faces', true],
  ['faces', false],
  [undefined, false],
] as const)('readsDrawnFaces(%s)', (reads, expected) => {
  expect(readsDrawnFaces({ reads })).toBe(expected)
})

describe('isDrawn', () => {
  const file = { kind: 'file', name: 'x', url: 'blob:x', file: new Blob() } as const
  it.each([
    ['the sample clip', { ...file, isSample: true }, true],
    ['a video of the person’s own', { ...file, isSample: false }, false],
    ['a camera', { kind: 'camera' } as Source, false],
    ['a screen', { kind: 'screen' } as Source, false],
    ['the drawn face', { kind: 'drawn' } as Source, true],
  ])('%s', (_, source, expected) => {
    expect(isDrawn(source)).toBe(expected)
  })
})

it.each([
  ['https://a.test/models/videmo-tiny/', 'videmo-tiny'],
  ['https://a.test/my%20model/?k=1', 'my model'],
  ['https://a.test/', 'a.test'],
])('bundleName(%s)', (url, name) => {
  expect(bundleName(url)).toBe(name)
})
