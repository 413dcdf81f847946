import { parentPort } from 'node:worker_threads'
import { ClipPainter } from './drawn-clips.ts'
import { seenPx, trainingChunk } from './training-chunk.ts'

export interface ChunkJob {
  readonly seed: number
  readonly from: number
  readonly to: number
}

const painters = { small: new ClipPainter(224, seenPx), large: new ClipPainter(448, seenPx) }

parentPort?.on('message', ({ seed, from, to }: ChunkJob) => {
  const chunk = trainingChunk(seed, from, to, painters)
  parentPort?.postMessage(chunk, [chunk.frames.buffer, chunk.parameters.buffer, chunk.looks.buffer])
})
