import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BundleError } from '../base/errors.ts'
import { manifestFixture as manifest } from './manifest.fixture.ts'
import { bundleVersion, parseManifest } from './manifest.ts'

const sha256 = 'a'.repeat(64)
function fault(change: (copy: Record<string, unknown>) => void): BundleError {
  const copy = JSON.parse(JSON.stringify(manifest))
  change(copy)
  try {
    parseManifest(JSON.stringify(copy))
  } catch (error) {
    if (error instanceof BundleError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('parseManifest', () => {
  it('reads what the builder writes', () => {
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest)
  })

  it('reads what a model was trained on, and does without', () => {
    const video = { framesPerSecond: 2, minFrames: 2, maxFrames: 8, maxPixels: 12_800 }
    const told = { ...manifest, reads: 'drawn-faces', video }
    expect(parseManifest(JSON.stringify(told))).toEqual(told)
    expect(parseManifest(JSON.stringify(manifest))).not.toHaveProperty('video')
  })

  it('reads temperatures, and does without', () => {
    const calibration = { temperatures: { unit: { given: 1.5, both: 1.25 } }, clips: { seed: 3, count: 200 } }
    expect(parseManifest(JSON.stringify({ ...manifest, calibration })).calibration).toEqual(calibration)
    expect(parseManifest(JSON.stringify(manifest))).not.toHaveProperty('calibration')
  })

  it.each([
    [{ reads: 'cats' }, 'reads'],
    [{ calibration: { temperatures: {} } }, 'calibration.clips'],
    [
      { calibration: { temperatures: { unit: { given: 0, both: 1 } }, clips: { seed: 3, count: 2 } } },
      'calibration.temperatures.unit.given',
    ],
    [
      { calibration: { temperatures: { unit: { given: 1 } }, clips: { seed: 3, count: 2 } } },
      'calibration.temperatures.unit.both',
    ],
    [{ calibration: { temperatures: {}, clips: { seed: 3, count: 0 } } }, 'calibration.clips.count'],
    [{ video: { framesPerSecond: 0, minFrames: 2, maxFrames: 8, maxPixels: 1 } }, 'video.framesPerSecond'],
    [{ video: { framesPerSecond: 2, minFrames: 2, maxFrames: 2.5, maxPixels: 1 } }, 'video.maxFrames'],
    [{ video: { framesPerSecond: 2, minFrames: 9, maxFrames: 8, maxPixels: 1 } }, 'video'],
    [{ video: { framesPerSecond: 2, minFrames: 2, maxFrames: 8 } }, 'video.maxPixels'],
  ])('refuses %j', (change, field) => {
    expect(fault((copy) => Object.assign(copy, change)).subject).toBe(`manifest.json: ${field}`)
  })

  it('names the field at fault', () => {
    expect(fault((copy) => Object.assign(copy, { dtype: 'q3' })).subject).toBe('manifest.json: dtype')
    expect(fault((copy) => delete copy.graphs).subject).toBe('manifest.json: graphs')
  })

  it('tells a newer bundle from a damaged one', () => {
    expect(fault((copy) => Object.assign(copy, { version: bundleVersion + 1 })).code).toBe('newer-bundle')
    expect(fault((copy) => Object.assign(copy, { version: 'x' })).code).toBe('bad-manifest')
  })

  it.each(['../up', '/root', 'a/../b', 'https://elsewhere/x', '.hidden', 'a//b', ''])('refuses the path %j', (path) => {
    const error = fault((copy) => Object.assign(copy, { files: [{ path, bytes: 1, sha256 }] }))
    expect(error.code).toBe('bad-manifest')
  })

  it('refuses graphs whose files are not listed, and files listed twice', () => {
    expect(fault((copy) => Object.assign(copy, { files: manifest.files.slice(1) })).subject).toContain('vision.onnx')
    expect(fault((copy) => Object.assign(copy, { files: [...manifest.files, manifest.files[0]] })).message).toContain(
      'twice',
    )
  })

  it('throws nothing but BundleError, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((value) => `{"format":"videmo-bundle","version":1,"x":${value}}`),
        ),
        (text) => {
          try {
            parseManifest(text)
          } catch (error) {
            expect(error).toBeInstanceOf(BundleError)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
