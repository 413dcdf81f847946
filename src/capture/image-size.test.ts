import { readFile } from 'node:fs/promises'
import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blackApng, blackPng, greyJpeg, whiteBmp } from '../../fixtures/image_bombs.ts'
import { CaptureError } from '../base/errors.ts'
import { imageTypeOf } from './file-kind.ts'
import { decodeSize, imageBounds, requireFewFrames, requireFileBounded, within } from './image-bounds.ts'
import { imageSize } from './image-size.ts'

const canvas = createCanvas(123, 45)
canvas.getContext('2d').fillRect(10, 10, 40, 20)

/** As encoders write it, and as nobody needs to hold its pixels. */
const pictures: readonly (readonly [string, Uint8Array, string, number, number])[] = [
  ['a PNG', canvas.toBuffer('image/png'), 'image/png', 123, 45],
  ['a JPEG', canvas.toBuffer('image/jpeg'), 'image/jpeg', 123, 45],
  ['a lossy WebP', canvas.toBuffer('image/webp', 50), 'image/webp', 123, 45],
  ['a lossless WebP', canvas.toBuffer('image/webp', 100), 'image/webp', 123, 45],
  ['an AVIF', canvas.toBuffer('image/avif'), 'image/avif', 123, 45],
  ['a GIF', await readFile('fixtures/data/clips/variable-delay.gif'), 'image/gif', 80, 64],
  ['a large PNG', blackPng(16_000, 16_000), 'image/png', 16_000, 16_000],
  ['an animated PNG', blackApng(64, 32, 3), 'image/png', 64, 32],
  ['a JPEG with a picture in it', greyJpeg(300, 200), 'image/jpeg', 300, 200],
  ['a BMP from the top', whiteBmp(65, 33), 'image/bmp', 65, 33],
]

/** An extended WebP says the size of its canvas in 24 bits. */
function extendedWebp(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(30)
  bytes.write('RIFF', 0)
  bytes.write('WEBPVP8X', 8)
  bytes.writeUIntLE(width - 1, 24, 3)
  bytes.writeUIntLE(height - 1, 27, 3)
  return bytes
}

function errorOf(run: () => unknown): CaptureError {
  try {
    run()
  } catch (error) {
    if (error instanceof CaptureError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the size of a picture', () => {
  it.each(pictures)('is read out of the header of %s', (_, bytes, type, width, height) => {
    expect(imageTypeOf(bytes)).toBe(type)
    expect(imageSize(bytes, type)).toMatchObject({ width, height })
    // In a view that does not begin where its buffer does.
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(imageSize(shifted.subarray(3), type)).toMatchObject({ width, height })
  })

  it('is that of the canvas of an extended WebP, and of the larger of screen and first frame of a GIF', async () => {
    expect(imageSize(extendedWebp(16_777_216, 5), 'image/webp')).toMatchObject({ width: 16_777_216, height: 5 })
    const gif = new Uint8Array(await readFile('fixtures/data/clips/variable-delay.gif'))
    // The screen says one pixel.
    gif.set([1, 0, 1, 0], 6)
    expect(imageSize(gif, 'image/gif')).toMatchObject({ width: 80, height: 64 })
  })

  it('is found in a JPEG with bytes between its segments, which decoders pass over', () => {
    const plain = greyJpeg(300, 200)
    const second = 2 + 2 + 15
    const stuffed = new Uint8Array([...plain.subarray(0, second), 0, 7, 0xff, 0xff, 0xd0, ...plain.subarray(second)])
    expect(imageSize(stuffed, 'image/jpeg')).toMatchObject({ width: 300, height: 200 })
    expect(imageSize(plain.subarray(0, second), 'image/jpeg')).toBeUndefined()
  })

  it('is unknown of damaged headers, and nothing else happens', () => {
    for (const [, bytes, type] of pictures) {
      const head = new Uint8Array(bytes.subarray(0, 2000))
      fc.assert(
        fc.property(
          fc.nat({ max: head.length - 1 }),
          fc.nat({ max: 255 }),
          fc.nat({ max: head.length }),
          (at, to, end) => {
            const changed = head.slice()
            changed[at] = to
            const size = imageSize(changed.subarray(0, end), type)
            if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0)
          },
        ),
      )
      expect(errorOf(() => decodeSize(head.subarray(0, 11), type)).code).toBe('damaged-image')
    }
  })
})

describe('what is decoded', () => {
  it('is refused with its size where it is larger than a page can hold', () => {
    const error = errorOf(() => decodeSize(blackPng(16_000, 16_000), 'image/png'))
    expect(error).toMatchObject({ code: 'image-too-large', action: expect.stringContaining('8,000') })
    expect(error.message).toBe('The image is 16,000 × 16,000 pixels; decoded, it would take 1.0 GB of memory.')
    expect(errorOf(() => decodeSize(extendedWebp(16_000, 16_000), 'image/webp')).code).toBe('image-too-large')
    expect(errorOf(() => decodeSize(greyJpeg(20_000, 20_000), 'image/jpeg')).code).toBe('image-too-large')
    // A progressive JPEG is held whole, whatever size is wanted.
    const progressive = greyJpeg(12_000, 8000)
    progressive[progressive.findIndex((byte, at) => byte === 0xff && progressive[at + 1] === 0xc0 && at > 20) + 1] =
      0xc2
    expect(errorOf(() => decodeSize(progressive, 'image/jpeg')).code).toBe('image-too-large')
  })

  it('is decoded as it is, or smaller where the browser can', () => {
    expect(decodeSize(blackPng(4000, 3000), 'image/png')).toEqual({})
    expect(decodeSize(blackPng(8000, 8000), 'image/png')).toEqual({})
    expect(decodeSize(greyJpeg(4000, 3000), 'image/jpeg')).toEqual({})
    // 200 megapixels, as some telephones take them.
    expect(decodeSize(greyJpeg(16_320, 12_240), 'image/jpeg')).toEqual({
      desired: { desiredWidth: 4080, desiredHeight: 3060 },
    })
    expect(within({ width: 4000, height: 3000 }, imageBounds.mostPaintedPixels)).toEqual({ width: 4000, height: 3000 })
    expect(within({ width: 8000, height: 8000 }, imageBounds.mostPaintedPixels)).toEqual({ width: 4000, height: 4000 })
    expect(within({ width: 64e6, height: 1 }, imageBounds.mostPaintedPixels).height).toBe(1)
  })

  it('has as many frames as can be looked through', () => {
    requireFewFrames(300, blackPng(1920, 1080), 'image/png')
    requireFewFrames(1, blackPng(8000, 8000), 'image/png')
    for (const [frames, side] of [
      [100, 6000],
      [20_001, 8],
    ]) {
      const error = errorOf(() => requireFewFrames(frames, blackPng(side, side), 'image/png'))
      expect(error).toMatchObject({ code: 'image-too-large', action: expect.stringContaining('Convert it to a video') })
      expect(error.message).toContain('frames of')
    }
    expect(errorOf(() => requireFileBounded({ size: 600e6 } as Blob)).message).toContain('600 MB')
  })
})
