import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../base/errors.ts'
import { VideoClip } from './video-clip.ts'

async function failure(file: Blob): Promise<CaptureError> {
  const error = await VideoClip.open(file).catch((reason: unknown) => reason)
  if (error instanceof CaptureError) return error
  throw new Error('no CaptureError', { cause: error })
}

// Decoding itself is tested in the browser: Node has no WebCodecs.
describe('VideoClip.open', () => {
  it('refuses an empty file', async () => {
    expect(await failure(new Blob([]))).toMatchObject({ code: 'empty-file', recoverable: true })
  })

  it('refuses what is no video', async () => {
    expect((await failure(new Blob(['hello '.repeat(500)]))).code).toBe('not-a-video')
  })

  it('refuses a damaged video', async () => {
    const bytes = await readFile(new URL('../../fixtures/data/clips/tiny.mp4', import.meta.url))
    expect((await failure(new Blob([new Uint8Array(bytes.subarray(0, 300))]))).code).toBe('cut-off')
  })

  it('names the codec that cannot be decoded', async () => {
    const bytes = await readFile(new URL('../../fixtures/data/clips/tiny.webm', import.meta.url))
    const error = await failure(new Blob([new Uint8Array(bytes)]))
    expect(error.code).toBe('unsupported-codec')
    expect(error.subject).toMatch(/^VP9, vp09/)
  })

  it('says what to do', async () => {
    for (const file of [new Blob([]), new Blob(['x'])]) expect((await failure(file)).action).not.toBe('')
  })
})
