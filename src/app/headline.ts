import type { FaceFlaw } from '../affect/measures.ts'
import { type TrackId, wholePicture } from '../affect/track.ts'
import type { View } from '../affect/view.ts'
import { isDrawn, isPlaceholder, readsDrawnFaces } from './model-kind.ts'
import { type BusyLoad, isActive, isLoading } from './run-text.ts'
import { type FollowedTrack, measuredFace } from './session/faces-state.ts'
import { isLive, type RecordedReading, type SessionState, type Source } from './session/session-state.ts'
import type { Shown } from './shown.ts'
import { viewOf } from './shown-view.ts'
import { type Verdict, verdictsOf, verdictsOfReading } from './verdict.ts'

/** What stands in the row of one person. */
export type Row =
  | { readonly kind: 'verdict'; readonly track: TrackId; readonly verdict: Verdict }
  /** It is read, and there is no answer yet. */
  | { readonly kind: 'pending'; readonly track: TrackId }
  /** Its answer names no emotion. */
  | { readonly kind: 'unnamed'; readonly track: TrackId }
  | { readonly kind: 'followed'; readonly track: TrackId }
  | { readonly kind: 'away'; readonly track: TrackId }
  /** It cannot be read now, and what is measured stands alone. */
  | { readonly kind: 'flawed'; readonly track: TrackId; readonly flaw: FaceFlaw }

/** Why there is no row: a quiet card says it. */
export type Absence =
  | { readonly kind: 'no-source' }
  | { readonly kind: 'no-model' }
  /** The model is on its way. */
  | { readonly kind: 'loading'; readonly load: BusyLoad }
  /** A source is open, and nothing is read of it. */
  | { readonly kind: 'not-read' }
  | { readonly kind: 'no-face' }
  /** Nobody was found in the whole file. */
  | { readonly kind: 'no-face-found' }
  /** The model reads drawings alone, and is shown a real picture as it is. */
  | { readonly kind: 'drawings-only' }
  /** The weights are random: words and numbers mean nothing. */
  | { readonly kind: 'placeholder' }
  | { readonly kind: 'unread'; readonly timeS: number }

/** How current the rows are. */
export type Standing =
  | { readonly kind: 'now' }
  /** Nothing is read any more. */
  | { readonly kind: 'last' }
  /** A person looks at an earlier reading; `name`: of which other source. */
  | { readonly kind: 'earlier'; readonly atS: number; readonly name?: string }

/** What the page says first of the people who are shown. */
export type Headline =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly standing: Standing }
  | { readonly kind: 'absent'; readonly absence: Absence }

type HeadlineParts =
  | 'source'
  | 'bundle'
  | 'load'
  | 'run'
  | 'headlines'
  | 'faces'
  | 'settings'
  | 'shownTrack'
  | 'recording'
  | 'opened'

export interface HeadlineState extends Pick<SessionState, HeadlineParts> {
  /** How the model is shown the source. */
  readonly view: View
}

/** Flaws with which nothing can be read off a face; the others are told beside the verdict's face. */
const unreadable: readonly FaceFlaw[] = ['turned-away', 'covered']

/**
 * What the page says first: the verdict of each person who is read, or why there is none. Stale ones are labeled, and
 * nothing is said where the model cannot read what it is shown.
 */
export function headlineOf(state: HeadlineState, shown: Shown = { kind: 'newest' }): Headline {
  switch (shown.kind) {
    case 'unread':
      return absent({ kind: 'unread', timeS: shown.timeS })
    case 'earlier':
      return earlierHeadline(state, shown)
    case 'newest':
      return newestHeadline(state)
  }
}

/** What the headline names of whose reading is on show: what is spoken when it changes. None of what is stale. */
export function headlineVerdict(state: SessionState): Verdict | undefined {
  const headline = headlineOf({ ...state, view: viewOf(state) })
  if (headline.kind !== 'rows' || headline.standing.kind !== 'now') return undefined
  const verdicts = headline.rows.flatMap((row) => (row.kind === 'verdict' ? [row.verdict] : []))
  return verdicts.find(({ track }) => track === state.shownTrack) ?? verdicts[0]
}

function newestHeadline(state: HeadlineState): Headline {
  const { source, bundle, load, run, headlines, faces, settings, view } = state
  const isOn = isActive(run)
  const tracks = Object.keys(headlines) as TrackId[]
  if (source && bundle) {
    const absence = unfitFor(bundle.manifest, source, view)
    if (absence) return absent(absence)
  }
  if (!isOn && tracks.length > 0) {
    const kept = settings.faces.who === 'all' ? tracks : tracks.filter((track) => track === state.shownTrack)
    return {
      kind: 'rows',
      rows: kept.toSorted(byNumber).flatMap((track) => knownRows(track, state)),
      standing: { kind: 'last' },
    }
  }
  if (!bundle || run.state === 'queued') {
    if (isLoading(load)) return absent({ kind: 'loading', load })
    if (!bundle) return absent({ kind: source || load.state === 'failed' || isOn ? 'no-model' : 'no-source' })
  }
  if (!source) return absent({ kind: 'no-source' })
  if (!isOn)
    return absent({
      kind: faces.status.state === 'measured' && faces.tracks.length === 0 ? 'no-face-found' : 'not-read',
    })
  const isNobodyHere =
    faces.status.state === 'following' && isLive(source) && !faces.tracks.some(({ isHere }) => isHere)
  if (isNobodyHere && view !== 'picture') return absent({ kind: 'no-face' })
  return rowsNow(rowsOfRead(state))
}

