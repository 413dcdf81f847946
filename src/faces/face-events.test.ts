import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measuredFace } from '../affect/measures.fixture.ts'
import type { FaceEventKind, MeasuredFace } from '../affect/measures.ts'
import { FaceEvents, faceEventsOf } from './face-events.ts'

type Change = Parameters<typeof measuredFace>[1]

function curve(seconds: number, at: (timeS: number) => Change, rate = 25): MeasuredFace[] {
  return Array.from({ length: Math.round(seconds * rate) + 1 }, (_, index) =>
    measuredFace(index / rate, at(index / rate)),
  )
}

function told(faces: readonly MeasuredFace[], kind?: FaceEventKind) {
  return faceEventsOf('face-1', faces).filter((event) => kind === undefined || event.kind === kind)
}

const closed = (left: number, right = left): Change => ({ closedLeft: left, closedRight: right })
const head = (pose: Partial<MeasuredFace['head']>): Change => ({ head: { yaw: 0, pitch: 0, roll: 0, ...pose } })

describe('faceEventsOf', () => {
  it('tells nothing of a face at rest, noise included', () => {
    const noise = (t: number) => 0.04 * Math.sin(t * 61)
    expect(
      told(
        curve(8, (t) => ({
          units: { AU12: noise(t), AU1: noise(t) },
          mouthOpen: noise(t),
          ...head({ yaw: 20 * noise(t), pitch: 20 * noise(t) }),
        })),
      ),
    ).toEqual([])
  })

  it('tells a smile from its beginning to its end, with its strength', () => {
    const events = told(curve(4, (t) => ({ units: { AU12: t > 1 && t < 2.5 ? 0.9 : 0 } })))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ track: 'face-1', kind: 'smile', strength: 0.9 })
    expect(events[0]?.startS).toBeCloseTo(1.04)
    expect(events[0]?.endS).toBeCloseTo(2.48)
  })

  it('bridges a short dip and passes over a twitch', () => {
    expect(
      told(
        curve(3, (t) => ({ units: { AU12: t > 1 && t < 2 && !(t > 1.4 && t < 1.55) ? 0.8 : 0 } })),
        'smile',
      ),
    ).toHaveLength(1)
    expect(told(curve(3, (t) => ({ units: { AU12: t > 1 && t < 1.1 ? 0.8 : 0 } })))).toEqual([])
  })

  it.each([25, 30, 10])('tells blinks at %i frames a second, also of two frames', (rate) => {
    const times = [1, 2.2, 3.4]
    const events = told(
      curve(5, (t) => closed(times.some((at) => t >= at && t < at + 0.12) ? 0.95 : 0.05), rate),
      'blink',
    )
    expect(
      events.map(({ startS }) => startS).map((start, index) => Math.abs(start - (times[index] ?? 0)) < 0.11),
    ).toEqual([true, true, true])
  })

  it('tells closed eyes from a blink, and a wink from both', () => {
    expect(told(curve(3, (t) => closed(t > 1 && t < 2 ? 1 : 0))).map(({ kind }) => kind)).toEqual(['close-eyes'])
    expect(told(curve(3, (t) => closed(t > 1 && t < 1.4 ? 0.9 : 0, 0.1))).map(({ kind }) => kind)).toEqual(['wink'])
    const turned = curve(3, (t) => ({
      ...closed(t > 1 && t < 1.4 ? 0.9 : 0, 0.1),
      quality: { ...measuredFace(0).quality, turn: 40 },
    }))
    expect(told(turned)).toEqual([])
  })

  it('tells nods and shakes by turning points, and not a single look down', () => {
    const swing = (t: number) => (t > 1 && t < 2.5 ? 8 * Math.sin((t - 1) * 2 * Math.PI * 2) : 0)
    expect(told(curve(5, (t) => head({ pitch: swing(t) }))).map(({ kind }) => kind)).toEqual(['nod'])
    expect(told(curve(5, (t) => head({ yaw: swing(t) }))).map(({ kind }) => kind)).toEqual(['shake'])
    expect(told(curve(5, (t) => head({ pitch: t > 1 && t < 3 ? -15 : 0 })))).toEqual([])
  })

  it('tells turning away', () => {
    const [event] = told(
      curve(4, (t) => head({ yaw: t > 1 && t < 2 ? -40 : 0 })),
      'turn',
    )
    expect(event?.strength).toBeCloseTo(40 / 45)
  })

  it('tells talk and a yawn apart', () => {
    const talk = curve(5, (t) => ({ mouthOpen: t > 1 && t < 3 ? 0.2 + 0.15 * Math.sin(t * 2 * Math.PI * 4) : 0 }))
    expect(told(talk).map(({ kind }) => kind)).toEqual(['talk'])
    const yawn = curve(6, (t) => {
      const jaw = t > 1 && t < 4 ? Math.sin(((t - 1) * Math.PI) / 3) : 0
      return { units: { AU26: jaw }, mouthOpen: jaw }
    })
    expect(told(yawn).map(({ kind }) => kind)).toEqual(['yawn'])
  })

  it('tells raised brows, a frown and looking around', () => {
    expect(
      told(curve(3, (t) => ({ units: { AU1: t > 1 && t < 1.5 ? 0.8 : 0, AU2: t > 1 && t < 1.5 ? 0.7 : 0 } }))).map(
        ({ kind }) => kind,
      ),
    ).toEqual(['brow-raise'])
    expect(told(curve(3, (t) => ({ units: { AU4: t > 1 && t < 2 ? 0.7 : 0 } }))).map(({ kind }) => kind)).toEqual([
      'frown',
    ])
    const around = curve(6, (t) => ({
      gaze: { x: t > 1 && t < 4 ? 0.6 * Math.sin((t - 1) * 2 * Math.PI * 0.5) : 0, y: 0 },
    }))
    expect(told(around).map(({ kind }) => kind)).toEqual(['look-around'])
  })

  it('ends what was going on where the face was gone', () => {
    const faces = [
      ...curve(1, () => ({ units: { AU12: 0.9 } })),
      ...curve(2, () => ({ units: { AU12: 0.9 } })).map((face) => ({ ...face, timeS: face.timeS + 3 })),
    ]
    expect(told(faces, 'smile').map(({ startS, endS }) => [startS, endS])).toEqual([
      [0, 1],
      [3, 5],
    ])
  })
})

