import { expose } from 'comlink'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FacesMessage } from '../../affect/measures.ts'
import { FaceError } from '../../base/errors.ts'
import type { LiveFrames } from '../../capture/live-frames.ts'
import type { FaceNetworks } from '../networks/face-networks.ts'
import { FakeFollower } from '../testing/fake-follower.ts'
import { FacesClient, type FacesWorker, type FollowingProgress } from './client.ts'
import { FacesHost } from './host.ts'

const opened: MessagePort[] = []

/** Frames of a camera, each painted as one pixel. */
class FakeCamera {
  private controller: ReadableStreamDefaultController<VideoFrame> | undefined
  readonly open = new Set<number>()
  private sent = 0
  isCancelled = false
  readonly readable = new ReadableStream<VideoFrame>({
    start: (controller) => {
      this.controller = controller
    },
    cancel: () => {
      this.isCancelled = true
    },
  })

  send(timeS: number): void {
    const number = this.sent++
    this.open.add(number)
    const close = () => this.open.delete(number)
    const frame = { timestamp: timeS * 1e6, displayWidth: 4, displayHeight: 3, close }
    this.controller?.enqueue(frame as unknown as VideoFrame)
  }

  end(): void {
    this.controller?.close()
  }
}

beforeEach(() => {
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      constructor(
        readonly width: number,
        readonly height: number,
      ) {}
      getContext() {
        const { width, height } = this
        return {
          canvas: this,
          clearRect: () => undefined,
          drawImage: () => undefined,
          getImageData: () => ({ data: new Uint8ClampedArray(width * height * 4) }),
        }
      }
    },
  )
})

afterEach(() => {
  for (const port of opened.splice(0)) port.close()
  vi.unstubAllGlobals()
})

/** A client and a host on both ends of a channel. Fake frames do not cross it: the host is given the camera by the test. */
function connect({
  follower = new FakeFollower(),
  openNetworks = async () => ({}) as FaceNetworks,
}: {
  readonly follower?: FakeFollower
  readonly openNetworks?: () => Promise<FaceNetworks>
} = {}) {
  const { port1, port2 } = new MessageChannel()
  opened.push(port1, port2)
  const host = new FacesHost({ openNetworks, makeFollower: () => follower })
  const cameras: FakeCamera[] = []
  const start = host.start.bind(host)
  host.start = () => {
    const camera = cameras.shift()
    if (!camera) throw new Error('no camera')
    return start({ type: 'live', frames: { type: 'stream', readable: camera.readable } })
  }
  expose(host, port1)
  const events = new EventTarget()
  const worker: FacesWorker = {
    postMessage: (message: unknown, transfer: Transferable[] = []) => port2.postMessage(message, transfer),
    addEventListener: (type, listener) => (type === 'message' ? port2 : events).addEventListener(type, listener),
    removeEventListener: (type, listener) => (type === 'message' ? port2 : events).removeEventListener(type, listener),
    start: () => port2.start(),
    terminate: () => port2.close(),
  }
  port2.start()
  const client = new FacesClient({ appUrl: 'http://127.0.0.1/' }, worker)
  const follow = (camera: FakeCamera) => {
    cameras.push(camera)
    return client.follow({ type: 'stream' } as LiveFrames, [])
  }
  return { client, follow, follower, die: () => events.dispatchEvent(new Event('error')) }
}

/** Collects the events of a following until it is over. */
function collect(events: AsyncGenerator<FollowingProgress>) {
  const seen: FollowingProgress[] = []
  const done = (async () => {
    for await (const event of events) seen.push(event)
  })()
  done.catch(() => undefined)
  return { seen, done, moments: () => seen.flatMap((event) => (event.type === 'moment' ? [event] : [])) }
}

/** What a reading gets through its feed. */
function listen(client: FacesClient) {
  const { port1, port2 } = new MessageChannel()
  opened.push(port2)
  const messages: FacesMessage[] = []
  port2.onmessage = ({ data }: MessageEvent<FacesMessage>) => void messages.push(data)
  client.openFeed(port1)
  return { messages, times: () => messages.flatMap((each) => (each.type === 'moment' ? [each.moment.timeS] : [])) }
}

