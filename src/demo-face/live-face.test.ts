import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actionUnits, type DfewEmotion } from '../affect/labels.ts'
import { clipSeconds, type MotionType, type Units } from './clip.ts'
import { emotionOf } from './emotion.ts'
import type { Pose } from './face.ts'
import {
  type ExpressionId,
  expressionIds,
  expressionOf,
  expressions,
  type FaceSetting,
  LiveFace,
  withUnit,
} from './live-face.ts'
import { firstScene, persons } from './persons.ts'
import { motionTypes, opposed } from './sample-clip.ts'
import { presentFrom, truthOf } from './truth.ts'

const setting: FaceSetting = {
  looks: persons[0].looks,
  scene: firstScene,
  units: {},
  motion: 'none',
  isPlaying: true,
  isInTurn: false,
}
const frameS = 1 / 30

/** Plays a face frame by frame; gives the pose of every frame. */
function play(face: LiveFace, fromS: number, toS: number): Pose[] {
  const poses: Pose[] = []
  for (let frame = Math.round(fromS / frameS); frame * frameS <= toS; frame++) {
    face.advance(frame * frameS)
    poses.push(face.pose())
  }
  return poses
}

describe('expressions', () => {
  const wanted: Readonly<Record<ExpressionId, DfewEmotion>> = {
    neutral: 'neutral',
    happy: 'happy',
    sad: 'sad',
    angry: 'angry',
    surprised: 'surprise',
    afraid: 'fear',
    disgusted: 'disgust',
  }
  it.each(expressionIds)('%s shows its emotion', (id) => {
    const face = new LiveFace(setting)
    face.advance(0)
    face.change({ units: expressions[id] })
    play(face, 0, 1)
    const { units, emotion } = face.truth()
    expect(emotion).toBe(wanted[id])
    expect(emotionOf(new Set(units)).emotion).toBe(wanted[id])
    expect(expressionOf(face.setting.units)).toBe(id)
  })

  it('are drawn in a way that clips by lot have too: intensities far from the border, nothing opposed', () => {
    for (const units of Object.values<Units>(expressions)) {
      for (const value of Object.values(units)) expect(value).toBeGreaterThanOrEqual(0.65)
      for (const [a, b] of opposed) expect(units[a] !== undefined && units[b] !== undefined).toBe(false)
    }
  })

  it('are not told where the units are others', () => {
    expect(expressionOf({ AU12: 0.3 })).toBeUndefined()
    expect(expressionOf({ ...expressions.happy, AU4: 0.2 })).toBeUndefined()
  })
})

describe('easing', () => {
  it('takes a unit most of its way within a quarter of a second, without a jump', () => {
    const face = new LiveFace(setting)
    face.advance(0)
    face.change({ units: { AU12: 1 } })
    const values = play(face, 0, 0.5).map(({ units }) => units.AU12)
    expect(values[0]).toBe(0)
    expect(values[Math.round(0.25 / frameS)]).toBeGreaterThan(0.9)
    expect(values.at(-1)).toBeGreaterThan(0.99)
    for (let i = 1; i < values.length; i++) {
      expect(values[i]).toBeGreaterThanOrEqual(values[i - 1])
      expect(values[i] - values[i - 1]).toBeLessThan(0.4)
    }
  })

  it('goes on while the face is still, and nothing else moves then', () => {
    const face = new LiveFace({ ...setting, isPlaying: false, motion: 'nod' })
    face.advance(0)
    const before = face.pose()
    face.change({ units: { AU4: 1 } })
    const after = play(face, 0, 2).at(-1)
    expect(after?.units.AU4).toBe(1)
    expect({ ...after, units: 0 }).toEqual({ ...before, units: 0 })
  })
})

