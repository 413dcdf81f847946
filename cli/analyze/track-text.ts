import { formatSpan, formatTime } from '../../src/app/format.ts'
import { measuredLines, trackText } from './measured-text.ts'
import { count } from './status-text.ts'
import type { TrackRecord } from './track-record.ts'

/** A followed face for a person to read. */
export function trackRecordText({ track, startS, endS, measured }: TrackRecord): string {
  const name = trackText(track) ?? track
  const when = startS === endS ? formatTime(startS) : formatSpan(startS, endS)
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  return `${[`${title}: ${when}, ${count(measured.faces, 'measure')}`, ...measuredLines(measured)].join('\n')}\n`
}
