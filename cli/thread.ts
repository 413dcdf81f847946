import { Worker } from 'node:worker_threads'
import { runsFromSource } from './package-root.ts'

/**
 * A thread that runs a module of this program, named by its TypeScript file. In the installed package the compiled module
 * lies beside the caller's. From source the thread registers the TypeScript loader itself, since Node hands its loaders
 * to no worker.
 */
export function startThread(module: URL): Worker {
  // The options of the program around it are not for this module: some, like --input-type, would not let it start.
  if (!runsFromSource) return new Worker(new URL(module.href.replace(/\.ts$/, '.js')), { execArgv: [] })
  return new Worker(
    `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(module.href)}) })`,
    { eval: true },
  )
}
