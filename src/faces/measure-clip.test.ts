import { describe, expect, it } from 'vitest'
import type { Clip, FrameOptions } from '../capture/clip.ts'
import type { TimedFrame } from '../capture/painter.ts'
import { measureClip } from './measure-clip.ts'
import { FakeFollower } from './testing/fake-follower.ts'

/** A clip whose frames begin at these times, s; what lies in a gap cannot be decoded. */
function clipOf(
  starts: readonly number[],
  durationS: number,
  { startS = 0, gap = [Infinity, Infinity] as readonly [number, number], scale = 1 } = {},
): Clip {
  return {
    facts: { startS, durationS, framesPerSecond: starts.length / durationS, width: 64, height: 48, codec: 'x' },
    notices: [],
    frames: () => {
      throw new Error('by times only')
    },
    async *framesAt(timesS: Iterable<number>, { signal }: FrameOptions = {}): AsyncGenerator<TimedFrame> {
      for (const timeS of timesS) {
        signal?.throwIfAborted()
        if (timeS >= gap[0] && timeS < gap[1]) continue
        const shown = starts.findLast((start) => start <= timeS) ?? starts[0]
        const fullSize = scale === 1 ? {} : { fullSize: { width: 64 * scale, height: 48 * scale } }
        yield { width: 64, height: 48, rgba: new Uint8ClampedArray(64 * 48 * 4), timeS: shown, ...fullSize }
      }
    },
    close: () => undefined,
  }
}

async function measured(...args: Parameters<typeof measureClip>) {
  const frames = []
  for await (const frame of measureClip(...args)) frames.push(frame)
  return frames
}

const even = (count: number, perSecond: number) => Array.from({ length: count }, (_, i) => i / perSecond)

describe('measureClip', () => {
  it('takes ten frames a second on the clip’s own clock, and tells how far it is', async () => {
    const follower = new FakeFollower()
    const frames = await measured(clipOf(even(75, 25), 3), follower)
    expect(follower.followed).toHaveLength(30)
    for (const [index, timeS] of follower.followed.entries()) {
      expect(Math.abs(timeS - (index + 0.5) / 10)).toBeLessThanOrEqual(0.04 + 1e-9)
    }
    const done = frames.map(({ doneS }) => doneS)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(frames.at(-1)).toMatchObject({ doneS: 3, totalS: 3, events: [{ kind: 'smile' }] })
    expect(follower.pictures).toEqual([])
  })

  it('measures a picture that is on show for longer once', async () => {
    const follower = new FakeFollower()
    await measured(clipOf([0, 0.5, 2], 4), follower)
    expect(follower.followed).toEqual([0, 0.5, 2])
  })

  it('looks at a picture as at one', async () => {
    const follower = new FakeFollower()
    const frames = await measured(clipOf([0], 1), follower)
    expect(follower.pictures).toEqual([0])
    expect(follower.followed).toEqual([])
    expect(frames[0].moment.faces).toHaveLength(1)
  })

  it('begins where it is told, passes over what cannot be decoded, and goes on behind it', async () => {
    const follower = new FakeFollower()
    const frames = await measured(clipOf(even(40, 10), 4, { gap: [2, 3] }), follower, { fromS: 1 })
    expect(follower.followed[0]).toBe(1)
    expect(follower.followed).toHaveLength(20)
    expect(follower.followed.at(-1)).toBeCloseTo(3.9)
    expect(frames[0].totalS).toBe(3)
  })

  it('tells of faces in pixels of the source, also where frames were drawn smaller', async () => {
    const frames = await measured(clipOf([0], 1, { scale: 4 }), new FakeFollower())
    const [{ moment, meshes }] = frames
    expect(moment).toMatchObject({ width: 256, height: 192 })
    expect(moment.faces[0].measured).toMatchObject({
      box: { x: 40, y: 80, width: 120, height: 160 },
      quality: { heightPx: 160, light: 0.5 },
    })
    expect([...(meshes().get('face-1') ?? [])]).toEqual([4, 8, 12])
    expect(Object.keys(moment.faces[0])).toEqual(['track', 'measured'])
  })

  it('ends at an abort, between two frames that were decoded already', async () => {
    const controller = new AbortController()
    const follower = new FakeFollower()
    const reading = measureClip(clipOf(even(50, 10), 5), follower, { signal: controller.signal })
    await reading.next()
    setTimeout(() => controller.abort(new DOMException('enough', 'AbortError')))
    await expect(
      (async () => {
        for await (const _ of reading);
      })(),
    ).rejects.toMatchObject({ name: 'AbortError' })
    expect(follower.followed.length).toBeLessThan(50)
  })
})
