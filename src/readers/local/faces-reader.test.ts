import { describe, expect, it } from 'vitest'
import type { TrackId } from '../../affect/track.ts'
import type { View } from '../../affect/view.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { FacesMessage, FacesRequest } from '../../reading/faces-request.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { FacesReader } from './faces-reader.ts'
import { readFrames } from './frames-reading.ts'
import type { PairReader, ReadingControl, ShownTrack } from './pair-reader.ts'
import { measuredFace, messagesOf, momentOf } from './testing/measured-faces.ts'

const picture = { width: 64, height: 48 }
const pairsPerWindow = 4
const settings = { framesPerSecond: 2, windowFrames: 8, hopFrames: 4, maxTokens: 8 }

/** A window without a model: it notes what it is shown and asked. */
class NotedReader implements PairReader {
  readonly pairsPerWindow = pairsPerWindow
  readonly leastFrames = 2
  readonly hasProbes = false
  readonly squareSide = 28
  window: number[][] = []
  private updates = 0
  private isUpdating = false

  constructor(
    private readonly shown: ShownTrack,
    private readonly emit: (event: ReadingEvent) => void,
    private readonly control: ReadingControl,
    private readonly log: string[],
  ) {}

  get pairs() {
    return this.window.length
  }

  get isAskable() {
    return this.window.length > 0
  }

  async add(pair: readonly TimedFrame[], newPairs = settings.hopFrames / 2) {
    if (this.window.length >= pairsPerWindow) this.window = this.window.slice(newPairs)
    this.window.push(pair.map(({ timeS }) => timeS))
    this.log.push(`${this.shown.track} sees ${pair.map(({ timeS, width }) => `${timeS}:${width}`).join(' ')}`)
  }

  async beginAnew() {
    if (this.isUpdating) throw new Error('The window was taken away from under an answer.')
    this.window = []
  }

  async update(meanwhile?: () => Promise<boolean>) {
    const frames = this.window.flat().map((timeS, number) => ({ number, timeS }))
    this.emit({ type: 'update', ...this.shown, update: this.updates++, window: 0, frames })
    this.log.push(`${this.shown.track} is asked about ${this.window.map((times) => times.join(' ')).join(', ')}`)
    this.isUpdating = true
    await meanwhile?.()
    this.isUpdating = false
    if (this.control.signal.aborted) this.log.push(`${this.shown.track} is interrupted`)
  }

  async dispose() {
    await this.beginAnew()
  }
}

interface Scene {
  /** Where each face is in a frame of this time, from the left edge, px. */
  readonly faces: (timeS: number) => Readonly<Partial<Record<TrackId, number>>>
  readonly lastS: number
}

function momentsOf({ faces, lastS }: Scene) {
  return Array.from({ length: Math.round(10 * lastS) + 1 }, (_, index) => {
    const timeS = index / 10
    const there = Object.entries(faces(timeS)).map(([track, x = 0]) => {
      return [track, measuredFace(timeS, { x, y: 10, width: 12, height: track === 'face-2' ? 20 : 16 })]
    })
    return momentOf(timeS, picture, Object.fromEntries(there))
  })
}

function frameAt(timeS: number): TimedFrame {
  return { ...picture, timeS, rgba: new Uint8ClampedArray(picture.width * picture.height * 4) }
}

interface Case {
  readonly view: View
  readonly who: FacesRequest['who']
  readonly feed: FacesRequest['feed']
  readonly source?: ReadingRequest['source']
}

function openReader({ view, who, feed, source = { type: 'frames', frames: [] } }: Case) {
  const log: string[] = []
  const events: ReadingEvent[] = []
  const faces: FacesRequest = { view, who, feed }
  const control = { signal: new AbortController().signal, gate: async () => undefined, onPicture: () => undefined }
  const reader = new FacesReader(
    {
      request: { source, stages: [], settings, faces },
      faces,
      control,
      emit: (event) => events.push(event),
      makeReader: (emit, own, _, shown) => new NotedReader(shown, emit, own, log),
    },
    undefined,
  )
  return { reader, log, events, control }
}

/** What happens when frames of a scene are read, half a second apart. */
async function read(scene: Scene, view: View, who: FacesRequest['who'], chosen?: TrackId) {
  const frames = Array.from({ length: Math.floor(2 * scene.lastS) + 1 }, (_, index) => frameAt(index / 2))
  const feed = { type: 'messages', messages: messagesOf(momentsOf(scene), chosen) } as const
  const { reader, log, events, control } = openReader({ view, who, feed })
  await readFrames(reader, { type: 'frames', frames }, (event) => events.push(event), control)
  return { log, events, asked: log.filter((line) => line.includes('asked')) }
}

