import * as v from 'valibot'
import type { BundleEntry } from '../../readers/worker/protocol.ts'

/** What was once stored whole on this device. */
export type StoredName = Pick<BundleEntry, 'key' | 'name' | 'bytes'>

const key = 'videmo-stored-models'
const schema = v.array(v.object({ key: v.string(), name: v.string(), bytes: v.number() }))

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** Which models were there at the last look; none where nothing was remembered. Never throws. */
export function loadStoredNames(shelf: () => Shelf = () => localStorage): StoredName[] {
  try {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), shelf().getItem(key))
    return parsed.success ? parsed.output : []
  } catch {
    return []
  }
}

/** Remembers which models are there, apart from where they are: what has gone by itself can be told. Never throws. */
export function saveStoredNames(entries: readonly BundleEntry[], shelf: () => Shelf = () => localStorage): void {
  try {
    const whole = entries.filter(({ state }) => state === 'whole')
    shelf().setItem(key, JSON.stringify(whole.map(({ key, name, bytes }) => ({ key, name, bytes }))))
  } catch {
    // What goes by itself goes unnoticed, then.
  }
}

/** What was there at the last look and is whole no more. */
export function goneOf(before: readonly StoredName[], entries: readonly BundleEntry[]): StoredName[] {
  const whole = new Set(entries.filter(({ state }) => state === 'whole').map(({ key }) => key))
  return before.filter(({ key }) => !whole.has(key))
}
