import { Worker } from 'node:worker_threads'

/** A thread that runs a TypeScript module. Node hands its loaders to no worker, so the thread registers one itself. */
export function typescriptWorker(entry: URL): Worker {
  return new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}) })`,
    { eval: true },
  )
}