const two: Scene = { lastS: 5.5, faces: () => ({ 'face-1': 5, 'face-2': 40 }) }
const of = (track: TrackId) => (line: string) => line.startsWith(track)

describe('FacesReader', () => {
  it('reads every face in a window of its own, each as if it were alone', async () => {
    const all = await read(two, 'face', 'all')
    expect(all.asked).toEqual([
      'face-1 is asked about 0 0.5, 1 1.5, 2 2.5, 3 3.5',
      'face-2 is asked about 0 0.5, 1 1.5, 2 2.5, 3 3.5',
      'face-1 is asked about 2 2.5, 3 3.5, 4 4.5, 5 5.5',
      'face-2 is asked about 2 2.5, 3 3.5, 4 4.5, 5 5.5',
    ])
    for (const track of ['face-1', 'face-2'] as const) {
      const alone = await read(two, 'face', 'chosen', track)
      expect(alone.log.filter(of(track))).toEqual(all.log.filter(of(track)))
      expect(alone.asked.every(of(track))).toBe(true)
    }
  })

  it('shows crops of one size, and reads the largest face where nobody is chosen', async () => {
    const { log } = await read(two, 'face', 'chosen')
    expect(log.every(of('face-2'))).toBe(true)
    expect(log[0]).toBe('face-2 sees 0:28 0.5:28')
    expect((await read(two, 'face', 1)).asked.every(of('face-2'))).toBe(true)
    expect((await read(two, 'face', 2)).asked.some(of('face-1'))).toBe(true)
  })

  it('begins a face’s window where it appears and ends it where it is gone', async () => {
    const { asked } = await read(
      {
        lastS: 7.5,
        faces: (timeS) => ({ 'face-1': 5, ...(timeS >= 1.8 && timeS < 6 ? { 'face-2': 40 } : {}) }),
      },
      'face',
      'all',
    )
    expect(asked.filter(of('face-2'))).toEqual([
      'face-2 is asked about 2 2.5, 3 3.5',
      'face-2 is asked about 2 2.5, 3 3.5, 4 4.5, 5 5.5',
      // Its last moment: gone from 6 s on.
      'face-2 is asked about 4 4.5, 5 5.5, 6 6',
    ])
    expect(asked.filter(of('face-1'))).toEqual([
      'face-1 is asked about 0 0.5, 1 1.5, 2 2.5, 3 3.5',
      'face-1 is asked about 2 2.5, 3 3.5, 4 4.5, 5 5.5',
      'face-1 is asked about 4 4.5, 5 5.5, 6 6.5, 7 7.5',
    ])
  })

  it('has the other frame of a pair stand in for one without the face, and ends the window at two', async () => {
    const gone = (from: number, to: number): Scene => ({
      lastS: 3.5,
      faces: (timeS) => (timeS > from && timeS < to ? {} : { 'face-1': 5 }),
    })
    const single = await read(gone(0.6, 1.65), 'face', 'all')
    expect(single.log).toContain('face-1 sees 1.5:28 1.5:28')
    const double = await read(gone(0.6, 2.4), 'face', 'all')
    expect(double.asked.filter(of('face-1'))).toEqual([
      'face-1 is asked about 0 0.5',
      'face-1 is asked about 2.5 2.5, 3 3.5',
    ])
  })

  it('shows the whole picture of a file where nobody is, says so once, and goes on', async () => {
    const later: Scene = { lastS: 7.5, faces: (timeS) => (timeS >= 4 ? { 'face-1': 5 } : {}) }
    const { asked, events } = await read(later, 'face', 'all')
    expect(asked).toEqual([
      'picture is asked about 0 0.5, 1 1.5, 2 2.5, 3 3.5',
      'face-1 is asked about 4 4.5, 5 5.5',
      'face-1 is asked about 4 4.5, 5 5.5, 6 6.5, 7 7.5',
    ])
    expect(events.filter(({ type }) => type === 'notice')).toHaveLength(1)
  })

  it('tells what the face did during the frames of an update, ten times a second', async () => {
    const { events } = await read(two, 'face', 'all')
    const order = events.map((event) => ('track' in event ? `${event.track} ${event.type}` : event.type))
    expect(order.slice(0, 5)).toEqual([
      'opened',
      'face-1 update',
      'face-1 measured',
      'face-2 update',
      'face-2 measured',
    ])
    const [measured] = events.flatMap((event) => (event.type === 'measured' ? [event] : []))
    expect([measured.update, measured.faces[0]?.timeS, measured.faces.at(-1)?.timeS]).toEqual([0, 0, 3.5])
    expect(measured.faces).toHaveLength(36)
    const picture = await read(two, 'picture', 'chosen')
    const ofPicture = picture.events.flatMap((event) => (event.type === 'measured' ? [event] : []))
    expect(ofPicture.map(({ track }) => track)).toEqual(['picture', 'picture'])
    expect(ofPicture[0].faces[0]?.box.x).toBe(40)
    expect(picture.log[0]).toBe('picture sees 0:64 0.5:64')
  })
})

