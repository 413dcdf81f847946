import type { RecordingFile } from './recording.ts'
import { recordingVersion } from './recording-version.ts'

export type RecordingParts = Pick<RecordingFile, 'appVersion' | 'readings'>

/** The file of a recording made at `createdAt`. */
export function recordingFile({ appVersion, readings }: RecordingParts, createdAt: Date): RecordingFile {
  return {
    format: 'videmo-recording',
    version: recordingVersion,
    createdAt: createdAt.toISOString(),
    ...(appVersion === undefined ? {} : { appVersion }),
    readings,
  }
}
