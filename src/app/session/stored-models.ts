import * as v from 'valibot'
import { asVidemoError, type VidemoError } from '../../base/errors.ts'
import { askToPersist, isPersistent } from '../../bundles/persistence.ts'
import type { BundleEntry, BundleSource, StorageReport } from '../../readers/worker/protocol.ts'
import type { Store } from '../store.ts'
import type { CurrentClient } from './current-client.ts'
import { words } from './words.ts'

/** What this browser keeps of models, at the last look. */
export type StoredState =
  | ({ readonly state: 'known'; readonly isPersistent: boolean } & StorageReport)
  | { readonly state: 'failed'; readonly error: VidemoError }

/** A model that was once stored whole on this device. */
export type StoredName = Pick<BundleEntry, 'key' | 'name' | 'bytes'>

/** The part of the session's state that is about stored models. */
interface StoredPart {
  readonly stored: StoredState | undefined
  readonly evicted: readonly StoredName[]
  readonly announcement: string
}

/** The models that this browser keeps: which there are, and what can be done with them. */
export class StoredModels {
  /** @param client the engine's worker, which alone sees the files */
  constructor(
    private readonly store: Pick<Store<StoredPart>, 'get' | 'update'>,
    private readonly client: Pick<CurrentClient, 'get'>,
  ) {}

  /** Looks which models there are. Never throws. */
  async look(): Promise<void> {
    try {
      const report = await this.client.get().storage()
      saveStoredNames(report.bundles)
      this.store.update({ stored: { state: 'known', ...report, isPersistent: await isPersistent() } })
    } catch (error) {
      this.fail(error)
    }
  }

  /** As `look`, and tells which models have gone by themselves since the last visit. */
  async lookFirst(): Promise<void> {
    const before = loadStoredNames()
    await this.look()
    const { stored } = this.store.get()
    if (stored?.state === 'known') this.store.update({ evicted: goneOf(before, stored.bundles) })
  }

  /** Deletes a stored model, whole or not. Never throws. */
  async remove(key: string): Promise<void> {
    const name = this.bundles.find((entry) => entry.key === key)?.name
    try {
      await this.client.get().removeBundle(key)
      await this.look()
      this.store.update({ announcement: words.modelDeleted(name) })
    } catch (error) {
      this.fail(error)
    }
  }

  /** Asks the browser to spare what is stored when it frees space. */
  async protect(): Promise<void> {
    const isPersistent = await askToPersist()
    const { stored } = this.store.get()
    const announcement = isPersistent ? words.modelsKept : words.modelsNotKept
    this.store.update({ announcement, ...(stored?.state === 'known' ? { stored: { ...stored, isPersistent } } : {}) })
  }

  private get bundles(): readonly BundleEntry[] {
    const { stored } = this.store.get()
    return stored?.state === 'known' ? stored.bundles : []
  }

  private fail(error: unknown): void {
    this.store.update({ stored: { state: 'failed', error: asVidemoError(error) } })
  }
}

/** Whether a stored model is the one that was loaded from this source. */
export function isStoredAs({ key, url }: Pick<BundleEntry, 'key' | 'url'>, source: BundleSource | undefined): boolean {
  return source?.type === 'stored' ? source.key === key : source?.type === 'url' && source.url === url
}

const storageKey = 'videmo-stored-models'
const schema = v.array(v.object({ key: v.string(), name: v.string(), bytes: v.number() }))

type TextStorage = Pick<Storage, 'getItem' | 'setItem'>

/** Which models were there at the last look; none where nothing was remembered. Never throws. */
export function loadStoredNames(storage: () => TextStorage = () => localStorage): StoredName[] {
  try {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), storage().getItem(storageKey))
    return parsed.success ? parsed.output : []
  } catch {
    return []
  }
}

/**
 * Remembers which models are whole, in another place than theirs: when the browser removes them to free space, the next
 * visit can tell. Never throws.
 */
export function saveStoredNames(
  entries: readonly BundleEntry[],
  storage: () => TextStorage = () => localStorage,
): void {
  try {
    const whole = entries.filter(({ state }) => state === 'whole')
    storage().setItem(storageKey, JSON.stringify(whole.map(({ key, name, bytes }) => ({ key, name, bytes }))))
  } catch {
    // Without this place the next visit cannot tell what has gone.
  }
}

/** The models that were whole at the last look and are not now. */
export function goneOf(before: readonly StoredName[], entries: readonly BundleEntry[]): StoredName[] {
  const whole = new Set(entries.filter(({ state }) => state === 'whole').map(({ key }) => key))
  return before.filter(({ key }) => !whole.has(key))
}
