import { RecordingList } from './RecordingList.tsx'

/** The readings of the source on show over its time, and the earlier ones. */
export function Timeline() {
  return <RecordingList />
}
