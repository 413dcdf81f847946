interface Disposable {
  dispose(): Promise<void>
}

/**
 * Uses an object, then disposes of it. When the use fails, its error is thrown, not that of disposing: after memory has
 * run out, releasing a session traps inside ONNX Runtime ("index out of bounds"), which would hide the reason.
 */
export async function withDisposal<O extends Disposable, T>(owned: O, use: (owned: O) => Promise<T>): Promise<T> {
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

/** Disposes of objects before an error is thrown that matters more than theirs, which are ignored. */
export async function disposeAfterFailure(...owned: readonly (Disposable | undefined)[]): Promise<void> {
  for (const each of owned) await each?.dispose().catch(() => undefined)
}
