import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflated } from './app-wasm.ts'

const wasm = Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), Buffer.alloc(10_000, 7)])

describe('inflated', () => {
  it.each([
    ['gzipped, as the build ships it', gzipSync(wasm)],
    ['plain, where browser and host have inflated it', wasm],
    ['gzipped twice, where a host has zipped it again', gzipSync(gzipSync(wasm))],
  ])('takes WebAssembly that comes %s', async (_, bytes) => {
    expect(wasm.equals(new Uint8Array(await inflated(exactly(bytes))))).toBe(true)
  })

  it.each([
    ['a web page', Buffer.from('<!doctype html>')],
    ['nothing', Buffer.alloc(0)],
    ['a web page, gzipped', gzipSync('<!doctype html>')],
    ['a gzip that ends early', gzipSync(wasm).subarray(0, 50)],
  ])('refuses %s', async (_, bytes) => {
    await expect(inflated(exactly(bytes))).rejects.toThrow()
  })
})

function exactly(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
