import { describe, expect, it, vi } from 'vitest'
import { mayMove, StillImage } from './still-image.ts'

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const chunk = (name: string, bytes: number) => `\0\0\0${String.fromCharCode(bytes)}${name}${'.'.repeat(bytes + 4)}`
const png = (...chunks: readonly string[]) => latin(`\x89PNG\r\n\x1a\n${chunks.join('')}`)

describe('whether an image may move', () => {
  it.each([
    ['a JPEG', latin('\xff\xd8\xff\xe0'), 'image/jpeg', false],
    ['a BMP', latin('BM'), 'image/bmp', false],
    ['a PNG', png(chunk('IHDR', 13), chunk('IDAT', 5)), 'image/png', false],
    ['an animated PNG', png(chunk('IHDR', 13), chunk('acTL', 8), chunk('IDAT', 5)), 'image/png', true],
    [
      'a PNG whose animation stands where nobody looks for it',
      png(chunk('IDAT', 5), chunk('acTL', 8)),
      'image/png',
      false,
    ],
    ['a WebP', latin('RIFF....WEBPVP8 ....'), 'image/webp', false],
    ['a WebP with more than pixels', latin('RIFF....WEBPVP8X....\x08'), 'image/webp', false],
    ['an animated WebP', latin('RIFF....WEBPVP8X....\x0a'), 'image/webp', true],
    ['an AVIF', latin('....ftypavif'), 'image/avif', false],
    ['an AVIF sequence', latin('....ftypavis'), 'image/avif', true],
    ['a GIF', latin('GIF89a'), 'image/gif', true],
  ])('is told of %s', (_, bytes, type, expected) => {
    expect(mayMove(bytes, type)).toBe(expected)
  })
})

describe('a picture without an image decoder', () => {
  it('is refused where it would be decoded to more than memory holds, before that is tried', async () => {
    const decode = vi.fn()
    vi.stubGlobal('createImageBitmap', decode)
    const header = new Uint8Array(33)
    header.set(png('\0\0\0\x0dIHDR'))
    new DataView(header.buffer).setUint32(16, 30_000)
    new DataView(header.buffer).setUint32(20, 30_000)
    const opened = StillImage.open(new Blob([header]), 'image/png')
    await expect(opened).rejects.toMatchObject({ name: 'CaptureError', code: 'image-too-large' })
    expect(decode).not.toHaveBeenCalled()
    vi.unstubAllGlobals()
  })
})
