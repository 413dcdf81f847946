import { CheckpointError } from '../../base/errors.ts'

/** Random access to one file of a checkpoint. */
export interface ByteSource {
  /** File name, for error messages. */
  readonly name: string
  /** Bytes in the whole file. */
  readonly size: number
  /** Differs when the file has changed: an ETag, a date. Undefined if host or disk give none. */
  readonly version?: string | undefined
  /** Exactly `length` bytes from `offset`; throws CheckpointError when they cannot be had. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>
}

/** A checkpoint's files, wherever they are: a directory, a set of Blobs, an HTTP base URL. */
export interface CheckpointFiles {
  /** Where the checkpoint is, for the manifest and for messages. */
  readonly origin: string
  /** Opens a file; undefined when the checkpoint has none of that name. */
  open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined>
  /** The names of all files there, if the place can be listed. They identify what is not a checkpoint. */
  list?(signal?: AbortSignal): Promise<readonly string[] | undefined>
  /** Announces the ranges that will be read from now on, in this order, so that a remote source can read ahead. */
  expect?(ranges: readonly SourceRange[]): void
  /** Closes files and connections. */
  close(): Promise<void>
}

/** Bytes [begin, end) of a file of the checkpoint. */
export interface SourceRange {
  readonly file: string
  readonly begin: number
  readonly end: number
}

/** Opens an optional file. Undefined also if it is forbidden: some hubs answer so for files that do not exist. */
export async function openOptional(
  files: CheckpointFiles,
  name: string,
  signal?: AbortSignal,
): Promise<ByteSource | undefined> {
  try {
    return await files.open(name, signal)
  } catch (error) {
    if (error instanceof CheckpointError && error.code === 'not-allowed') return undefined
    throw error
  }
}
