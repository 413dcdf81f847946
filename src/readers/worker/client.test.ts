import { expose } from 'comlink'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { recordFault } from '../../../scripts/fault-table.ts'
import { CaptureError, EngineError, toWire } from '../../base/errors.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { type Deadlines, defaultDeadlines, EngineClient, type EngineWorker } from './client.ts'
import type { EngineApi, LoadProgress } from './protocol.ts'

const request: ReadingRequest = {
  source: { type: 'file', file: new Blob(['x']) },
  stages: [],
  settings: { framesPerSecond: 2, windowFrames: 16, hopFrames: 8, maxTokens: 1 },
}
const open: MessagePort[] = []

afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

/** A client whose worker is this object on the other end of a channel. */
function connect(api: Partial<EngineApi>, deadlines: Deadlines = defaultDeadlines) {
  const { port1, port2 } = new MessageChannel()
  open.push(port1, port2)
  expose({ open: () => undefined, ping: async () => 0, ...api }, port1)
  const events = new EventTarget()
  const worker: EngineWorker = {
    postMessage: (message: unknown, transfer: Transferable[] = []) => port2.postMessage(message, transfer),
    addEventListener: (type, listener) => (type === 'message' ? port2 : events).addEventListener(type, listener),
    removeEventListener: (type, listener) => (type === 'message' ? port2 : events).removeEventListener(type, listener),
    start: () => port2.start(),
    terminate: () => port2.close(),
  }
  port2.start()
  return {
    client: new EngineClient({ appUrl: 'http://127.0.0.1/' }, worker, deadlines),
    die: () => events.dispatchEvent(new Event('error')),
  }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** A worker's readings, each a list of batches; a batch that is missing never comes. */
function readings(...scripts: ReadingEvent[][][]) {
  let number = 0
  let stops = 0
  const positions = scripts.map(() => 0)
  const api: Partial<EngineApi> = {
    startReading: async () => ++number,
    nextEvents: async (reading) => {
      if (reading !== number) return []
      const batch = scripts[reading - 1][positions[reading - 1]++]
      return batch ?? new Promise<ReadingEvent[]>(() => undefined)
    },
    stopReading: () => {
      stops++
    },
  }
  return { api, stops: () => stops }
}

const token = (tokenId: number): ReadingEvent => ({
  type: 'token',
  track: 'picture',
  id: 'emotion',
  tokenId,
  text: String(tokenId),
  ms: 1,
})
const over: ReadingEvent = { type: 'over', reason: 'ended' }

describe('EngineClient', () => {
  it('tells no progress of a load that has ended', async () => {
    let report: (progress: LoadProgress) => unknown = () => undefined
    const { client } = connect({
      loadBundle: async (_, onProgress) => {
        report = onProgress
        await report({ type: 'checking' })
        throw new EngineError({ code: 'out-of-memory', message: 'no room', action: 'take a smaller one' })
      },
    })
    const told: LoadProgress[] = []
    const error = await failure(client.load({ source: { type: 'url', url: 'x' } }, (each) => told.push(each)))
    expect(error).toMatchObject({ code: 'out-of-memory' })
    await report({ type: 'starting', graph: 'vision' })
    expect(told).toEqual([{ type: 'checking' }])
  })

  it('keeps class, code, action and subject of an error', async () => {
    const { client } = connect({
      loadBundle: async () => {
        throw new EngineError({
          code: 'limits-too-small',
          message: 'too small',
          action: 'take a smaller one',
          subject: 'maxBufferSize',
          cause: new CaptureError({ code: 'inner', message: 'm', action: 'a' }),
        })
      },
    })
    const error = await failure(client.load({ source: { type: 'url', url: 'x' } }, () => undefined))
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({
      code: 'limits-too-small',
      message: 'too small',
      action: 'take a smaller one',
      subject: 'maxBufferSize',
      cause: { code: 'inner' },
    })
    expect((error as Error).cause).toBeInstanceOf(CaptureError)
  })

  it('makes foreign errors ours', async () => {
    const { client } = connect({
      inspectDevice: async () => {
        throw new RangeError('oops')
      },
    })
    expect(await failure(client.inspectDevice())).toMatchObject({ code: 'unexpected', message: 'RangeError: oops' })
  })

  it('tells whoever waits, and whoever calls later, that the worker was ended', async () => {
    const { client } = connect({ inspectDevice: () => new Promise(() => undefined) })
    const pending = failure(client.inspectDevice())
    client.close()
    client.close()
    expect(await pending).toMatchObject({ code: 'worker-died' })
    expect(await failure(client.figures())).toMatchObject({ code: 'worker-died' })
  })

  it('rejects calls in flight, and later ones, when the worker dies', async () => {
    const { client, die } = connect({
      inspectDevice: () => new Promise(() => undefined),
      deviceFigures: async () => undefined,
    })
    // It has lived.
    await client.figures()
    const pending = failure(client.inspectDevice())
    die()
    expect(await pending).toMatchObject({ name: 'EngineError', code: 'worker-died' })
    expect(await failure(client.inspectDevice())).toMatchObject({ code: 'worker-died' })
  })

  it('tells a worker that never started from one that died', async () => {
    const { client, die } = connect({ inspectDevice: () => new Promise(() => undefined) })
    die()
    expect(await failure(client.inspectDevice())).toMatchObject({
      code: 'worker-not-started',
      message: 'The part of the app that computes did not start.',
      action: expect.stringContaining('worker-src'),
    })
  })

  it('streams events until a reading is over', async () => {
    const { client } = connect(
      readings([
        [token(1), token(2)],
        [token(3), over],
      ]).api,
    )
    const seen: ReadingEvent[] = []
    for await (const event of client.read(request)) seen.push(event)
    expect(seen).toEqual([token(1), token(2), token(3), over])
  })

  it('throws a failed reading as the error it was', async () => {
    const error = new CaptureError({ code: 'empty-file', message: 'm', action: 'a' })
    const { client } = connect(readings([[{ type: 'failed', error: toWire(error) }]]).api)
    const thrown = await failure(client.read(request).next())
    expect(thrown).toBeInstanceOf(CaptureError)
    expect(thrown).toMatchObject({ code: 'empty-file' })
  })

  it('drops what a superseded reading says late', async () => {
    const { client } = connect(readings([[token(1), token(2), token(3)]], [[token(9), over]]).api)
    const first = client.read(request)
    expect((await first.next()).value).toEqual(token(1))
    const second = client.read(request)
    expect((await second.next()).value).toEqual(token(9))
    expect((await first.next()).done).toBe(true)
    expect((await second.next()).value).toEqual(over)
  })

  it('stops the worker when the page looks away', async () => {
    const { api, stops } = readings([[token(1)]])
    const { client } = connect(api)
    for await (const _ of client.read(request)) break
    await expect.poll(stops).toBe(1)
  })

  describe('when nothing comes back', () => {
    const quick: Deadlines = { silenceMs: 20, pingMs: 40, callMs: 80, loadMs: 80, startMs: 40, readMs: 80 }
    const never = () => new Promise<never>(() => undefined)

    it('gives up on a worker that does not answer at all, for good', async () => {
      const { client } = connect({ inspectDevice: never, ping: never }, quick)
      expect(await failure(client.inspectDevice())).toMatchObject({ code: 'worker-hangs' })
      expect(await failure(client.figures())).toMatchObject({ code: 'worker-hangs' })
    })

    it('bears silence from a worker that listens, up to the deadline of the phase', async () => {
      const { client } = connect({ inspectDevice: never }, quick)
      expect(await failure(client.inspectDevice())).toMatchObject({ code: 'too-long' })
    })

    it('waits on while a load makes progress', async () => {
      const loaded = { name: 'x' }
      const { client } = connect(
        {
          loadBundle: async (_, onProgress) => {
            for (let i = 0; i < 12; i++) {
              await new Promise((resolve) => setTimeout(resolve, 20))
              await onProgress({ type: 'downloading', doneBytes: i, totalBytes: 12 })
            }
            return loaded as never
          },
        },
        quick,
      )
      expect(await client.load({ source: { type: 'url', url: 'x' } }, () => undefined)).toEqual(loaded)
    })

    it('waits on while a server asks to be left alone, and no longer', async () => {
      let end: () => void = () => undefined
      const loadBundle: EngineApi['loadBundle'] = async (_, onProgress) => {
        await onProgress({ type: 'server-wait', wait: { ms: 60_000, isTold: true } })
        await new Promise<void>((resolve) => {
          end = resolve
        })
        await onProgress({ type: 'server-wait', wait: undefined })
        return never()
      }
      const { client } = connect({ loadBundle }, quick)
      const load = failure(client.load({ source: { type: 'url', url: 'x' } }, () => undefined))
      // Three times as long as it may be silent otherwise.
      const still = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 3 * quick.loadMs))
      expect(await Promise.race([load, still])).toBe('still waiting')
      end()
      expect(await load).toMatchObject({ code: 'too-long' })
    })

    it('bears silence while the device is given work, and no longer', async () => {
      let work = 0
      const loadBundle: EngineApi['loadBundle'] = async (_, onProgress) => {
        await onProgress({ type: 'starting', graph: 'vision' })
        return never()
      }
      const ping = async () => Math.min(++work, 8)
      const { client } = connect({ loadBundle, ping }, quick)
      const error = await failure(client.load({ source: { type: 'url', url: 'x' } }, () => undefined))
      expect(error).toMatchObject({ code: 'too-long' })
      expect(work).toBeGreaterThan(8)
    })

    it('gives a session that is being made less time than a load', async () => {
      const loadBundle: EngineApi['loadBundle'] = async (_, onProgress) => {
        await onProgress({ type: 'starting', graph: 'vision' })
        return never()
      }
      const { client } = connect({ loadBundle }, { ...quick, loadMs: 60_000 })
      const error = await failure(client.load({ source: { type: 'url', url: 'x' } }, () => undefined))
      expect(error).toMatchObject({ code: 'too-long' })
    })

    it('takes an hour’s sleep of the machine for no silence', async () => {
      const { api } = readings([[token(1)]])
      const { client } = connect(api, { ...quick, readMs: 60_000 })
      const reading = client.read(request)
      await reading.next()
      const now = performance.now.bind(performance)
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000)
      onTestFinished(() => clock.mockRestore())
      const next = failure(reading.next())
      const still = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 300))
      expect(await Promise.race([next, still])).toBe('still waiting')
      recordFault({
        fault: 'system sleep',
        injected: 'the clock an hour ahead while a reading waits for its next token',
        outcome: 'recovered',
        kept: 'the worker was not given up',
      })
    })

    it('takes a page that stood still for no hanging worker', async () => {
      const { api } = readings([[token(1)]])
      const { client } = connect(api, { ...quick, readMs: 60_000 })
      const reading = client.read(request)
      await reading.next()
      const next = failure(reading.next())
      for (let freeze = 0; freeze < 10; freeze++) {
        await new Promise((resolve) => setTimeout(resolve, 15))
        const end = performance.now() + 3 * quick.pingMs
        while (performance.now() < end);
      }
      const still = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 100))
      expect(await Promise.race([next, still])).toBe('still waiting')
    })

    it('waits for ever for a camera that gives no picture', async () => {
      const { api } = readings([[{ type: 'picture', picture: 'muted' }]])
      const { client } = connect(api, quick)
      const reading = client.read(request)
      await reading.next()
      const next = failure(reading.next())
      const still = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 300))
      expect(await Promise.race([next, still])).toBe('still waiting')
    })

    it('waits for ever for a reading that is held', async () => {
      const { api } = readings([[token(1)]])
      const { client } = connect({ ...api, pauseReading: () => undefined }, quick)
      const reading = client.read(request)
      await reading.next()
      await client.pause(true)
      const next = failure(reading.next())
      const still = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 300))
      expect(await Promise.race([next, still])).toBe('still waiting')
    })
  })
})
