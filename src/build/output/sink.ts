/** One file being written, front to back. */
export interface FileSink {
  /**
   * Has copied or written the bytes when it resolves, so that the caller may reuse the buffer. Throws BuildError
   * `no-space`, `write-failed`.
   */
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * Where a bundle is written. It becomes visible as a bundle with `commit`; `discard` removes everything. One of them is
 * called, once.
 */
export interface BundleSink {
  create(path: string): Promise<FileSink>
  commit(): Promise<void>
  discard(): Promise<void>
}

/**
 * A sink that keeps an unfinished bundle and notes about it, so that a later build can resume. A build that fails calls
 * `suspend`; `discard` is for callers that give the bundle up.
 */
export interface ResumableSink extends BundleSink {
  /** The lines noted so far, oldest first, without a last one that was cut short. */
  noted(): Promise<readonly string[]>
  /** Notes a line, after everything that was written before it is on disk. */
  note(line: string): Promise<void>
  /**
   * Opens a file for appending after its first `bytes`, which are passed to `onKept` in order; the rest is cut off.
   * Undefined if the file is missing or shorter.
   */
  reopen(path: string, bytes: number, onKept: (chunk: Uint8Array) => void): Promise<FileSink | undefined>
  /** Deletes files and notes. */
  clear(): Promise<void>
  /** Closes open files; what is written and noted stays. */
  suspend(): Promise<void>
}

/** Whether a sink can keep an unfinished bundle. */
export function isResumable(sink: BundleSink | ResumableSink): sink is ResumableSink {
  return 'suspend' in sink
}
