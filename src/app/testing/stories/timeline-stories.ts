import type { TrackId } from '../../../affect/track.ts'
import { readings } from '../story-facts.ts'
import { fileReading, live, type Material, type Teller } from '../story-states.ts'

const camera = { source: { kind: 'camera', name: 'FaceTime HD Camera' } } as const

/** Readings of three faces that are read in turn, for as long as a minute. */
function inTurn({ frames }: Material) {
  return readings(frames, 15).map((each, index) => {
    const track: TrackId = `face-${(index % 3) + 1}`
    return { ...each, ...camera, track }
  })
}

const minute = ({ frames }: Material) => frames.map((frame) => ({ ...frame, timeS: frame.timeS + 56 }))

/** What the timeline shows: gaps, several people, places that were and were not read, and the list of readings. */
export const timelineStories: Readonly<Record<string, Teller>> = {
  'timeline/three': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      frames: minute(material),
      recording: inTurn(material),
      shownTrack: 'face-1',
    },
  }),
  'timeline/live-review': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      frames: minute(material),
      recording: readings(material.frames, 13).map((each) => ({ ...each, ...camera })),
    },
    view: { review: { kind: 'playhead', timeS: 18 } },
  }),
  'timeline/unread': (material) => ({
    state: {
      ...fileReading(material, { state: 'over', reason: 'stopped' }),
      recording: readings(material.frames, 1).map((each) => ({ ...each, endS: 3.5 })),
    },
    view: { review: { kind: 'playhead', timeS: 6 } },
  }),
  'timeline/other-source': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      opened: 2,
      recording: readings(material.frames, 3),
    },
    view: { review: { kind: 'reading', update: 1 } },
  }),
  'timeline/sheet': (material) => ({
    state: { ...live(material, { state: 'running' }), recording: inTurn(material) },
    view: { sheet: 'timeline' },
  }),
}
