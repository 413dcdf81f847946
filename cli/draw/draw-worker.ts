import { parentPort } from 'node:worker_threads'
import { ClipPainter } from './drawn-clips.ts'
import { type DrawMode, seenPx, trainingChunk } from './training-chunk.ts'

export interface ChunkJob {
  readonly seed: number
  readonly mode: DrawMode
  readonly from: number
  readonly to: number
}

const painters = { small: new ClipPainter(224, seenPx), large: new ClipPainter(448, seenPx) }

parentPort?.on('message', ({ seed, mode, from, to }: ChunkJob) => {
  const chunk = trainingChunk(seed, from, to, mode, painters)
  parentPort?.postMessage(chunk, [chunk.frames.buffer, chunk.parameters.buffer, chunk.looks.buffer])
})
