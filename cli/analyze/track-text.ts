import { formatPercent, formatSpan, formatTime } from '../../src/app/format.ts'
import { measuredLines, trackText } from './measured-text.ts'
import { count } from './status-text.ts'
import type { TrackRecord } from './track-record.ts'

/** A followed face for a person to read. */
export function trackRecordText(record: TrackRecord): string {
  const { track, firstS, lastS, frames, present, heightPx } = record
  const name = trackText(track) ?? track
  const when = firstS === lastS ? formatTime(firstS) : formatSpan(firstS, lastS)
  const seen = [`${when}, ${count(frames, 'measure')}`, `there in ${formatPercent(present)} of the file`]
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}: ${seen.join(', ')}, ${Math.round(heightPx)} px high`
  return `${[title, ...measuredLines(record)].join('\n')}\n`
}
