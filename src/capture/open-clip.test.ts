import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../base/errors.ts'
import { imageTypeOf } from './file-kind.ts'
import { openClip } from './open-clip.ts'

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

async function failure(file: Blob): Promise<CaptureError> {
  const error = await openClip(file).catch((reason: unknown) => reason)
  if (error instanceof CaptureError) return error
  throw new Error('no CaptureError', { cause: error })
}

describe('imageTypeOf', () => {
  it.each([
    ['GIF87a......', 'image/gif'],
    ['GIF89a......', 'image/gif'],
    ['\x89PNG\r\n\x1a\n\0\0\0\r', 'image/png'],
    ['RIFF\x10\x20\0\0WEBP', 'image/webp'],
    ['\0\0\0\x1cftypavif', 'image/avif'],
    ['\0\0\0\x1cftypavis', 'image/avif'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['RIFF\x10\x20\0\0WAVE', undefined],
    ['\0\0\0\x1cftypisom', undefined],
    ['\x1a\x45\xdf\xa3', undefined],
    ['GI', undefined],
    ['', undefined],
  ])('%j is %s', (head, type) => {
    expect(imageTypeOf(latin(head))).toBe(type)
  })

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (head) => void imageTypeOf(head)))
  })
})

// Decoding itself is tested in the browser: Node has neither WebCodecs nor ImageDecoder.
describe('openClip', () => {
  it('refuses an empty file', async () => {
    expect((await failure(new Blob([]))).code).toBe('empty-file')
  })

  it('says that this browser cannot take an animated image apart', async () => {
    const error = await failure(new Blob([latin('GIF89a....')]))
    expect(error).toMatchObject({ code: 'unsupported-image', subject: 'image/gif', recoverable: true })
  })

  it('opens anything else as a video, by its bytes', async () => {
    const bytes = await readFile(new URL('../../fixtures/data/clips/tiny.webm', import.meta.url))
    expect((await failure(new File([new Uint8Array(bytes)], 'face.gif'))).code).toBe('unsupported-codec')
    expect((await failure(new Blob(['hello '.repeat(500)]))).code).toBe('not-a-video')
  })

  it('says that a file went away', async () => {
    const gone = new Blob(['x'])
    const slice = { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }
    Object.defineProperty(gone, 'slice', { value: () => slice })
    expect((await failure(gone)).code).toBe('unreadable-file')
  })
})
