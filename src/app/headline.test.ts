import { describe, expect, it } from 'vitest'
import { dfewEmotions } from '../affect/labels.ts'
import type { TrackId } from '../affect/track.ts'
import type { View } from '../affect/view.ts'
import { type Headline, headlineOf, headlineVerdict } from './headline.ts'
import { noFaces } from './session/faces-state.ts'
import type { RecordedReading, SessionState, Source, TrackHeadline } from './session/session-state.ts'
import { shownBy } from './shown.ts'
import { followed } from './testing/fake-faces.ts'
import { blankState } from './testing/fake-session.ts'
import { fullBundle, readings, smallBundle } from './testing/story-facts.ts'
import type { Review } from './view.ts'

const camera = { kind: 'camera', name: 'Front', stream: {}, deviceId: '', isMirrored: true } as unknown as Source
const drawn = { kind: 'drawn', name: 'Drawn face', stream: {}, isUnasked: false } as unknown as Source
const file = { kind: 'file', name: 'a.mp4', url: '', file: new Blob(), isSample: false } as Source
const stopped = { kind: 'stopped', was: 'camera', name: 'Front', picture: undefined, isMirrored: true } as Source

const drawnReader = {
  ...smallBundle,
  manifest: { ...smallBundle.manifest, source: { origin: 'training/x', architecture: 'x' }, reads: 'drawn-faces' },
} as const
const load = {
  state: 'downloading',
  source: { type: 'url', url: 'https://models.example/a/' },
  manifest: fullBundle.manifest,
  doneBytes: 38,
  totalBytes: 100,
} as const

const told = (label: string): TrackHeadline => ({
  probed: [{ timeS: 8, probabilities: dfewEmotions.map((each) => (each === label ? 0.9 : 0.1 / 6)) }],
})
const happy = { picture: told('happy') }
const reading = { bundle: fullBundle, source: camera, opened: 1, run: { state: 'running' } } as const
const settings = (faces: Partial<SessionState['settings']['faces']>) => ({
  settings: { ...blankState.settings, faces: { ...blankState.settings.faces, ...faces } },
})
const following = (...tracks: ReturnType<typeof followed>[]) =>
  ({ ...noFaces, status: { state: 'following' }, tracks }) as const

function headline(state: Partial<SessionState>, review?: Review, view: View = 'picture'): Headline {
  const whole = { ...blankState, ...state }
  return headlineOf({ ...whole, view }, shownBy(review, whole))
}

/** A headline in a few words: `1 happy, 2 followed (now)`, `no-face`. */
function inShort(said: Headline): string {
  if (said.kind === 'absent') return said.absence.kind
  const rows = said.rows.map((row) => {
    const number = row.track.replace('face-', '')
    return `${number} ${row.kind === 'verdict' ? row.verdict.label : row.kind}`
  })
  return `${rows.join(', ')} (${said.standing.kind})`
}

describe('before the first reading', () => {
  it.each([
    ['nothing is chosen', {}, 'no-source'],
    ['the model loads', { load }, 'loading'],
    ['a source waits for the model', { load, source: camera, run: { state: 'queued' } }, 'loading'],
    ['the model could not be loaded', { load: { ...load, state: 'failed' } as never, source: camera }, 'no-model'],
    ['the model is there', { bundle: fullBundle }, 'no-source'],
    ['it reads', reading, 'picture pending (now)'],
    ['it will read another model next', { ...reading, run: { state: 'queued' }, load }, 'loading'],
  ] as const)('%s', (_, state, expected) => {
    expect(inShort(headline(state as Partial<SessionState>))).toBe(expected)
  })
})