describe('motion', () => {
  it.each(motionTypes)('%s goes on across cycles, and from and to any other, without a jump', (type) => {
    const face = new LiveFace(setting)
    const poses = play(face, 0, 1)
    face.change({ motion: type })
    poses.push(...play(face, 1 + frameS, 3 * clipSeconds + 1))
    face.change({ motion: 'shake_head' })
    poses.push(...play(face, 3 * clipSeconds + 1 + frameS, 3 * clipSeconds + 3))
    for (let i = 1; i < poses.length; i++) {
      const [a, b] = [poses[i - 1], poses[i]]
      // A lid closes within 0.16 s; eyes jump.
      for (const field of ['yaw', 'pitch', 'roll', 'closedLeft', 'closedRight'] as const) {
        expect(Math.abs(b[field] - a[field]), `${field} at ${i}`).toBeLessThan(field.startsWith('closed') ? 0.4 : 0.1)
      }
      for (const unit of actionUnits) expect(Math.abs(b.units[unit] - a.units[unit])).toBeLessThan(0.4)
    }
  })

  it.each(motionTypes.filter((type) => type !== 'none'))('%s is told as such in each of its cycles', (type) => {
    const face = new LiveFace({ ...setting, motion: type })
    const poses = play(face, 0, 3 * clipSeconds)
    for (let cycle = 0; cycle < 3; cycle++) {
      const seen = Array.from({ length: 8 }, (_, i) => poses[Math.round((cycle * clipSeconds + 0.25 + i / 2) / frameS)])
      expect(
        truthOf(
          setting.looks,
          seen.map((pose) => ({ pose, phase: 0 })),
          type,
        )?.motion,
      ).toBe(type)
    }
  })

  it('is told with the moment', () => {
    const face = new LiveFace({ ...setting, motion: 'nod', units: expressions.happy })
    expect(face.truth()).toMatchObject({ motion: 'nod', emotion: 'happy', units: ['AU6', 'AU12'] })
    expect(face.truth().appearances).toContain('long_hair')
  })

  it('at rest keeps to what clips by lot do', () => {
    for (const { yaw, pitch, roll, gazeX, gazeY } of play(new LiveFace(setting), 0, 60)) {
      for (const angle of [yaw, pitch, roll]) expect(Math.abs(angle)).toBeLessThanOrEqual(0.1)
      expect(Math.abs(gazeX)).toBeLessThanOrEqual(0.3)
      expect(Math.abs(gazeY)).toBeLessThanOrEqual(0.2)
    }
  })
})

describe('turns', () => {
  it('show several emotions one after the other, until units or a motion are set', () => {
    const face = new LiveFace({ ...setting, isInTurn: true })
    const seen: string[] = []
    for (let timeS = 0; timeS < 40; timeS += frameS) {
      face.advance(timeS)
      const { emotion } = face.truth()
      if (seen.at(-1) !== emotion) seen.push(emotion)
    }
    expect(seen.slice(0, 5)).toEqual(['happy', 'neutral', 'surprise', 'neutral', 'angry'])
    for (const change of [{ units: { AU2: 1 } }, { motion: 'nod' as MotionType }]) {
      const taken = new LiveFace({ ...setting, isInTurn: true })
      taken.change(change)
      play(taken, 0, 20)
      expect(taken.setting).toMatchObject({ isInTurn: false, ...change })
    }
  })

  it('start with a smile, and stay with it while the face is still', () => {
    const face = new LiveFace({ ...setting, isInTurn: true, isPlaying: false })
    play(face, 0, 20)
    expect(expressionOf(face.setting.units)).toBe('happy')
  })

  it('begin anew when they are asked for', () => {
    const face = new LiveFace(setting)
    play(face, 0, 8)
    face.change({ isInTurn: true })
    expect(expressionOf(face.setting.units)).toBe('happy')
    expect(face.setting.isInTurn).toBe(true)
  })
})

describe('a unit that is set', () => {
  const unit = fc.constantFrom(...actionUnits)
  const value = fc.double({ min: 0, max: 1, noNaN: true })

  it('has its value, and nothing present pulls against anything else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, value), { minLength: 1, maxLength: 20 }), (changes) => {
        let units: Units = {}
        for (const [each, to] of changes) {
          units = withUnit(units, each, to)
          expect(units[each] ?? 0).toBe(to)
          for (const [a, b] of opposed) {
            expect((units[a] ?? 0) > presentFrom && (units[b] ?? 0) > presentFrom, `${a} ${b}`).toBe(false)
          }
          expect(units.AU26 ?? 0).toBeLessThanOrEqual(units.AU25 ?? 0)
        }
      }),
    )
  })
})

it('never jumps ahead after a page was hidden', () => {
  const face = new LiveFace({ ...setting, isInTurn: true })
  face.advance(0)
  face.advance(3600)
  expect(expressionOf(face.setting.units)).toBe('happy')
})
