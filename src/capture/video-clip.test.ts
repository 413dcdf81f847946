import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../errors.ts'
import { VideoClip } from './video-clip.ts'

async function failure(file: Blob): Promise<CaptureError> {
  const error = await VideoClip.open(file).catch((reason: unknown) => reason)
  if (error instanceof CaptureError) return error
  throw new Error('no CaptureError', { cause: error })
}

/** A tenth of a second of silence. */
function wave(): Blob {
  const samples = 800
  const view = new DataView(new ArrayBuffer(44 + samples * 2))
  const text = (at: number, value: string) => {
    for (const [i, character] of [...value].entries()) view.setUint8(at + i, character.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples * 2, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, 8000, true)
  view.setUint32(28, 16000, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, samples * 2, true)
  return new Blob([view.buffer])
}

// Decoding itself is tested in the browser: Node has no WebCodecs.
describe('VideoClip.open', () => {
  it('refuses an empty file', async () => {
    expect(await failure(new Blob([]))).toMatchObject({ code: 'empty-file', recoverable: true })
  })

  it('refuses what is no video', async () => {
    expect((await failure(new Blob(['hello '.repeat(500)]))).code).toBe('not-a-video')
  })

  it('refuses a sound without a picture', async () => {
    expect((await failure(wave())).code).toBe('no-video-track')
  })

  it('refuses a damaged video', async () => {
    const bytes = await readFile(new URL('../../fixtures/data/clips/tiny.mp4', import.meta.url))
    const code = (await failure(new Blob([new Uint8Array(bytes.subarray(0, 300))]))).code
    expect(['not-a-video', 'damaged-video', 'no-video-track', 'no-frames']).toContain(code)
  })

  it('names the codec that cannot be decoded', async () => {
    const bytes = await readFile(new URL('../../fixtures/data/clips/tiny.webm', import.meta.url))
    const error = await failure(new Blob([new Uint8Array(bytes)]))
    expect(error.code).toBe('unsupported-codec')
    expect(error.subject).toMatch(/^vp0?9/)
  })

  it('says what to do', async () => {
    for (const file of [new Blob([]), new Blob(['x']), wave()]) expect((await failure(file)).action).not.toBe('')
  })
})