describe('FaceEvents', () => {
  it('tells live what is told afterwards, each event once and soon after its end', () => {
    const level = fc.double({ min: 0, max: 1, noNaN: true })
    const frame = fc.record({
      smile: level,
      brow: level,
      left: level,
      right: level,
      mouth: level,
      yaw: fc.double({ min: -50, max: 50, noNaN: true }),
      dt: fc.double({ min: 0.02, max: 0.7, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 80 }), (frames) => {
        let timeS = 0
        const faces = frames.map(({ smile, brow, left, right, mouth, yaw, dt }) => {
          timeS += dt
          return measuredFace(timeS, {
            units: { AU12: smile, AU4: brow, AU26: mouth },
            closedLeft: left,
            closedRight: right,
            mouthOpen: mouth,
            ...head({ yaw, pitch: yaw / 3 }),
          })
        })
        const live = new FaceEvents('face-1')
        const found = faces.flatMap((face) => {
          const events = live.push(face)
          for (const { endS } of events) expect(endS).toBeLessThanOrEqual(face.timeS)
          return events
        })
        const sorted = [...found, ...live.finish()].sort((one, other) => one.startS - other.startS)
        expect(sorted).toEqual(faceEventsOf('face-1', faces))
        for (const { startS, endS, strength } of sorted) {
          expect(startS).toBeLessThanOrEqual(endS)
          expect(strength > 0 && strength <= 1).toBe(true)
        }
      }),
    )
  })
})
