import { type Endpoint, proxy, type Remote, wrap } from 'comlink'
import { installErrorTransfer } from '../base/error-transfer.ts'
import { BuildError } from '../base/errors.ts'
import type { ServerWait } from '../net/quiet-time.ts'
import type { BuildApi, BuildOffer, BuildRequest, BuildStep, BuiltBundle, UnfinishedBuild } from './protocol.ts'

installErrorTransfer()

/** A worker, or its stand-in in a test. */
export type BuildWorker = Endpoint & { terminate(): void }

/**
 * The page's side of `BuildApi`. If the worker dies, every call in flight rejects with BuildError `worker-died`, and
 * the next call starts another worker: finished weights are on disk.
 */
export class BuildClient {
  private running: { readonly remote: Remote<BuildApi>; readonly died: Promise<never>; end(): void } | undefined

  constructor(private readonly start: () => BuildWorker = startWorker) {}

  /** Rejects with an AbortError after `stop`. */
  look(request: BuildRequest, onWait: (wait: ServerWait | undefined) => void): Promise<BuildOffer> {
    return this.call((remote) => remote.look(request, proxy(onWait)))
  }

  /** Rejects with an AbortError after `stop`. */
  build(request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle> {
    return this.call((remote) => remote.build(request, proxy(onStep)))
  }

  pause(isPaused: boolean): Promise<void> {
    return this.call((remote) => remote.pause(isPaused))
  }

  stop(): Promise<void> {
    return this.call((remote) => remote.stop())
  }

  unfinished(): Promise<UnfinishedBuild[]> {
    return this.call((remote) => remote.unfinished())
  }

  forget(id: string): Promise<void> {
    return this.call((remote) => remote.forget(id))
  }

  /** Ends the worker at once. Calls in flight reject with `worker-died`. */
  terminate(): void {
    this.running?.end()
  }

  private async call<T>(ask: (remote: Remote<BuildApi>) => Promise<T>): Promise<T> {
    this.running ??= this.open()
    const { remote, died } = this.running
    return Promise.race([ask(remote), died])
  }

  private open(): NonNullable<typeof this.running> {
    const worker = this.start()
    let end: () => void = () => undefined
    const died = new Promise<never>((_, reject) => {
      end = () => {
        worker.terminate()
        this.running = undefined
        reject(workerDied())
      }
      for (const type of ['error', 'messageerror']) worker.addEventListener(type, end)
    })
    died.catch(() => undefined)
    return { remote: wrap<BuildApi>(worker), died, end }
  }
}

function startWorker(): BuildWorker {
  return new Worker(new URL('../../workers/build.worker.ts', import.meta.url), { type: 'module', name: 'build' })
}

function workerDied(): BuildError {
  return new BuildError({
    code: 'worker-died',
    message: 'The part of the app that builds has stopped. Every weight that was finished is kept.',
    action: 'Resume the build; if it stops again, close other pages to free memory.',
    recoverable: true,
  })
}
