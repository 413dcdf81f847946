import { afterEach, describe, expect, it, vi } from 'vitest'
import { clip, figures, notAClip, notLoaded, settle, setUp } from '../testing/led-session.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a queue', () => {
  it('goes on behind what was read, what failed and what cannot be read, and says so at its end', async () => {
    const { session, client, state, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y'), notAClip('z')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send({ type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(queue()).toEqual(['x read', 'y reading', 'z waiting'])
    client().reading.fail(notLoaded())
    await vi.waitFor(() => expect(queue()).toEqual(['x read', 'y failed', 'z failed']))
    expect(state().announcement).toContain('1 of 3 files')
  })

  it('is held where a person stops, and goes on where they ask for it', async () => {
    const { session, client, state, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    session.stop()
    client().reading.send({ type: 'over', reason: 'stopped' })
    await settle()
    expect(queue()).toEqual(['x stopped', 'y waiting'])
    expect(client().readings).toHaveLength(1)
    void session.readWaiting()
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(state().source).toMatchObject({ name: 'y' })
    expect(queue()).toEqual(['x stopped', 'y reading'])
  })

  it('skips what is read where the next one is asked for', async () => {
    const { session, client, queue, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), clip('y')])
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    void session.readWaiting()
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    expect(client().stops).toBe(1)
    expect(queue()).toEqual(['x stopped', 'y reading'])
  })

  it('numbers the sources, whose names may be the same', async () => {
    const { session, client, state, load } = setUp()
    await load('a')
    void session.openFiles([clip('x'), { ...clip('other'), name: 'x' }])
    const said = [
      { type: 'update', track: 'picture', update: 0, window: 0, frames: [] },
      { type: 'updated', track: 'picture', update: 0, figures },
    ] as const
    await vi.waitFor(() => expect(client().readings).toHaveLength(1))
    client().reading.send(...said, { type: 'over', reason: 'ended' })
    await vi.waitFor(() => expect(client().readings).toHaveLength(2))
    client().reading.send(...said)
    await settle()
    void session.readFrom(1)
    await settle()
    client().reading.send(...said)
    await settle()
    const [first, second, third] = state().recording.map(({ opened }) => opened)
    expect(second).not.toBe(first)
    expect(third).toBe(second)
  })
})
