import { describe, expect, it } from 'vitest'
import type { MeasuredFace } from '../../../affect/measures.ts'
import { fileSpan, laneLines, liveSpan, measuredAt, within } from './lane-scaling.ts'

const at = (timeS: number, mouthOpen = 0) => ({ timeS, mouthOpen }) as MeasuredFace
const times = (measures: readonly MeasuredFace[]) => measures.map(({ timeS }) => timeS)
const curve = Array.from({ length: 101 }, (_, index) => at(index / 5))

describe('what lanes show of time', () => {
  it('is live the last ten seconds', () => {
    expect(liveSpan(63)).toEqual({ fromS: 53, toS: 63 })
  })

  it('is of a file what lies around the shown frame, within the clip', () => {
    expect(fileSpan(30, 60)).toEqual({ fromS: 25, toS: 35 })
    expect(fileSpan(1, 60)).toEqual({ fromS: 0, toS: 10 })
    expect(fileSpan(59, 60)).toEqual({ fromS: 50, toS: 60 })
  })

  it('is the whole of a short clip, and of a picture something that has a length', () => {
    expect(fileSpan(2, 2.4)).toEqual({ fromS: 0, toS: 2.4 })
    expect(fileSpan(0, 0)).toEqual({ fromS: 0, toS: 1 })
  })
})

describe('measures', () => {
  it('of a span have one more on each side', () => {
    expect(times(within(curve, { fromS: 4.1, toS: 4.9 }))).toEqual([4, 4.2, 4.4, 4.6, 4.8, 5])
    expect(times(within(curve, { fromS: -5, toS: 0.1 }))).toEqual([0, 0.2])
    expect(within([], { fromS: 0, toS: 10 })).toEqual([])
  })

  it('at a time are the last before it, unless the face was gone', () => {
    expect(measuredAt(curve, 4.19)?.timeS).toBe(4)
    expect(measuredAt(curve, 4.2)?.timeS).toBe(4.2)
    expect(measuredAt(curve, 20.5)?.timeS).toBe(20)
    expect(measuredAt(curve, 21)).toBeUndefined()
    expect(measuredAt(curve, -1)).toBeUndefined()
  })
})

describe('a lane’s line', () => {
  const box = { width: 200, height: 20 }
  const read = ({ mouthOpen }: MeasuredFace) => mouthOpen

  it('goes from left to right, and is high where the value is', () => {
    const line = laneLines([at(5, 0), at(5.5, 1), at(6, 0.25)], read, { fromS: 5, toS: 10 }, box)
    expect(line).toEqual([
      [
        { x: 0, y: 20 },
        { x: 20, y: 0 },
        { x: 40, y: 15 },
      ],
    ])
  })

  it('stays within its lane', () => {
    const [[low, high]] = laneLines([at(0, -0.2), at(0.5, 1.3)], read, { fromS: 0, toS: 10 }, box)
    expect([low.y, high.y]).toEqual([20, 0])
  })

  it('is broken where the face was gone', () => {
    const lines = laneLines([at(0), at(0.5), at(3), at(3.5)], read, { fromS: 0, toS: 10 }, box)
    expect(lines.map(({ length }) => length)).toEqual([2, 2])
  })

  it('is whole where a slow device measures seldom', () => {
    const measures = Array.from({ length: 8 }, (_, index) => at(index * 0.9))
    expect(laneLines(measures, read, { fromS: 0, toS: 10 }, box)).toHaveLength(1)
    const gone = [...measures, at(10), at(10.9)]
    expect(laneLines(gone, read, { fromS: 0, toS: 20 }, box).map(({ length }) => length)).toEqual([8, 2])
  })
})
