import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type FaceFlaw, type FacesMoment, faceFlaws } from '../affect/measures.ts'
import { MomentLog } from './moment-log.ts'
import { fakeMeasured } from './testing/fake-follower.ts'

it('gives back what it was given, exactly and in order, over any number of its pieces', () => {
  const number = fc.double({ noNaN: true })
  const face = fc.record({
    track: fc.integer({ min: 1, max: 40 }),
    smile: number,
    x: number,
    flaws: fc.shuffledSubarray([...faceFlaws]) as fc.Arbitrary<FaceFlaw[]>,
  })
  fc.assert(
    fc.property(fc.array(fc.array(face, { maxLength: 8 }), { maxLength: 300 }), (faces) => {
      const log = new MomentLog()
      const moments = faces.map(
        (each, index): FacesMoment => ({
          timeS: index / 3,
          width: 640,
          height: 480,
          faces: each.map(({ track, smile, x, flaws }) => {
            const measured = fakeMeasured(index / 3, smile)
            const { box, quality } = measured
            return {
              track: `face-${track}`,
              measured: { ...measured, box: { ...box, x }, quality: { ...quality, flaws } },
            }
          }),
        }),
      )
      for (const moment of moments) log.add(moment)
      expect([...log.moments()]).toEqual(moments)
      expect(log.length).toBe(moments.length)
    }),
    { numRuns: 20 },
  )
})
