import { exportRecording } from '../reading/exporters/index.ts'
import { recordedReading } from '../reading/recorded.ts'
import type { RecordingFile } from '../reading/recording.ts'
import { recordingFile } from '../reading/recording-file.ts'
import type { RecordedReading } from './session/session-state.ts'

/** A recording as a file of its own: nothing in it points to the page. */
export async function recordingOf(recording: readonly RecordedReading[], now = new Date()): Promise<RecordingFile> {
  // Neighbouring readings share frames.
  const blobs = new Set(recording.flatMap(({ frames }) => frames.flatMap(({ thumbnail }) => thumbnail ?? [])))
  const urls = new Map<Blob, string>()
  await Promise.all([...blobs].map(async (blob) => urls.set(blob, await dataUrl(blob))))
  const readings = recording.map(({ opened: _, source, model, settings, ...update }) =>
    recordedReading(update, { source, model, settings }, update.update, urls),
  )
  return recordingFile({ readings }, now)
}

/**
 * Hands a recording to the browser's downloads.
 *
 * @param format of `exporters`
 */
export function download(file: RecordingFile, format: string): void {
  const { name, mediaType, content } = exportRecording(file, format)
  downloadBlob(new Blob([content], { type: mediaType }), name)
}

/** Hands a file to the browser's downloads. */
export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own hold on the bytes by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
