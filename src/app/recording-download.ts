import { type RecordingFile, recordingFile } from '../reading/recording.ts'
import type { RecordedReading } from './session/session-state.ts'

/** A recording as a file of its own: nothing in it points to the page. */
export async function recordingOf(recording: readonly RecordedReading[], now = new Date()): Promise<RecordingFile> {
  // Neighbouring readings share frames.
  const urls = new Map<Blob, Promise<string>>()
  const urlOf = (blob: Blob) => {
    const url = urls.get(blob) ?? dataUrl(blob)
    urls.set(blob, url)
    return url
  }
  return recordingFile(
    {
      readings: await Promise.all(
        recording.map(async ({ frames, opened: _, ...rest }) => ({
          ...rest,
          frames: await Promise.all(
            frames.map(async ({ timeS, thumbnail }) => ({ timeS, thumbnail: await urlOf(thumbnail) })),
          ),
        })),
      ),
    },
    now,
  )
}

/** Hands a recording to the browser's downloads. */
export function download(file: RecordingFile): void {
  const json = new Blob([JSON.stringify(file)], { type: 'application/json' })
  downloadBlob(json, `videmo-${stampOf(file.createdAt)}.json`)
}

/** For names of files: an ISO timestamp to the second, without what some systems forbid. */
export function stampOf(iso: string): string {
  return iso.slice(0, 19).replaceAll(':', '-')
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
