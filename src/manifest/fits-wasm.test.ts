import { describe, expect, it } from 'vitest'
import { fitsWasm } from './fits-wasm.ts'
import { manifestFixture as manifest } from './manifest.fixture.ts'

describe('fitsWasm', () => {
  const of = (parameters: number, ...bytes: number[]) =>
    fitsWasm({
      model: { ...manifest.model, parameters },
      files: bytes.map((each, i) => ({ path: `f${i}`, bytes: each, sha256: '' })),
    })

  it('takes small bundles, and neither too many parameters nor too many bytes', () => {
    expect(of(100e6, 60e6, 10e6)).toBe(true)
    expect(of(3.8e9, 60e6)).toBe(false)
    expect(of(100e6, 300e6, 300e6)).toBe(false)
  })
})
