import * as v from 'valibot'
import { sourceName } from '../model-kind.ts'
import type { LoadState, LostLoad } from './session-state.ts'

const prefix = 'videmo-load:'
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const schema = v.object({
  name: v.string(),
  /** None for a folder. */
  url: v.exactOptional(v.string()),
  phase: v.picklist(['asking', 'downloading', 'checking', 'starting']),
  /** ISO 8601. */
  at: v.string(),
})

export interface MarkerPlaces {
  readonly shelf: () => Shelf
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined
  readonly now: () => Date
}

const pagePlaces: MarkerPlaces = {
  shelf: () => localStorage,
  locks: globalThis.navigator?.locks,
  now: () => new Date(),
}

/**
 * Marks, while a model is loaded, that it is: a tab that the system ends for want of memory says nothing itself, and
 * loads the same again when it comes back. Tabs tell each other's marks from those of the dead by a lock, which ends
 * with its tab. Never throws; where nothing can be kept, nothing is known of the last start.
 */
export class LoadMarker {
  private readonly key =
    `${prefix}${[...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('')}`
  private marked = ''
  private isHeld = false

  constructor(private readonly places: MarkerPlaces = pagePlaces) {}

  /** To be told of every change of a load. */
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
    const lost: LostLoad = { name: sourceName(source), ...url, phase, at: this.places.now().toISOString() }
    this.hold()
    quietly(() => this.places.shelf().setItem(this.key, JSON.stringify(lost)))
  }

  /** A tab that closes, or goes elsewhere, in the middle of a load: nobody crashed. */
  leave(): void {
    this.marked = ''
    this.clear()
  }

  /** The newest load that ended with its tab; each is told of once. */
  async takeLost(): Promise<LostLoad | undefined> {
    const alive = await this.alive()
    const lost: LostLoad[] = []
    quietly(() => {
      const shelf = this.places.shelf()
      const keys = Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? '')
      for (const key of keys) {
        if (!key.startsWith(prefix) || alive.has(key)) continue
        const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), shelf.getItem(key))
        if (parsed.success) lost.push(parsed.output)
        shelf.removeItem(key)
      }
    })
    return lost.sort((a, b) => b.at.localeCompare(a.at))[0]
  }

  private clear(): void {
    quietly(() => this.places.shelf().removeItem(this.key))
  }

  /** For as long as this page lives. */
  private hold(): void {
    if (this.isHeld) return
    this.isHeld = true
    this.places.locks?.request(this.key, () => new Promise<never>(() => undefined)).catch(() => undefined)
  }

  private async alive(): Promise<ReadonlySet<string>> {
    try {
      const { held = [], pending = [] } = (await this.places.locks?.query()) ?? {}
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
    // No storage, or none for this page.
  }
}
