/** One file being written, front to back. */
export interface FileSink {
  /** Takes the bytes before it resolves: the caller may reuse them. Throws BuildError `no-space`, `write-failed`. */
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * Where a bundle goes. Nothing is visible as a bundle before `commit`; `discard` leaves nothing behind. Both may be
 * called once.
 */
export interface BundleSink {
  create(path: string): Promise<FileSink>
  commit(): Promise<void>
  discard(): Promise<void>
}
