import { describe, expect, it } from 'vitest'
import { PictureWatch } from './picture-watch.ts'
import { FakeClock, liveSetUp as setUp } from './testing/fake-live.ts'

function watchSetUp(quietMs: number | undefined) {
  const clock = new FakeClock()
  const states: [number, string][] = []
  const watch = new PictureWatch({ clock, quietMs, onChange: (state) => states.push([clock.now(), state]) })
  return { clock, states, watch }
}

describe('PictureWatch', () => {
  it('says after two seconds without a frame that there is no picture, and at the next frame that there is', async () => {
    const { clock, states, watch } = watchSetUp(2000)
    for (let ms = 0; ms <= 1000; ms += 33) {
      await clock.advance(ms)
      watch.arrived()
    }
    await clock.advance(2900)
    expect(states).toEqual([])
    await clock.advance(9000)
    watch.arrived()
    await clock.advance(10_000)
    watch.arrived()
    await clock.advance(60_000)
    expect(states).toEqual([
      [990 + 2000, 'silent'],
      [9000, 'there'],
      [12_000, 'silent'],
    ])
  })

  it('says so, too, of a camera that never gave a frame', async () => {
    const { clock, states } = watchSetUp(2000)
    await clock.advance(2000)
    expect(states).toEqual([[2000, 'silent']])
  })

  it('learns that a camera is slow, and waits longer for it', async () => {
    const { clock, states, watch } = watchSetUp(2000)
    for (let ms = 0; ms <= 60_000; ms += 5000) {
      await clock.advance(ms)
      watch.arrived()
    }
    // Before the second frame nothing tells it from a dead one.
    expect(states).toEqual([
      [2000, 'silent'],
      [5000, 'there'],
    ])
    await clock.advance(60_000 + 12_500)
    expect(states.at(-1)).toEqual([72_500, 'silent'])
  })

  it('takes no picture of a muted source for one, and gives it time afterwards', async () => {
    const { clock, states, watch } = watchSetUp(2000)
    watch.arrived()
    await clock.advance(500)
    watch.mute(true)
    await clock.advance(9000)
    watch.arrived()
    watch.mute(false)
    await clock.advance(10_900)
    watch.arrived()
    await clock.advance(11_000)
    watch.stop()
    expect(states).toEqual([
      [500, 'muted'],
      [9000, 'there'],
    ])
    expect(clock.waiting).toBe(0)
  })

  it('lets a screen stand still for as long as it likes', async () => {
    const { clock, states, watch } = watchSetUp(undefined)
    watch.arrived()
    await clock.advance(3_600_000)
    expect(states).toEqual([])
    expect(clock.waiting).toBe(0)
  })
})

describe('LiveSource of a camera that stops to give a picture', () => {
  it('gives no pair while it is silent, and none that reaches over the gap', async () => {
    const { source, arrive, clock, states, open } = setUp(2, { quietMs: 2000 })
    for (let i = 0; i <= 10; i++) await arrive(i * 100)
    expect(await source.nextPair()).toBeDefined()
    const pair = source.nextPair()
    let isDone = false
    void pair.then(() => {
      isDone = true
    })
    // What stands still for a second may still be a picture.
    await clock.advance(2999)
    expect(states).toEqual([])
    expect(isDone).toBe(true)
    await clock.advance(3000)
    expect(states).toEqual(['silent'])
    expect(source.pairNow()).toBeUndefined()
    expect(open()).toEqual([])
    const after = source.nextPair()
    await clock.advance(30_000)
    await arrive(30_100)
    await arrive(30_400)
    expect(source.pairNow()).toBeUndefined()
    await arrive(30_600)
    expect((await after)?.frames.map(({ rgba, timeS }) => [rgba[0], Math.round(timeS * 10) / 10])).toEqual([
      [11, 30.1],
      [13, 30.6],
    ])
    expect(states).toEqual(['silent', 'there'])
    await clock.advance(40_000)
    expect(states).toEqual(['silent', 'there', 'silent'])
    // Whoever held something until it comes back need not wait for what has ended.
    source.close()
    expect(states).toEqual(['silent', 'there', 'silent', 'there'])
    expect(clock.waiting).toBe(0)
  })

  it('reads nothing that comes while it is muted, be it black frames', async () => {
    const { source, arrive, states, mutes, open } = setUp(2, { quietMs: 2000 })
    await arrive(0)
    mutes.say(true)
    for (let ms = 100; ms <= 5000; ms += 100) await arrive(ms)
    expect(source.pairNow()).toBeUndefined()
    expect(open()).toEqual([])
    mutes.say(false)
    for (let ms = 5100; ms <= 5600; ms += 100) await arrive(ms)
    expect(source.pairNow()?.frames.map(({ timeS }) => timeS)).toEqual([5.1, 5.6])
    expect(states).toEqual(['muted', 'there'])
    source.close()
    expect(mutes.isClosed).toBe(true)
  })

  it('wakes whoever waits for a screen that was muted and shows one picture since', async () => {
    const { source, arrive, clock, mutes } = setUp(2)
    await arrive(0)
    mutes.say(true)
    const pair = source.nextPair()
    await clock.advance(5000)
    mutes.say(false)
    await arrive(5100)
    await clock.advance(6100)
    expect((await pair)?.frames.map(({ rgba, timeS }) => [rgba[0], timeS])).toEqual([
      [1, 5.6],
      [1, 6.1],
    ])
  })
})
