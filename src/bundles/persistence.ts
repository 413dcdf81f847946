/**
 * Asks the browser not to clear this site's storage by itself, for the page to call when a model was chosen: workers
 * cannot ask. Some browsers ask the person, so that the answer may never come; nothing must wait for it. Never throws.
 */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false
  } catch {
    return false
  }
}

/** Whether the browser has promised that. Never throws. */
export async function isPersistent(): Promise<boolean> {
  try {
    return (await navigator.storage?.persisted?.()) ?? false
  } catch {
    return false
  }
}
