import type { RecordingFile } from '../recording.ts'

/** A file format that a recording can be handed out in. */
export interface Exporter {
  /** For addresses, options and keys: `json`. */
  readonly id: string
  /** For a person: `JSON`. */
  readonly title: string
  /** Of the file's name, without a dot. */
  readonly extension: string
  readonly mediaType: string
  /** The file's content: text is written as UTF-8. */
  write(recording: RecordingFile): string | Uint8Array<ArrayBuffer>
}
