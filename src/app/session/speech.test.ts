import { expect, it } from 'vitest'
import { dfewEmotions } from '../../affect/labels.ts'
import { type TrackId, wholePicture } from '../../affect/track.ts'
import { Store } from '../store.ts'
import { fullBundle } from '../testing/story-facts.ts'
import { noFaces } from './faces-state.ts'
import { firstState, type SessionState } from './session-state.ts'
import { defaultSettings } from './settings.ts'
import { newsEveryMs, Speech } from './speech.ts'

/** A clock that a test moves on, and everything that is said, with the second of it. */
function speaking(state: Partial<SessionState> = {}) {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const store = new Store<SessionState>({ ...firstState(defaultSettings, false), ...state })
  const said: string[] = []
  let before = ''
  store.subscribe(() => {
    const { announcement } = store.get()
    if (announcement !== before && announcement !== '') said.push(`${nowMs / 1000} ${announcement}`)
    before = announcement
  })
  const speech = new Speech((announcement) => store.update({ announcement }), {
    nowMs: () => nowMs,
    after: (ms, run) => {
      const timer = { atMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
  })
  speech.follow(store)
  return {
    store,
    said,
    passTo: (s: number) => {
      for (;;) {
        const [next] = timers.filter(({ atMs }) => atMs <= s * 1000).sort((a, b) => a.atMs - b.atMs)
        if (!next) break
        timers = timers.filter((each) => each !== next)
        nowMs = next.atMs
        next.run()
      }
      nowMs = s * 1000
    },
  }
}

const camera = {
  source: { kind: 'camera', name: 'webcam', stream: {} as MediaStream, deviceId: '', isMirrored: true },
  opened: 1,
  bundle: fullBundle,
  run: { state: 'running' },
} as const satisfies Partial<SessionState>

const appears = (emotion: string, track: TrackId = wholePicture) => ({
  headlines: {
    [track]: { probed: [{ timeS: 0, probabilities: dfewEmotions.map((label) => (label === emotion ? 0.9 : 0.01)) }] },
  },
  shownTrack: track,
})
const faces = (...here: TrackId[]) => ({
  ...noFaces,
  status: { state: 'following' } as const,
  tracks: here.map((track) => ({ track, isHere: true, flaws: [], neutral: 'learnt' as const })),
})

it('says a change of the emotion at once, the next ten seconds later, and the latest of those between', () => {
  const { store, said, passTo } = speaking(camera)
  store.update(appears('happy'))
  passTo(2)
  store.update(appears('angry'))
  passTo(4)
  store.update(appears('sad'))
  passTo(9)
  expect(said).toEqual(['0 Appears happy.'])
  passTo(30)
  expect(said).toEqual(['0 Appears happy.', `${newsEveryMs / 1000} Appears sad.`])
})

it('says nothing of an emotion that comes back before its turn', () => {
  const { store, said, passTo } = speaking(camera)
  store.update(appears('happy'))
  passTo(3)
  store.update(appears('angry'))
  passTo(5)
  store.update(appears('happy'))
  passTo(60)
  expect(said).toEqual(['0 Appears happy.'])
})

it('names the face where there are several, and merges who was found with how they appear', () => {
  const { store, said, passTo } = speaking(camera)
  store.update({ faces: faces('face-1') })
  passTo(1)
  store.update({ faces: faces('face-1', 'face-2', 'face-3'), ...appears('sad', 'face-2') })
  passTo(20)
  store.update({ faces: faces() })
  passTo(40)
  expect(said).toEqual(['0 Face 1 found.', '10 Faces 2 and 3 found. Face 2 appears sad.', '20 No face in the picture.'])
})

it('tells nothing of faces of a file, which is measured faster than it plays', () => {
  const file = { kind: 'file', name: 'x', url: '', file: new Blob(), isSample: false } as const
  const { store, said, passTo } = speaking({ ...camera, source: file })
  store.update({ faces: { ...faces('face-1'), status: { state: 'measuring', doneS: 1, totalS: 9 } } })
  passTo(30)
  expect(said).toEqual([])
})

it('lets a change of state be heard before the news', () => {
  const { store, said, passTo } = speaking(camera)
  store.update({ announcement: 'The model is ready.' })
  store.update(appears('happy'))
  passTo(1)
  expect(said).toEqual(['0 The model is ready.'])
  passTo(10)
  expect(said).toEqual(['0 The model is ready.', '3 Appears happy.'])
})

it('leaves the last word to the end of a reading', () => {
  const { store, said, passTo } = speaking(camera)
  store.update(appears('happy'))
  passTo(1)
  store.update(appears('angry'))
  store.update({ run: { state: 'over', reason: 'stopped' }, announcement: 'Stopped.' })
  passTo(30)
  expect(said).toEqual(['0 Appears happy.', '1 Stopped.'])
  expect(store.get().announcement).toBe('Stopped.')
})

it('says no change where whole answers are spoken', () => {
  const { store, said, passTo } = speaking({ ...camera, settings: { ...defaultSettings, spoken: 'answers' } })
  store.update(appears('happy'))
  passTo(30)
  expect(said).toEqual([])
})

it('needs fewer than 40 words for 30 seconds of a camera in which everything changes', () => {
  const { store, said, passTo } = speaking(camera)
  store.update({ announcement: 'The model is ready.' })
  for (let second = 0; second < 30; second++) {
    passTo(second)
    const track: TrackId = second % 3 === 0 ? 'face-2' : 'face-1'
    store.update({
      ...appears(dfewEmotions[second % dfewEmotions.length], track),
      faces: second % 4 < 2 ? faces('face-1', 'face-2') : faces('face-1'),
    })
  }
  passTo(30)
  const words = said.flatMap((each) => each.split(' ').slice(1))
  expect(said.length).toBeGreaterThan(3)
  expect(words.length).toBeLessThan(40)
})
