import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BundleError } from '../base/errors.ts'
import { bundleFiles, normalPath } from './folder-files.ts'

const blob = new Blob(['x'])
const folder = (...paths: string[]) => paths.map((path) => ({ path, blob }))
const found = (...paths: string[]) => [...bundleFiles('chosen', folder(...paths)).keys()]

/** Whatever a browser, a person or an attacker may call a file. */
const anyPath = fc.oneof(
  fc.string(),
  fc
    .array(fc.oneof(fc.constantFrom('..', '.', '', '\\', 'C:', 'a', 'b', 'manifest.json', '..\\x', '\0'), fc.string()))
    .map((parts) => parts.join('/')),
)

describe('normalPath', () => {
  it('never leaves its folder', () => {
    fc.assert(
      fc.property(anyPath, (given) => {
        const path = normalPath(given)
        if (path === undefined) return
        expect(path).not.toMatch(/^\/|\/$|\/\/|\\|:|\0/)
        for (const part of path.split('/')) expect(['', '.', '..']).not.toContain(part)
        // As a resolver of addresses sees it: below where it started, at the same name.
        expect(normalPath(path)).toBe(path)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a/b', 'a/b'],
    ['/a/b', 'a/b'],
    ['./a//b/', 'a/b'],
    ['a/../b', undefined],
    ['../a', undefined],
    ['a\\b', undefined],
    ['C:/a', undefined],
    ['', undefined],
    ['/', undefined],
    ['..a/b..', '..a/b..'],
  ])('%s', (given, path) => {
    expect(normalPath(given)).toBe(path)
  })
})

describe('bundleFiles', () => {
  it('finds the manifest at the top, below the folder’s name, and one level further down', () => {
    const inside = ['manifest.json', 'data/a.bin']
    expect(found('manifest.json', 'data/a.bin')).toEqual(inside)
    expect(found('tiny/manifest.json', 'tiny/data/a.bin')).toEqual(inside)
    expect(found('/tiny/manifest.json', '/tiny/data/a.bin')).toEqual(inside)
    expect(found('models/tiny/manifest.json', 'models/tiny/data/a.bin')).toEqual(inside)
    expect(found('models/tiny/manifest.json', 'models/tiny/data/a.bin', 'models/README.md')).toEqual(inside)
    expect(found('tiny/manifest.json', 'other/b.bin', 'tiny/data/a.bin')).toEqual(inside)
  })

  it.each([
    ['nothing', []],
    ['no manifest', ['tiny/a.bin']],
    ['a manifest too far down', ['a/b/c/manifest.json', 'a/b/c/x']],
    ['several bundles', ['models/a/manifest.json', 'models/b/manifest.json']],
    ['two files of one name', ['manifest.json', './manifest.json']],
    ['only a way out', ['../manifest.json']],
  ])('refuses %s', (_, paths) => {
    expect(() => found(...paths)).toThrow(expect.objectContaining({ code: 'not-a-bundle', subject: 'chosen' }))
  })

  it('gives files of the chosen folder by a normal path, or refuses it', () => {
    fc.assert(
      fc.property(fc.array(anyPath), fc.boolean(), (paths, hasManifest) => {
        const files = folder(...paths, ...(hasManifest ? ['manifest.json'] : []))
        try {
          for (const path of bundleFiles('chosen', files).keys()) expect(normalPath(path)).toBe(path)
        } catch (error) {
          if (!(error instanceof BundleError)) throw error
          expect(error.code).toBe('not-a-bundle')
        }
      }),
    )
  })
})
