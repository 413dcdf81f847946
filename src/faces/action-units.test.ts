import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measuredUnits } from '../affect/measures.ts'
import { movementOf, restSignals, signalRules, signalValues, unitRules, usualRest } from './action-units.ts'
import { blendshapes, signals } from './testing/signals.ts'

const unitsOf = (changed: Parameters<typeof signals>[0]) => movementOf(signals(changed), usualRest).units

describe('movementOf', () => {
  it('finds nothing in a face at rest', () => {
    expect(Object.values(unitsOf({})).every((level) => level === 0)).toBe(true)
  })

  it('takes the upper lip of a broad smile for no AU10, and finds AU6 with AU12', () => {
    const units = unitsOf({ smile: 0.88, upperLip: 0.7, squint: 0.45, lipGap: 0.2 })
    expect(units.AU12).toBe(1)
    expect(units.AU10).toBe(0)
    expect(units.AU6).toBeGreaterThan(0.5)
    expect(units.AU7).toBe(0)
  })

  it('finds AU10 where the upper lip rises alone', () => {
    expect(unitsOf({ upperLip: 0.5 }).AU10).toBeGreaterThan(0.6)
    expect(unitsOf({ upperLip: 0.5, jaw: 0.7 }).AU10).toBeLessThan(unitsOf({ upperLip: 0.5 }).AU10)
  })

  it('takes a squint at rest for no AU7, and a tighter one for it', () => {
    expect(unitsOf({ squint: 0.42 }).AU7).toBe(0)
    expect(unitsOf({ squint: 0.75 }).AU7).toBeGreaterThan(0.6)
    const person = signals({ squint: 0.6 })
    expect(movementOf(signals({ squint: 0.6 }), person).units.AU7).toBe(0)
  })

  it('takes a blink for AU43, and for neither AU6, AU7 nor AU5', () => {
    const closed = { blinkLeft: 0.6, blinkRight: 0.62, openingLeft: 0.07, openingRight: 0.07, squint: 0.75 }
    const { units, closedLeft, closedRight } = movementOf(signals({ ...closed, eyeWide: 0.2 }), usualRest)
    expect([closedLeft, closedRight, units.AU43]).toEqual([1, 1, 1])
    expect([units.AU6, units.AU7, units.AU5]).toEqual([0, 0, 0])
  })

  it('tells the lids apart', () => {
    const { closedLeft, closedRight } = movementOf(signals({ blinkLeft: 0.6, openingLeft: 0.07 }), usualRest)
    expect([closedLeft, closedRight]).toEqual([1, 0])
  })

  it('presses no open mouth and tightens none', () => {
    expect(unitsOf({ press: 0.5 }).AU24).toBeGreaterThan(0.6)
    expect(unitsOf({ press: 0.5, lipGap: 0.4 }).AU24).toBe(0)
    expect(unitsOf({ roll: 0.5, lipGap: 0.4 }).AU23).toBe(0)
  })

  it('stays within 0 and 1 and finite, whatever the signals and the rest', () => {
    const level = fc.double({ min: 0, max: 1, noNaN: true })
    const face = fc.record(Object.fromEntries(restSignals.map((signal) => [signal, level])))
    const rest = fc.record(
      Object.fromEntries(
        restSignals.map((signal) => {
          const [min, max] = signalRules[signal].restWithin
          return [signal, fc.double({ min, max, noNaN: true })]
        }),
      ),
    )
    fc.assert(
      fc.property(face, rest, (values, atRest) => {
        const { units, closedLeft, closedRight, mouthOpen } = movementOf(signals(values), signals(atRest))
        for (const value of [...Object.values(units), closedLeft, closedRight, mouthOpen]) {
          expect(value >= 0 && value <= 1).toBe(true)
        }
        for (const value of Object.values(movementOf(signals(atRest), signals(atRest)).units))
          expect(value).toBeCloseTo(0)
      }),
    )
  })

  it('grows with its signal', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, other) => {
          const [less, more] = [Math.min(one, other), Math.max(one, other)]
          expect(unitsOf({ smile: more }).AU12).toBeGreaterThanOrEqual(unitsOf({ smile: less }).AU12)
          expect(unitsOf({ browDown: more }).AU4).toBeGreaterThanOrEqual(unitsOf({ browDown: less }).AU4)
        },
      ),
    )
  })
})

describe('signalValues', () => {
  const eyes = { openingLeft: 0.3, openingRight: 0.3, lipGap: 0, gaze: { x: 0, y: 0 } }
  const shapes = blendshapes({ browDownLeft: 0.2, browDownRight: 0.6, mouthRollLower: 0.2, mouthRollUpper: 0.4 })

  it.each([
    [0, 0.4],
    [-30, 0.2],
    [30, 0.6],
    [15, 0.5],
  ])('weighs the sides by which is seen: yaw %i', (yaw, expected) => {
    expect(signalValues({ shapes, head: { yaw, pitch: 0, roll: 0 }, ...eyes }).browDown).toBeCloseTo(expected)
  })

  it('takes the smaller side of what a turned head shows on one', () => {
    const pressed = blendshapes({ mouthPressLeft: 0.02, mouthPressRight: 0.4 })
    expect(signalValues({ shapes: pressed, head: { yaw: 30, pitch: 0, roll: 0 }, ...eyes }).press).toBe(0.02)
  })

  it('averages pairs that are no sides, however the head is turned', () => {
    expect(signalValues({ shapes, head: { yaw: 40, pitch: 0, roll: 0 }, ...eyes }).roll).toBeCloseTo(0.3)
  })
})

describe('unitRules', () => {
  it('names every measured unit, and what it is made of', () => {
    expect(Object.keys(unitRules)).toEqual([...measuredUnits])
    for (const { of } of Object.values(unitRules)) expect(of.length).toBeGreaterThan(0)
    expect(Object.entries(unitRules).flatMap(([unit, { isDerived }]) => (isDerived ? [unit] : []))).toEqual(['AU6'])
  })
})
