import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BlockFormat, QuantizedBlock, QuantizerBackend, StoredRows } from '../src/build/quantize.ts'

export interface QuantizeJob {
  readonly stored: StoredRows
  readonly format: BlockFormat
}

interface Thread {
  readonly worker: Worker
  /** Jobs it has, oldest first; it answers in order. */
  readonly waiting: { resolve(block: QuantizedBlock): void; reject(error: Error): void }[]
}

/** Quantizes in worker threads; arrays are handed over, not copied. */
export class QuantizerPool implements QuantizerBackend {
  readonly concurrency: number
  private readonly threads: Thread[]

  constructor(threads = availableParallelism()) {
    // Enough that no thread waits while the main one reads, hashes and writes.
    this.concurrency = 3 * threads
    this.threads = Array.from({ length: threads }, startThread)
  }

  quantize(stored: StoredRows, format: BlockFormat): Promise<QuantizedBlock> {
    const thread = this.threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a))
    // Only memory that belongs to these rows alone may be handed over.
    const { bytes } = stored
    const isWhole = bytes.byteLength === bytes.buffer.byteLength
    const own: StoredRows = isWhole ? stored : { ...stored, bytes: bytes.slice() }
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject })
      const job: QuantizeJob = { stored: own, format }
      thread.worker.postMessage(job, [own.bytes.buffer as ArrayBuffer])
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()))
  }
}

function startThread(): Thread {
  // Node hands its loaders to no worker, so the thread registers the TypeScript one itself.
  const entry = new URL('quantizer-worker.ts', import.meta.url).href
  const worker = new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry)}) })`,
    { eval: true },
  )
  const thread: Thread = { worker, waiting: [] }
  worker.on('message', (block: QuantizedBlock) => thread.waiting.shift()?.resolve(block))
  worker.on('error', (error) => {
    for (const { reject } of thread.waiting.splice(0)) reject(error)
  })
  return thread
}
