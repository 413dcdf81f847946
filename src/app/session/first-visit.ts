const key = 'videmo-source-chosen'
type TextStorage = Pick<Storage, 'getItem' | 'setItem'>

/** Whether this person has ever chosen something to watch, on this device. Never throws. */
export function hasChosenSource(storage: () => TextStorage = () => localStorage): boolean {
  try {
    return storage().getItem(key) !== null
  } catch {
    return false
  }
}

/** Remembers that this person has chosen a source. Never throws. */
export function rememberSourceChosen(storage: () => TextStorage = () => localStorage): void {
  try {
    storage().setItem(key, 'yes')
  } catch {
    // Without storage every visit counts as the first one.
  }
}
