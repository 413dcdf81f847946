import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { closedQuestions, promptOf } from '../../src/affect/closed-questions.ts'
import { presets } from '../../src/affect/stages.ts'
import { makeOutFolder } from '../out-folder.ts'
import { startThread } from '../thread.ts'
import type { ChunkJob } from './draw-worker.ts'
import { shuffledOrder } from './drawn-clips.ts'
import {
  type DrawMode,
  framesPerClip,
  lookNames,
  parameterNames,
  seenPx,
  type TrainingChunk,
} from './training-chunk.ts'

export interface DrawOptions {
  readonly seed: number
  readonly count: number
  readonly out: string
  readonly mode: DrawMode
  /** Threads. The bytes written do not depend on it. */
  readonly jobs: number
  readonly onProgress?: (done: number) => void
}

const clipsPerChunk = 32

/**
 * Writes training data: frames.bin, parameters.bin, looks.bin, lines.jsonl, meta.json, and prompts.txt: whatever the app
 * asks, drawn or not, which the small vocabulary should know in whole words.
 */
export async function draw({ seed, count, out, mode, jobs, onProgress }: DrawOptions): Promise<void> {
  await makeOutFolder(out)
  const paths = ['frames.bin', 'parameters.bin', 'looks.bin', 'lines.jsonl'] as const
  const files = await Promise.all(paths.map((name) => open(join(out, name), 'w')))
  const workers = Array.from({ length: jobs }, startWorker)
  try {
    const starts = Array.from({ length: Math.ceil(count / clipsPerChunk) }, (_, i) => i * clipsPerChunk)
    // One chunk in hand per thread; they are written in order.
    const ask = async (at: number): Promise<TrainingChunk> => {
      const worker = workers[at % jobs]
      const job: ChunkJob = { seed, mode, from: starts[at], to: Math.min(starts[at] + clipsPerChunk, count) }
      worker.postMessage(job)
      const [chunk] = await once(worker, 'message')
      return chunk
    }
    const pending = starts.slice(0, jobs).map((_, at) => ask(at))
    for (const [at, from] of starts.entries()) {
      const { frames, parameters, looks, lines } = await pending[at]
      if (at + jobs < starts.length) pending[at + jobs] = ask(at + jobs)
      await Promise.all([frames, parameters, looks].map((data, index) => files[index].appendFile(bytesOf(data))))
      await files[3].appendFile(lines)
      onProgress?.(Math.min(from + clipsPerChunk, count))
    }
  } finally {
    await Promise.all([...workers.map((worker) => worker.terminate()), ...files.map((file) => file.close())])
  }
  const prompts = [
    ...presets.flatMap(({ stages }) => stages.map(({ prompt }) => prompt)),
    ...closedQuestions.map(promptOf),
  ]
  await writeFile(join(out, 'prompts.txt'), `${prompts.join('\n')}\n`)
  // Last: a folder without it is not complete.
  const names = { parameters: parameterNames, looks: lookNames }
  const orders = Array.from({ length: count }, (_, index) => shuffledOrder(seed, index, framesPerClip))
  const meta = { count, frames: framesPerClip, size: seenPx, seed, ...names, ...(mode === 'scoring' ? { orders } : {}) }
  await writeFile(join(out, 'meta.json'), `${JSON.stringify(meta, undefined, 2)}\n`)
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function startWorker(): Worker {
  return startThread(new URL('draw-worker.ts', import.meta.url))
}
