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

/**
 * A sink that keeps an unfinished bundle together with notes on what is finished of it, so that a later build can go on
 * from there. `discard` is called by whoever no longer wants it; a failed build calls `suspend`.
 */
export interface ResumableSink extends BundleSink {
  /** The lines noted so far, oldest first, without one that was cut short. */
  noted(): Promise<readonly string[]>
  /** Notes a line, once all that was written before is on disk. */
  note(line: string): Promise<void>
  /**
   * Opens a file to go on behind its first `bytes`, which are handed to `onKept` in order; what lies behind them is cut
   * off. Undefined when the file is shorter or not there.
   */
  reopen(path: string, bytes: number, onKept: (chunk: Uint8Array) => void): Promise<FileSink | undefined>
  /** Throws away files and notes. */
  clear(): Promise<void>
  /** Lets go of open files; what is written and noted stays. */
  suspend(): Promise<void>
}

/** Whether a sink can keep an unfinished bundle. */
export function isResumable(sink: BundleSink | ResumableSink): sink is ResumableSink {
  return 'suspend' in sink
}