describe('FacesReader, live', () => {
  const { port1, port2 } = new MessageChannel()
  port1.close()
  port2.close()
  const source = { type: 'live', frames: { type: 'port', port: port2 } } as const

  /** A live reading whose pairs come when the test gives them. */
  function live(who: FacesRequest['who'], scene: Scene = two) {
    const channel = new MessageChannel()
    const opened = openReader({ view: 'face', who, feed: { type: 'port', port: channel.port2 }, source })
    const post = (message: FacesMessage) => channel.port1.postMessage(message)
    const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
    for (const moment of momentsOf(scene)) post({ type: 'moment', moment })
    const pair = (index: number) => opened.reader.add([frameAt(index), frameAt(index + 0.5)])
    const close = async () => {
      await opened.reader.dispose()
      channel.port1.close()
    }
    return { ...opened, post, settled, pair, close }
  }

  it('reads the chosen face, and switches without encoding anything twice or losing what came meanwhile', async () => {
    const { reader, log, post, settled, pair, close } = live('chosen')
    post({ type: 'chosen', track: 'face-1' })
    await settled()
    await pair(0)
    await reader.update()
    await pair(1)
    await reader.update()
    post({ type: 'chosen', track: 'face-2' })
    await settled()
    await pair(2)
    await reader.update()
    post({ type: 'chosen', track: 'face-1' })
    await settled()
    await pair(3)
    await reader.update()
    expect(log.filter((line) => line.includes('asked'))).toEqual([
      'face-1 is asked about 0 0.5',
      'face-1 is asked about 0 0.5, 1 1.5',
      'face-2 is asked about 0 0.5, 1 1.5, 2 2.5',
      'face-1 is asked about 0 0.5, 1 1.5, 2 2.5, 3 3.5',
    ])
    const seen = log.filter((line) => line.includes('sees'))
    expect(new Set(seen).size).toBe(seen.length)
    await close()
  })

  it('ends the answer about one face within a token when another is chosen', async () => {
    const { reader, log, post, settled, pair, close } = live('chosen')
    post({ type: 'chosen', track: 'face-1' })
    await settled()
    await pair(0)
    await reader.update(async () => {
      post({ type: 'chosen', track: 'face-2' })
      await settled()
      return false
    })
    expect(log).toContain('face-1 is interrupted')
    await pair(1)
    expect(reader.isAskable).toBe(true)
    await reader.update()
    expect(log.at(-1)).toBe('face-2 is asked about 0 0.5, 1 1.5')
    await close()
  })

  it('lets an answer end about a face that goes and comes again meanwhile, and begins a new window then', async () => {
    const comesAgain: Scene = { lastS: 30, faces: (timeS) => (timeS < 2 || timeS >= 14 ? { 'face-1': 5 } : {}) }
    const { reader, log, settled, pair, close } = live('chosen', comesAgain)
    await settled()
    await pair(0)
    await reader.update(async () => {
      for (const timeS of [4, 12, 14, 15]) await pair(timeS)
      return true
    })
    expect(reader.isAskable).toBe(false)
    await pair(16)
    await reader.update()
    expect(log.filter((line) => line.includes('asked'))).toEqual([
      'face-1 is asked about 0 0.5',
      'face-1 is asked about 14 14.5, 15 15.5, 16 16.5',
    ])
    await close()
  })

  it('asks about all faces in turn, the one that has waited longest first', async () => {
    const { reader, log, settled, pair, close } = live('all')
    await settled()
    for (const index of [0, 1, 2]) {
      await pair(index)
      await reader.update()
    }
    expect(reader.isDue).toBe(true)
    expect(log.filter((line) => line.includes('asked')).map((line) => line.split(' ')[0])).toEqual([
      'face-1',
      'face-2',
      'face-1',
    ])
    await close()
  })

  it('reads nothing while nobody is there, and the picture only where faces cannot be followed', async () => {
    const empty: Scene = { lastS: 3, faces: () => ({}) }
    const { reader, log, post, settled, pair, close } = live('chosen', empty)
    await settled()
    await pair(0)
    expect(reader.isAskable).toBe(false)
    expect(log).toEqual([])
    post({ type: 'end' })
    await settled()
    await pair(1)
    expect(log).toEqual(['picture sees 1:64 1.5:64'])
    await close()
  })
})
