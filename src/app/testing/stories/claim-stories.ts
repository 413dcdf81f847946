import { claimsOf } from '../../../affect/claims.ts'
import { withClues } from '../../../affect/clue-prompt.ts'
import { cluesOf } from '../../../affect/clues.ts'
import type { FaceFlaw } from '../../../affect/measures.ts'
import { reasoningPreset } from '../../../affect/stages.ts'
import type { View } from '../../../affect/view.ts'
import type { AnswerState, CurrentUpdate } from '../../../reading/reading.ts'
import { noFaces } from '../../session/faces-state.ts'
import { fakeBoard, fakeEvents, followed } from '../fake-faces.ts'
import { texts, update } from '../story-facts.ts'
import { live, type Material, type Story, type Teller } from '../story-states.ts'

/** What was measured of the made-up face, in words that are true of it, of another one, and of nothing measured. */
const expression = [
  'At first, the face is at rest. Then the lip corners are pulled up (AU12) and the cheeks raised (AU6).',
  'Around the middle of the video she blinks and drinks. Towards the end she nods, and the brows are lowered (AU4).',
  'She raises her eyebrows at the end.',
].join(' ')

function story(material: Material, view: View, flaws: readonly FaceFlaw[] = [], withClue = false): Story {
  const { frames } = material
  const face = { track: 'face-1', box: { x: 200, y: 60, width: 240, height: 320 }, flaws } as const
  const board = fakeBoard({ width: 640, height: 480, faces: [face], measuredS: 12, liveRate: 20 })
  const [startS, endS] = [frames[0]?.timeS ?? 0, frames.at(-1)?.timeS ?? 8]
  const measured = {
    faces: board.curve('face-1').filter(({ timeS }) => timeS >= startS && timeS <= endS),
    events: fakeEvents,
  }
  const held = { measured, startS, endS, view }
  const clues = cluesOf(held)
  const [, , asked] = reasoningPreset.stages
  const emotion: AnswerState = {
    state: 'done',
    text: texts.emotion,
    ...(clues && withClue ? { prompt: withClues(asked.prompt, clues) } : {}),
  }
  const said = { ...(view === 'twin' ? {} : { attributes: texts.attributes }), expression, emotion: texts.emotion }
  const plain = update(frames, { emotion, ...(view === 'twin' ? { attributes: { state: 'empty' } } : {}) }, said)
  const current: CurrentUpdate = { ...plain, view, measured, claims: claimsOf(plain.tree, held) }
  return {
    state: {
      ...live(material, { state: 'running' }),
      frames: frames.map((each) => ({ ...each, view })),
      current,
      shownTrack: 'face-1',
      faces: { ...noFaces, status: { state: 'following' }, tracks: [followed('face-1', { flaws })], chosen: 'face-1' },
    },
    board,
  }
}

/** What is said beside what was measured. */
export const claimStories: Readonly<Record<string, Teller>> = {
  'claims/face': (material) => story(material, 'face'),
  'claims/twin': (material) => story(material, 'twin'),
  'claims/dark': (material) => story(material, 'face', ['dark']),
  'claims/clues': (material) => story(material, 'face', [], true),
}