function rowsOfRead(state: HeadlineState): readonly Row[] {
  const { source, headlines, faces, settings, shownTrack, view } = state
  const isOfPicture = view === 'picture' || (shownTrack === wholePicture && headlines[wholePicture] !== undefined)
  if (isOfPicture || faces.tracks.length === 0) return knownRows(shownTrack, state)
  const isLiveSource = isLive(source)
  const read = faces.chosen ?? measuredFace(faces, shownTrack)?.track ?? shownTrack
  const isRead = ({ track }: FollowedTrack) => settings.faces.who === 'all' || track === read
  return faces.tracks
    .filter((each) => each.isHere || each.track === read || (!isLiveSource && headlines[each.track]))
    .flatMap((each): readonly Row[] => {
      const { track, isHere, flaws } = each
      if (!isRead(each)) return [{ kind: 'followed', track }]
      // Of a file, who is where is known of the frame that was measured last, which is not the one that is read.
      if (isLiveSource && !isHere) return [{ kind: 'away', track }]
      const flaw = isLiveSource ? flaws.find((one) => unreadable.includes(one)) : undefined
      return flaw ? [{ kind: 'flawed', track, flaw }] : knownRows(track, state)
    })
}

/** The rows of a track that is read. */
function knownRows(
  track: TrackId,
  { headlines, settings }: Pick<HeadlineState, 'headlines' | 'settings'>,
): readonly Row[] {
  const known = headlines[track]
  if (!known) return [{ kind: 'pending', track }]
  const { isOn, isSmoothed } = settings.probes
  const verdicts = verdictsOf(track, isOn ? known : { ...known, probed: [] }, isSmoothed)
  if (verdicts.length > 0) return verdicts.map((verdict) => ({ kind: 'verdict', track, verdict }))
  return [{ kind: known.said ? 'unnamed' : 'pending', track }]
}

function earlierHeadline(
  { source, bundle, settings, recording, opened }: HeadlineState,
  { reading, isOfAnotherSource, atS }: Extract<Shown, { kind: 'earlier' }>,
): Headline {
  if (bundle && bundle.name === reading.model.name) {
    const { kind } = reading.source
    const shownAs = isOfAnotherSource
      ? kind === 'camera' || kind === 'screen'
        ? ({ kind } as const)
        : undefined
      : source
    const absence = unfitFor(bundle.manifest, shownAs, reading.view)
    if (absence) return absent(absence)
  }
  // Of the frames at a time, whoever was read from them has a row.
  const others = atS === undefined ? [] : recording.filter((each) => each.opened === opened && covers(each, atS))
  const byTrack = new Map(others.map((each) => [each.track, each]))
  byTrack.set(reading.track, reading)
  const rows = [...byTrack.values()]
    .toSorted((a, b) => byNumber(a.track, b.track))
    .flatMap((each): readonly Row[] => {
      const { track } = each
      const verdicts = verdictsOfReading(each, settings.probes.isSmoothed)
      if (verdicts.length === 0) return [{ kind: 'unnamed', track }]
      return verdicts.map((verdict) => ({ kind: 'verdict', track, verdict }))
    })
  const standing = {
    kind: 'earlier',
    atS: atS ?? reading.endS,
    ...(isOfAnotherSource ? { name: reading.source.name } : {}),
  } as const
  return { kind: 'rows', rows, standing }
}

function covers({ startS, endS }: RecordedReading, timeS: number): boolean {
  return startS <= timeS && timeS <= endS
}

/** Why a model's words about what it is shown mean nothing; undefined where they do mean something. */
function unfitFor(
  manifest: NonNullable<SessionState['bundle']>['manifest'],
  source: Source | { readonly kind: 'camera' | 'screen' } | undefined,
  view: View,
): Absence | undefined {
  if (isPlaceholder(manifest)) return { kind: 'placeholder' }
  if (!source || !readsDrawnFaces(manifest) || view !== 'picture') return undefined
  return isOfDrawing(source) ? undefined : { kind: 'drawings-only' }
}

function isOfDrawing(source: Source | { readonly kind: 'camera' | 'screen' }): boolean {
  if (source.kind === 'stopped') return source.was === 'drawn'
  return 'name' in source && isDrawn(source)
}

function absent(absence: Absence): Headline {
  return { kind: 'absent', absence }
}

function rowsNow(rows: readonly Row[]): Headline {
  return { kind: 'rows', rows, standing: { kind: 'now' } }
}

function byNumber(a: TrackId, b: TrackId): number {
  return (Number(a.split('-')[1]) || 0) - (Number(b.split('-')[1]) || 0)
}
