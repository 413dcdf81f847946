interface Owned {
  dispose(): Promise<void>
}

/**
 * Uses something and disposes of it after. Where the use fails, its error is thrown whatever disposing comes to: once
 * memory has run out, freeing a session traps inside of the runtime ("index out of bounds"), which tells nobody anything.
 */
export async function disposingAfter<O extends Owned, T>(owned: O, use: (owned: O) => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await use(owned)
  } catch (error) {
    await disposeAfterFailure(owned)
    throw error
  }
  await owned.dispose()
  return result
}

/** Disposes of what is there; for where an error is about to be thrown that matters more. */
export async function disposeAfterFailure(...owned: readonly (Owned | undefined)[]): Promise<void> {
  for (const each of owned) await each?.dispose().catch(() => undefined)
}
