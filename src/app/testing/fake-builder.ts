import type { UnfinishedBuild } from '../../build-worker/protocol.ts'
import type { Builder } from '../build-session.ts'

/** A builder whose looks and builds never end. */
export function fakeBuilder(unfinished: readonly UnfinishedBuild[] = []): Builder {
  const never = () => new Promise<never>(() => undefined)
  return {
    look: never,
    build: never,
    pause: async () => undefined,
    stop: async () => undefined,
    unfinished: async () => [...unfinished],
    forget: async () => undefined,
    terminate: () => undefined,
  }
}
