import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { liveFrames } from './live-frames.ts'

/** A track that its owner stops without an event, as in a browser. */
class FakeTrack extends EventTarget {
  readyState: 'live' | 'ended' = 'live'
  enabled = true
  readonly copies: FakeTrack[] = []

  stop(): void {
    this.readyState = 'ended'
  }
  clone(): FakeTrack {
    const copy = new FakeTrack()
    this.copies.push(copy)
    return copy
  }
}

function streamOf(...tracks: FakeTrack[]): MediaStream {
  return { getVideoTracks: () => tracks } as unknown as MediaStream
}

/** As the browser's: its stream ends when its track does. */
class FakeProcessor {
  readonly readable = new ReadableStream()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('MediaStreamTrackProcessor', FakeProcessor)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('liveFrames', () => {
  it('ends when the owner stops the track, of which no event tells', () => {
    const track = new FakeTrack()
    liveFrames(streamOf(track), { framesPerSecond: 2 })
    const [copy] = track.copies
    vi.advanceTimersByTime(5000)
    expect(copy.readyState).toBe('live')
    track.stop()
    vi.advanceTimersByTime(250)
    expect(copy.readyState).toBe('ended')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('shows nothing while the owner has switched the track off', () => {
    const track = new FakeTrack()
    liveFrames(streamOf(track), { framesPerSecond: 2 })
    for (const isOn of [false, true]) {
      track.enabled = isOn
      vi.advanceTimersByTime(250)
      expect(track.copies[0].enabled).toBe(isOn)
    }
  })

  it('leaves the owner’s track alone when it is stopped itself', () => {
    const track = new FakeTrack()
    const feed = liveFrames(streamOf(track), { framesPerSecond: 2 })
    feed.stop()
    expect(track.copies[0].readyState).toBe('ended')
    expect(track.readyState).toBe('live')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has nothing to give of a stream that has ended', async () => {
    const track = new FakeTrack()
    track.stop()
    const { frames } = liveFrames(streamOf(track), { framesPerSecond: 2 })
    if (frames.type !== 'port') throw new Error('no port')
    const told = await new Promise((resolve) => {
      frames.port.onmessage = ({ data }) => resolve(data)
    })
    expect(told).toEqual({ type: 'end' })
    frames.port.close()
  })
})
