import { VidemoError } from '../../base/errors.ts'
import type { RecordingFile } from '../recording.ts'
import type { Exporter } from './exporter.ts'
import { jsonExporter } from './json.ts'

/** Every format that a recording can be handed out in, the first by default. A new one is a file here and a line. */
export const exporters: readonly Exporter[] = [jsonExporter]

/** A recording as a file of one format. */
export interface ExportedFile {
  /** `videmo-2026-11-26T12-00-00.json`: the time is that of the recording's end. */
  readonly name: string
  readonly mediaType: string
  readonly content: string | Uint8Array<ArrayBuffer>
}

/**
 * A recording in one of the formats.
 *
 * @throws VidemoError `unknown-format`
 */
export function exportRecording(recording: RecordingFile, id: string, known = exporters): ExportedFile {
  const exporter = known.find((each) => each.id === id)
  if (!exporter) {
    throw new VidemoError({
      code: 'unknown-format',
      message: `There is no format ${id} for recordings.`,
      action: `Choose one of: ${known.map((each) => each.id).join(', ')}.`,
      subject: id,
    })
  }
  const { extension, mediaType } = exporter
  return { name: `videmo-${stampOf(recording.createdAt)}.${extension}`, mediaType, content: exporter.write(recording) }
}

/** For names of files: an ISO timestamp to the second, without the colons that some systems forbid. */
export function stampOf(iso: string): string {
  return iso.slice(0, 19).replaceAll(':', '-')
}
