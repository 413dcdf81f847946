import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { BlockFormat } from '../src/build/precision/block-format.ts'
import type { QuantizedBlock, QuantizerBackend, StoredRows } from '../src/build/precision/quantize.ts'
import { startThread } from './thread.ts'

export interface QuantizeJob {
  readonly stored: StoredRows
  readonly format: BlockFormat
}

interface Thread {
  readonly worker: Worker
  /** Jobs it has, oldest first; it answers in order. */
  readonly waiting: { resolve(block: QuantizedBlock): void; reject(error: Error): void }[]
  /** Why it ended, and takes no more jobs. */
  failure?: Error
}

/** Quantizes in worker threads; arrays are handed over, not copied. */
export class QuantizerPool implements QuantizerBackend {
  readonly concurrency: number
  private readonly threads: Thread[]

  /** @param start of a thread: where the program is bundled its worker lies elsewhere */
  constructor(threads = availableParallelism(), start: () => Worker = startWorker) {
    // Enough that no thread waits while the main one reads, hashes and writes.
    this.concurrency = 3 * threads
    this.threads = Array.from({ length: threads }, () => asThread(start()))
  }

  quantize(stored: StoredRows, format: BlockFormat): Promise<QuantizedBlock> {
    const thread = this.threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a))
    // Only memory that belongs to these rows alone may be handed over.
    const { bytes } = stored
    const isWhole = bytes.byteLength === bytes.buffer.byteLength
    const own: StoredRows = isWhole ? stored : { ...stored, bytes: bytes.slice() }
    return new Promise((resolve, reject) => {
      if (thread.failure) {
        reject(thread.failure)
        return
      }
      thread.waiting.push({ resolve, reject })
      const job: QuantizeJob = { stored: own, format }
      thread.worker.postMessage(job, [own.bytes.buffer as ArrayBuffer])
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()))
  }
}

function startWorker(): Worker {
  return startThread(new URL('quantizer-worker.ts', import.meta.url))
}

function asThread(worker: Worker): Thread {
  const thread: Thread = { worker, waiting: [] }
  worker.on('message', (block: QuantizedBlock) => thread.waiting.shift()?.resolve(block))
  worker.on('error', (error) => {
    thread.failure = error
    for (const { reject } of thread.waiting.splice(0)) reject(error)
  })
  return thread
}
