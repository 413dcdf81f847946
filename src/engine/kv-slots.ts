import { EngineError } from '../base/errors.ts'

/** Which token each slot of a KV cache holds. The host decides about slots; their keys and values are on the backend. */
export class KvSlots {
  /** Id by slot; those of queued decode steps are missing until they have been read. */
  private readonly cachedIds: number[] = []
  private count = 0
  /** Counts rollbacks: an id that is read after a rollback of its slot belongs to an earlier epoch. */
  private epoch = 0

  constructor(readonly capacity: number) {}

  /** Slots in use, those of queued passes included. */
  get used(): number {
    return this.count
  }

  /** Ids in the cache, as far as they are known: what the repetition penalty has seen. */
  get ids(): readonly number[] {
    return this.cachedIds
  }

  /** Takes slots for these tokens; returns the first slot. Throws EngineError `context-full`. */
  append(ids: readonly number[]): number {
    const start = this.take(ids.length)
    this.cachedIds.splice(start, this.cachedIds.length, ...ids)
    return start
  }

  /**
   * Takes a slot for a token that is not known yet; unless it is rolled back, its id is set when it is. Returns the slot.
   * Throws EngineError `context-full`.
   */
  appendLater(id: Promise<number>): number {
    const slot = this.take(1)
    const { epoch } = this
    id.then(
      (known) => {
        if (epoch === this.epoch) this.cachedIds[slot] = known
      },
      () => undefined,
    )
    return slot
  }

  /** Frees all slots after the first `length`, whatever was to be known of them. */
  rollback(length: number): void {
    this.keepFirst(length)
    this.epoch++
  }

  /** Frees all slots after the first `length`, whose ids are all known. */
  keepFirst(length: number): void {
    this.count = length
    this.cachedIds.length = Math.min(this.cachedIds.length, length)
  }

  copyFrom(other: KvSlots): void {
    this.count = other.count
    this.cachedIds.splice(0, this.cachedIds.length, ...other.cachedIds)
  }

  private take(count: number): number {
    const start = this.count
    if (start + count > this.capacity) {
      throw new EngineError({
        code: 'context-full',
        message: `${start + count} tokens do not fit in a context of ${this.capacity}.`,
        action: 'Use fewer frames, a shorter question, or a shorter answer.',
        recoverable: true,
      })
    }
    this.count += count
    return start
  }
}
