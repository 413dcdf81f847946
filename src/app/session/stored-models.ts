import { fromWire, toWire } from '../../base/errors.ts'
import { askToPersist, isPersistent } from '../../bundles/persistence.ts'
import type { EngineClient } from '../../readers/worker/client.ts'
import type { Store } from '../store.ts'
import type { SessionState } from './session-state.ts'
import { goneOf, loadStoredNames, saveStoredNames } from './stored-list.ts'

/** The models that this browser keeps: which there are, and what can be done with them. */
export class StoredModels {
  /** @param client the engine's worker, who alone sees the files */
  constructor(
    private readonly store: Store<SessionState>,
    private readonly client: () => EngineClient,
  ) {}

  /** Looks what there is. Never throws. */
  async look(): Promise<void> {
    try {
      const report = await this.client().storage()
      saveStoredNames(report.bundles)
      this.store.update({ stored: { state: 'known', ...report, isPersistent: await isPersistent() } })
    } catch (error) {
      this.store.update({ stored: { state: 'failed', error: fromWire(toWire(error)) } })
    }
  }

  /** Looks what there is, and says what was there before. */
  async lookFirst(): Promise<void> {
    const before = loadStoredNames()
    await this.look()
    const { stored } = this.store.get()
    if (stored?.state === 'known') this.store.update({ evicted: goneOf(before, stored.bundles) })
  }

  async remove(key: string): Promise<void> {
    const { stored } = this.store.get()
    const name = stored?.state === 'known' ? stored.bundles.find((entry) => entry.key === key)?.name : undefined
    try {
      await this.client().removeBundle(key)
      await this.look()
      this.store.update({ announcement: `${name ?? 'The model'} was deleted.` })
    } catch (error) {
      this.store.update({ stored: { state: 'failed', error: fromWire(toWire(error)) } })
    }
  }

  /** Asks the browser to spare what is stored when it frees space. */
  async protect(): Promise<void> {
    const isPersistent = await askToPersist()
    const { stored } = this.store.get()
    const announcement = isPersistent ? 'The browser keeps the models.' : 'The browser has not agreed.'
    this.store.update({ announcement, ...(stored?.state === 'known' ? { stored: { ...stored, isPersistent } } : {}) })
  }
}
