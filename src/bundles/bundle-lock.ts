import { storeError } from './bundle-errors.ts'

/** How often a waiting tab says that it waits. */
const tellMs = 1000
/** A load that was just cancelled needs a moment to clear up; a load in another tab takes longer than this. */
const briefMs = 3000

interface WaitOptions {
  readonly signal?: AbortSignal
  /** Called about once a second while the lock is someone else's. */
  readonly onWait?: () => void
}

/**
 * Holds a bundle's lock until the returned function is called, or this page or worker ends; waits for it as long as it
 * takes. Does nothing in browsers without locks. Throws the reason of an abort.
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

/** As above, but not for long. Throws BundleError `store-busy`. */
export async function takeLockSoon(locks: LockManager | undefined, key: string): Promise<() => void> {
  try {
    return await takeLock(locks, key, { signal: AbortSignal.timeout(briefMs) })
  } catch (cause) {
    throw cause instanceof DOMException && /^(Abort|Timeout)Error$/.test(cause.name) ? storeError('busy', cause) : cause
  }
}
