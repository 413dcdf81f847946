const key = 'videmo-source-chosen'
type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** Whether this person has ever chosen something to watch, on this device. Never throws. */
export function hasChosenSource(shelf: () => Shelf = () => localStorage): boolean {
  try {
    return shelf().getItem(key) !== null
  } catch {
    return false
  }
}

/** Never throws. */
export function rememberSourceChosen(shelf: () => Shelf = () => localStorage): void {
  try {
    shelf().setItem(key, 'yes')
  } catch {
    // The page begins by itself the next time, too.
  }
}
