import { describe, expect, it } from 'vitest'
import type { TimedFrame } from '../../capture/painter.ts'
import { repairedCodec } from '../../capture/picture-decoder.ts'
import { stretchesOf } from './file-reading.ts'

const frame = (timeS: number, width = 4, height = 3): TimedFrame => ({
  timeS,
  width,
  height,
  rgba: new Uint8ClampedArray(width * height * 4),
})
const lost = (missedFrames: number) => ({ type: 'lost', missedFrames }) as const
const taken = (one: TimedFrame) => ({ type: 'frame', track: 'picture', frame: one }) as const

async function stretches(parts: Parameters<typeof stretchesOf>[0] extends AsyncIterable<infer Part> ? Part[] : never) {
  async function* given() {
    yield* parts
  }
  const found: string[] = []
  for await (const part of stretchesOf(given())) {
    if (part.type === 'break') found.push(`break ${part.missedPairs}`)
    else found.push(part.frames.map(({ timeS, width, height }) => `${timeS}:${width}x${height}`).join(' '))
  }
  return found
}

describe('stretchesOf', () => {
  it('pairs frames, and an odd last one with itself', async () => {
    expect(await stretches([taken(frame(0)), taken(frame(1)), taken(frame(2))])).toEqual(['0:4x3 1:4x3', '2:4x3 2:4x3'])
  })

  it('never pairs two sizes, of the same area or not', async () => {
    const parts = [taken(frame(0)), taken(frame(1, 3, 4)), taken(frame(2, 3, 4)), taken(frame(3, 8, 6))]
    expect(await stretches(parts)).toEqual(['0:4x3 0:4x3', 'break 0', '1:3x4 2:3x4', 'break 0', '3:8x6 3:8x6'])
  })

  it('begins anew behind a part that could not be decoded, and passes over a single missing frame', async () => {
    expect(await stretches([taken(frame(0)), lost(5), taken(frame(6)), taken(frame(7))])).toEqual([
      '0:4x3 0:4x3',
      'break 2',
      '6:4x3 7:4x3',
    ])
    expect(await stretches([taken(frame(0)), lost(1), taken(frame(2))])).toEqual(['0:4x3 2:4x3'])
  })

  it('gives nothing of nothing', async () => {
    expect(await stretches([])).toEqual([])
  })
})

describe('repairedCodec', () => {
  it.each([
    ['vp09.00.00.08.00.01.13.01.01', 'vp09.00.10.08.00.01.13.01.01'],
    ['vp09.00.00.00', 'vp09.00.10.08'],
    ['vp09.02.31.10', 'vp09.02.31.10'],
    ['avc1.640000', 'avc1.640033'],
    ['avc1.64001f', 'avc1.64001f'],
    ['hvc1.1.6.L0.B0', 'hvc1.1.6.L153.B0'],
    ['av01.0.04M.08', 'av01.0.04M.08'],
  ])('%s becomes %s', (codec, repaired) => {
    expect(repairedCodec(codec)).toBe(repaired)
  })
})
