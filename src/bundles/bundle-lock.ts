import { storeError } from './bundle-errors.ts'

/** How often a waiting tab says that it waits. */
const tellMs = 1000
/** A load that was just canceled needs a moment to let go of its lock; one in another tab holds it for longer. */
const briefMs = 3000

interface WaitOptions {
  readonly signal?: AbortSignal
  /** Called about once a second while another tab holds the lock. */
  readonly onWait?: () => void
}

/**
 * Takes a bundle's lock, waiting until it is free, and holds it until the returned function is called or this page or
 * worker ends. Does nothing in browsers without locks. Throws the reason of an abort.
 */
export async function takeLock(
  locks: LockManager | undefined,
  key: string,
  { signal, onWait = () => undefined }: WaitOptions = {},
): Promise<() => void> {
  if (!locks) return () => undefined
  const timer = setInterval(onWait, tellMs)
  try {
    return await new Promise((resolve, reject) => {
      const hold = () => new Promise<void>((release) => resolve(release))
      locks.request(`videmo-bundle-${key}`, signal ? { signal } : {}, hold).catch(reject)
    })
  } finally {
    clearInterval(timer)
  }
}

/** As `takeLock`, but waits for at most 3 s. Throws BundleError `store-busy`. */
export async function takeLockSoon(locks: LockManager | undefined, key: string): Promise<() => void> {
  try {
    return await takeLock(locks, key, { signal: AbortSignal.timeout(briefMs) })
  } catch (cause) {
    throw cause instanceof DOMException && /^(Abort|Timeout)Error$/.test(cause.name) ? storeError('busy', cause) : cause
  }
}
