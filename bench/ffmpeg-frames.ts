import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import type { TimedFrame } from '../src/capture/painter.ts'

const run = promisify(execFile)

export interface DecodedFile {
  readonly width: number
  readonly height: number
  readonly isPicture: boolean
  readonly framesPerSecond: number
  frames(): AsyncGenerator<TimedFrame>
}

/**
 * A clip or a picture decoded by `ffmpeg`, which must be installed: quick and exact to the frame, for measurements only. The
 * product decodes in the browser.
 *
 * @throws Error where ffmpeg is missing or cannot read the file
 */
export async function decoded(file: string): Promise<DecodedFile> {
  const entries = 'stream=width,height,r_frame_rate,codec_name'
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    entries,
    '-of',
    'json',
    file,
  ])
  const { width, height, r_frame_rate: rate, codec_name: codec } = JSON.parse(stdout).streams[0]
  const [over = 25, under = 1] = String(rate).split('/').map(Number)
  const isPicture = ['mjpeg', 'png', 'webp', 'bmp'].includes(codec)
  const framesPerSecond = isPicture ? 1 : over / under
  return { width, height, isPicture, framesPerSecond, frames: () => framesOf(file, width, height, framesPerSecond) }
}

async function* framesOf(file: string, width: number, height: number, rate: number): AsyncGenerator<TimedFrame> {
  const ffmpeg = spawn(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-pix_fmt', 'rgba', '-f', 'rawvideo', '-'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const size = 4 * width * height
  let frame = new Uint8ClampedArray(size)
  let filled = 0
  let index = 0
  for await (const chunk of ffmpeg.stdout as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - from)
      frame.set(chunk.subarray(from, from + taken), filled)
      filled += taken
      from += taken
      if (filled < size) continue
      yield { width, height, rgba: frame, timeS: index++ / rate }
      frame = new Uint8ClampedArray(size)
      filled = 0
    }
  }
}
