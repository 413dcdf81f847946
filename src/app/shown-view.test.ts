import { expect, it } from 'vitest'
import { noFaces } from './session/faces-state.ts'
import type { SessionState, Source, StripFrame } from './session/session-state.ts'
import { viewOf } from './shown-view.ts'
import { blankState } from './testing/fake-session.ts'
import { fullBundle, smallBundle } from './testing/story-facts.ts'

const following = { ...noFaces, status: { state: 'following' } } as const
const camera = { kind: 'camera' } as Source
const manifest = { ...smallBundle.manifest, source: fullBundle.manifest.source, reads: 'drawn-faces' } as const
const ofDrawings = { ...smallBundle, manifest }
const view = (state: Partial<SessionState>) => viewOf({ ...blankState, ...state })

it('is what the frames of the window say', () => {
  const frames = [{ view: 'face' }, { view: 'twin' }] as unknown as readonly StripFrame[]
  expect(view({ frames, bundle: fullBundle, source: camera, faces: following })).toBe('twin')
  expect(view({ frames: [{}] as unknown as readonly StripFrame[], source: camera, faces: following })).toBe('picture')
})

it('before the first frame is what the person wishes', () => {
  const settings = { ...blankState.settings, faces: { ...blankState.settings.faces, view: 'face' as const } }
  expect(view({ settings, bundle: ofDrawings, source: camera, faces: following })).toBe('face')
})

it('before the first frame is what suits the model, where faces are followed', () => {
  expect(view({ bundle: ofDrawings, source: camera, faces: following })).toBe('twin')
  expect(view({ bundle: fullBundle, source: camera, faces: following })).toBe('face')
  expect(view({ bundle: ofDrawings, source: camera })).toBe('picture')
  expect(view({ bundle: ofDrawings, source: { kind: 'drawn' } as Source, faces: following })).toBe('picture')
})
