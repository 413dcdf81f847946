import { OpfsStore } from '../../../src/bundles/opfs-store.ts'
import { type OpfsJob, type OpfsOutcome, storeContents, tamper } from './opfs-job.ts'

/** A new worker for every job: what a job takes away from the browser is gone with it. */
function startWorker(job: OpfsJob) {
  const worker = new Worker(new URL('./opfs.worker.ts', import.meta.url), { type: 'module' })
  const messages = new Promise<OpfsOutcome | 'hanging'>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.postMessage(job)
  return { worker, firstMessage: messages }
}

const hanging: Worker[] = []

const opfs = {
  storeContents,
  tamper,
  remove: (key: string) => new OpfsStore().remove(key),
  async inWorker(job: OpfsJob): Promise<OpfsOutcome> {
    const { worker, firstMessage } = startWorker(job)
    const outcome = await firstMessage
    worker.terminate()
    if (outcome === 'hanging') throw new Error('nothing was meant to hang')
    return outcome
  },
  /** Starts a load that does not end. */
  async hang(job: OpfsJob): Promise<void> {
    const { worker, firstMessage } = startWorker(job)
    if ((await firstMessage) !== 'hanging') throw new Error('the load ended')
    hanging.push(worker)
  },
  /** Ends it as a crash would. */
  crash(): void {
    for (const worker of hanging.splice(0)) worker.terminate()
  },
}

declare global {
  interface Window {
    opfs: typeof opfs
  }
}
Object.assign(window, { opfs, outcome: true })
