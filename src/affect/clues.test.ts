import { describe, expect, it } from 'vitest'
import type { Held } from './claims.ts'
import { longestClues, withClues } from './clue-prompt.ts'
import { cluesOf } from './clues.ts'
import { faceEvent, measuredFaces } from './measures.fixture.ts'
import { measuredUnits } from './measures.ts'
import { captionPreset, reasoningPreset } from './stages.ts'

function held(at: Parameters<typeof measuredFaces>[1], events: Held['measured']['events'] = []): Held {
  return { measured: { faces: measuredFaces(8, at), events }, startS: 0, endS: 8, view: 'face' }
}

describe('clues', () => {
  it('say what moved, how strongly and when, and what did not', () => {
    const smile = held((timeS) => ({ units: { AU12: timeS >= 0.8 && timeS <= 2 ? 0.9 : 0 } }))
    expect(cluesOf(smile)).toBe('Measured: lip corner puller (AU12) strong from 0.8 s to 2.0 s; no brow movement.')
  })

  it('tell times from the first frame on, whatever the clock of the source', () => {
    const faces = measuredFaces(8, (timeS) => ({ units: { AU4: timeS >= 5 ? 0.55 : 0 } }))
    const late: Held = { measured: { faces, events: [faceEvent('nod', 3, 9)] }, startS: 4, endS: 8, view: 'face' }
    expect(cluesOf(late)).toBe(
      'Measured: brow lowerer (AU4) moderate from 1.0 s to 4.0 s; a nod throughout; no mouth movement.',
    )
  })

  it('name each kind of movement once, with how often it was', () => {
    const events = [faceEvent('blink', 1, 1.2), faceEvent('blink', 3, 3.2), faceEvent('smile', 2, 4)]
    expect(cluesOf(held(() => ({}), events))).toBe(
      'Measured: 2 times a blink from 1.0 s to 3.2 s; no brow or mouth movement.',
    )
  })

  it('say nothing of a unit that is measured poorly or is faint', () => {
    expect(cluesOf(held(() => ({ units: { AU6: 0.9, AU23: 0.9, AU12: 0.27 } })))).toBe('Measured: no brow movement.')
  })

  it('say nothing at all where nobody was followed, or not well enough', () => {
    expect(cluesOf(held(() => undefined))).toBeUndefined()
    expect(cluesOf(held(() => ({ flaws: ['dark'] })))).toBeUndefined()
  })

  it('leave times out of a picture', () => {
    const faces = measuredFaces(0, () => ({ units: { AU12: 0.9 } }))
    expect(cluesOf({ measured: { faces, events: [] }, startS: 0, endS: 0, view: 'face' })).toBe(
      'Measured: lip corner puller (AU12) strong; no brow movement.',
    )
  })

  it('are never longer than the room that is kept for them', () => {
    const units = Object.fromEntries(measuredUnits.map((unit) => [unit, 0.6]))
    const kinds = ['nod', 'shake', 'turn', 'blink', 'wink', 'talk'] as const
    const events = kinds.flatMap((kind) => Array.from({ length: 5 }, (_, at) => faceEvent(kind, at, at + 1)))
    const clues = cluesOf(held((timeS) => ({ units: timeS > 1 ? units : {} }), events))
    expect(clues?.match(/;/g)).toHaveLength(9)
    expect(clues?.length).toBeLessThanOrEqual(longestClues.length)
  })
})

it('puts clues before the question, and behind the full stop after a video', () => {
  const [, , emotion] = reasoningPreset.stages
  expect(withClues(emotion.prompt, 'Measured: a nod.')).toBe(`Measured: a nod. ${emotion.prompt}`)
  const [caption] = captionPreset.stages
  expect(withClues(caption.prompt, 'Measured: a nod.')).toMatch(/^\. Measured: a nod\. Directly describe/)
})
