import * as v from 'valibot'
import { sourceName } from '../model-kind.ts'
import type { LoadState, LostLoad } from './session-state.ts'

const prefix = 'videmo-load:'
type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const schema = v.object({
  name: v.string(),
  /** Undefined for a folder. */
  url: v.exactOptional(v.string()),
  phase: v.picklist(['asking', 'downloading', 'checking', 'starting']),
  /** ISO 8601. */
  at: v.string(),
})

export interface MarkerEnvironment {
  readonly storage: () => TextStorage
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined
  readonly now: () => Date
}

const pageEnvironment: MarkerEnvironment = {
  storage: () => localStorage,
  locks: globalThis.navigator?.locks,
  now: () => new Date(),
}

/**
 * Keeps a mark in the browser's storage while a model is loaded. A tab that the system ends for want of memory cannot
 * report it, and would load the same model again when it is restored; the mark that it leaves tells the next start. Each
 * tab holds a lock, which ends with the tab: a mark whose lock is held belongs to a living tab. Never throws; without
 * storage nothing is known of the last start.
 */
export class LoadMarker {
  private readonly key =
    `${prefix}${[...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('')}`
  private marked = ''
  private isHeld = false

  constructor(private readonly environment: MarkerEnvironment = pageEnvironment) {}

  /** Must be called with every new state of the load. */
  follow(load: LoadState): void {
    const isLoading =
      load.state !== 'idle' && load.state !== 'failed' && load.state !== 'offered' && load.state !== 'waiting'
    const mark = isLoading ? `${load.state} ${sourceName(load.source)}` : ''
    if (mark === this.marked) return
    this.marked = mark
    if (!isLoading) {
      this.clear()
      return
    }
    const { source, state: phase } = load
    const url = source.type === 'url' ? { url: source.url } : {}
    const lost: LostLoad = { name: sourceName(source), ...url, phase, at: this.environment.now().toISOString() }
    this.hold()
    quietly(() => this.environment.storage().setItem(this.key, JSON.stringify(lost)))
  }

  /** The person closes the tab or leaves the page during a load, which is no crash: the mark is removed. */
  leave(): void {
    this.marked = ''
    this.clear()
  }

  /** The newest load that ended with its tab; its mark is removed, so that it is reported once. */
  async takeLost(): Promise<LostLoad | undefined> {
    const alive = await this.alive()
    const lost: LostLoad[] = []
    quietly(() => {
      const storage = this.environment.storage()
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      for (const key of keys) {
        if (!key.startsWith(prefix) || alive.has(key)) continue
        const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), storage.getItem(key))
        if (parsed.success) lost.push(parsed.output)
        storage.removeItem(key)
      }
    })
    return lost.sort((a, b) => b.at.localeCompare(a.at))[0]
  }

  private clear(): void {
    quietly(() => this.environment.storage().removeItem(this.key))
  }

  /** Holds the lock for as long as this page lives. */
  private hold(): void {
    if (this.isHeld) return
    this.isHeld = true
    this.environment.locks?.request(this.key, () => new Promise<never>(() => undefined)).catch(() => undefined)
  }

  private async alive(): Promise<ReadonlySet<string>> {
    try {
      const { held = [], pending = [] } = (await this.environment.locks?.query()) ?? {}
      return new Set([...held, ...pending].flatMap(({ name }) => name ?? []))
    } catch {
      return new Set()
    }
  }
}

function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // The browser has no storage, or denies it to this page.
  }
}
