/**
 * Asks the browser not to clear this site's storage by itself. The page calls it when a model is chosen, since workers
 * cannot. Some browsers then ask the person, so the promise may never resolve and nothing may wait for it. Never throws.
 */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false
  } catch {
    return false
  }
}

/** Whether the browser has promised not to clear this site's storage by itself. Never throws. */
export async function isPersistent(): Promise<boolean> {
  try {
    return (await navigator.storage?.persisted?.()) ?? false
  } catch {
    return false
  }
}