describe('while it reads', () => {
  const two = following(followed('face-1'), followed('face-2'))
  const ofFaces = {
    ...reading,
    shownTrack: 'face-1',
    headlines: { 'face-1': told('happy'), 'face-2': told('sad') },
  } as const
  it.each([
    ['the picture', { ...reading, headlines: happy }, 'picture', 'picture happy (now)'],
    [
      'one face, and says of the others that they are followed',
      { ...ofFaces, faces: two },
      'face',
      '1 happy, 2 followed (now)',
    ],
    [
      'the face that was chosen',
      { ...ofFaces, faces: { ...two, chosen: 'face-2' } },
      'face',
      '1 followed, 2 sad (now)',
    ],
    [
      'a face that was chosen and has no answer',
      { ...reading, headlines: { 'face-1': told('happy') }, shownTrack: 'face-1', faces: { ...two, chosen: 'face-2' } },
      'face',
      '1 followed, 2 pending (now)',
    ],
    ['all in turn', { ...ofFaces, faces: two, ...settings({ who: 'all' }) }, 'face', '1 happy, 2 sad (now)'],
    [
      'no face that is turned away',
      { ...ofFaces, faces: following(followed('face-1', { flaws: ['turned-away'] })) },
      'face',
      '1 flawed (now)',
    ],
    [
      'a small one all the same',
      { ...ofFaces, faces: following(followed('face-1', { flaws: ['small'] })) },
      'face',
      '1 happy (now)',
    ],
    [
      'no face that left',
      { ...ofFaces, faces: following(followed('face-1', { isHere: false }), followed('face-2')) },
      'face',
      '2 sad (now)',
    ],
    ['nobody', { ...ofFaces, faces: following(followed('face-1', { isHere: false })) }, 'face', 'no-face'],
    [
      'a file, whoever is measured just now',
      { ...ofFaces, source: file, faces: following(followed('face-1', { isHere: false })) },
      'face',
      '1 happy (now)',
    ],
    [
      'an answer that names none',
      { ...reading, headlines: { picture: { probed: [], said: { emotions: [], atS: 1 } } } },
      'picture',
      'picture unnamed (now)',
    ],
    ['random weights', { ...reading, bundle: smallBundle, headlines: happy }, 'picture', 'placeholder'],
    [
      'a real picture by a model of drawings',
      { ...reading, bundle: drawnReader, headlines: happy },
      'picture',
      'drawings-only',
    ],
    ['its twin', { ...reading, bundle: drawnReader, headlines: happy }, 'twin', 'picture happy (now)'],
    [
      'a drawing',
      { ...reading, bundle: drawnReader, source: drawn, headlines: happy },
      'picture',
      'picture happy (now)',
    ],
  ] as const)('%s', (_, state, view, expected) => {
    expect(inShort(headline(state as unknown as Partial<SessionState>, undefined, view))).toBe(expected)
  })

  it('names the emotion that is spoken, and none of what is stale', () => {
    const state = { ...blankState, ...reading, headlines: happy }
    expect(headlineVerdict(state)?.label).toBe('happy')
    expect(headlineVerdict({ ...state, run: { state: 'over', reason: 'stopped' } })).toBeUndefined()
    expect(headlineVerdict({ ...state, bundle: smallBundle })).toBeUndefined()
  })
})

describe('what is stale', () => {
  it('is labelled after a stop', () => {
    const state = { ...reading, source: stopped, headlines: happy, run: { state: 'over', reason: 'stopped' } } as const
    expect(inShort(headline(state))).toBe('picture happy (last)')
  })

  it('is gone with a new source: readings of the one before give no verdict', () => {
    const recording = readings([], 3)
    expect(inShort(headline({ ...reading, opened: 2, recording }))).toBe('picture pending (now)')
  })
})

describe('a review', () => {
  const recording = readings([], 3).map(
    (each, index): RecordedReading => ({
      ...each,
      track: (index === 1 ? 'face-2' : 'face-1') as TrackId,
      probes:
        index === 0
          ? [{ id: 'emotion', timeS: 7, probabilities: dfewEmotions.map((label) => Number(label === 'sad')) }]
          : [],
    }),
  )
  const state = { ...reading, shownTrack: 'face-1', recording, headlines: { 'face-1': told('fear') } } as const

  it('shows the reading that covers a time, and whoever else was read then', () => {
    // The words of both say happy; of the first, the closed question said sad.
    const said = headline(state, { kind: 'playhead', timeS: 5 })
    expect(inShort(said)).toBe('1 sad, 2 happy (earlier)')
    expect(said).toMatchObject({ standing: { atS: 5 }, rows: [{ verdict: { textSays: ['happy'] } }, {}] })
    expect(said.kind === 'rows' && said.standing).not.toHaveProperty('name')
  })

  it('says where nothing was read', () => {
    expect(headline(state, { kind: 'playhead', timeS: 41 })).toEqual({
      kind: 'absent',
      absence: { kind: 'unread', timeS: 41 },
    })
  })

  it('names another source', () => {
    const said = headline({ ...state, opened: 2 }, { kind: 'reading', update: 2 })
    expect(said).toMatchObject({
      standing: { kind: 'earlier', name: 'Sample clip' },
      rows: [{ verdict: { label: 'surprise' } }],
    })
  })
})