describe('following a camera', () => {
  it('takes the newest frame, whatever came meanwhile, and holds one open', async () => {
    const follower = new FakeFollower()
    let go: () => void = () => undefined
    follower.wait = () =>
      new Promise((resolve) => {
        go = resolve
      })
    const { follow } = connect({ follower })
    const camera = new FakeCamera()
    const { done, moments } = collect(follow(camera))
    camera.send(1)
    await vi.waitFor(() => expect(follower.followed).toEqual([1]))
    for (const timeS of [2, 3, 4]) camera.send(timeS)
    await vi.waitFor(() => expect(camera.open).toEqual(new Set([3])))
    go()
    await vi.waitFor(() => expect(follower.followed).toEqual([1, 4]))
    go()
    await vi.waitFor(() => expect(moments()).toHaveLength(2))
    expect(moments().map(({ moment }) => moment.timeS)).toEqual([1, 4])
    expect(moments()[0].neutral.get('face-1')).toBe('learnt')
    camera.end()
    await done
  })

  it('feeds a reading from now on, tells it who is chosen, and ends it with the camera', async () => {
    const { client, follow, follower } = connect()
    const camera = new FakeCamera()
    const { done, moments } = collect(follow(camera))
    camera.send(1)
    await vi.waitFor(() => expect(moments()).toHaveLength(1))
    const early = listen(client)
    client.choose('face-1')
    client.takeNeutral('face-1')
    await vi.waitFor(() => expect(follower.neutrals).toEqual(['face-1']))
    const late = listen(client)
    await client.load()
    camera.send(2)
    await vi.waitFor(() => expect(late.times()).toEqual([2]))
    expect(early.times()).toEqual([2])
    camera.end()
    await done
    await vi.waitFor(() => expect(late.messages.at(-1)).toEqual({ type: 'end' }))
    expect(early.messages.map(({ type }) => type)).toEqual(['chosen', 'moment', 'end'])
    expect(late.messages.map(({ type }) => type)).toEqual(['chosen', 'moment', 'end'])
  })

  it('sends landmarks only while the mesh is shown', async () => {
    const { client, follow } = connect()
    const camera = new FakeCamera()
    const { moments } = collect(follow(camera))
    camera.send(1)
    await vi.waitFor(() => expect(moments()).toHaveLength(1))
    client.showMesh(true)
    await client.load()
    camera.send(2)
    await vi.waitFor(() => expect(moments()).toHaveLength(2))
    expect(moments()[0].meshes).toBeUndefined()
    expect([...(moments()[1].meshes?.get('face-1') ?? [])]).toEqual([1, 2, 3])
  })

  it('looks for small faces when asked, before the networks are loaded and while faces are followed', async () => {
    const { client, follow, follower } = connect()
    client.seekSmall(true)
    const camera = new FakeCamera()
    const { moments } = collect(follow(camera))
    camera.send(1)
    await vi.waitFor(() => expect(moments()).toHaveLength(1))
    expect(follower.seeksSmall).toBe(true)
    client.seekSmall(false)
    await client.load()
    expect(follower.seeksSmall).toBe(false)
  })

  it('ends one source, its feeds too, when another begins', async () => {
    const { client, follow } = connect()
    const [first, second] = [new FakeCamera(), new FakeCamera()]
    const before = collect(follow(first))
    first.send(1)
    await vi.waitFor(() => expect(before.moments()).toHaveLength(1))
    const feed = listen(client)
    const after = collect(follow(second))
    await before.done
    await vi.waitFor(() => expect(feed.messages).toEqual([{ type: 'end' }]))
    expect(first.isCancelled).toBe(true)
    second.send(3)
    await vi.waitFor(() => expect(after.moments().map(({ moment }) => moment.timeS)).toEqual([3]))
    expect(before.moments()).toHaveLength(1)
  })
})

describe('a feed', () => {
  it('ends at once where nobody is followed', async () => {
    const feed = listen(connect().client)
    await vi.waitFor(() => expect(feed.messages).toEqual([{ type: 'end' }]))
  })

  it('ends where the networks do not come; the failure keeps class and code, and the next source tries again', async () => {
    let tries = 0
    const openNetworks = async () => {
      if (tries++ > 0) return {} as FaceNetworks
      throw new FaceError({ code: 'faces-not-loaded', message: 'No.', action: 'Reload.', recoverable: true })
    }
    const { client, follow } = connect({ openNetworks })
    const camera = new FakeCamera()
    const { done } = collect(follow(camera))
    const feed = listen(client)
    await expect(done).rejects.toBeInstanceOf(FaceError)
    await expect(done).rejects.toMatchObject({ code: 'faces-not-loaded', action: 'Reload.' })
    await vi.waitFor(() => expect(feed.messages).toEqual([{ type: 'end' }]))
    const next = new FakeCamera()
    const again = collect(follow(next))
    next.send(1)
    await vi.waitFor(() => expect(again.moments()).toHaveLength(1))
  })
})

describe('a worker that is lost', () => {
  it('is told to whoever waits, and to all later calls', async () => {
    const { client, follow, die } = connect()
    const camera = new FakeCamera()
    const { done } = collect(follow(camera))
    await client.load()
    die()
    await expect(done).rejects.toMatchObject({ name: 'FaceError', code: 'faces-lost' })
    await expect(client.load()).rejects.toMatchObject({ code: 'faces-lost' })
  })
})
