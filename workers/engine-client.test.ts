import { expose } from 'comlink'
import { afterEach, describe, expect, it } from 'vitest'
import { CaptureError, EngineError, toWire } from '../src/errors.ts'
import type { EngineApi, ReadingEvent } from './engine-api.ts'
import { EngineClient, type EngineWorker } from './engine-client.ts'

const request = { file: new Blob(['x']), questions: [], maxTokens: 1 }
const open: MessagePort[] = []

afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

/** A client whose worker is this object on the other end of a channel. */
function connect(api: Partial<EngineApi>) {
  const { port1, port2 } = new MessageChannel()
  open.push(port1, port2)
  expose(api, port1)
  const events = new EventTarget()
  const worker: EngineWorker = {
    postMessage: (message: unknown, transfer: Transferable[] = []) => port2.postMessage(message, transfer),
    addEventListener: (type, listener) => (type === 'message' ? port2 : events).addEventListener(type, listener),
    removeEventListener: (type, listener) => (type === 'message' ? port2 : events).removeEventListener(type, listener),
    start: () => port2.start(),
    terminate: () => port2.close(),
  }
  port2.start()
  return { client: new EngineClient(worker), die: () => events.dispatchEvent(new Event('error')) }
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
  id: 'emotion',
  tokenId,
  text: String(tokenId),
  ms: 1,
})
const over: ReadingEvent = { type: 'over', stopped: false }

describe('EngineClient', () => {
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
    const error = await failure(client.loadBundle('x', () => undefined))
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
      probe: async () => {
        throw new RangeError('oops')
      },
    })
    expect(await failure(client.probe())).toMatchObject({ code: 'unexpected', message: 'RangeError: oops' })
  })

  it('rejects calls in flight, and later ones, when the worker dies', async () => {
    const { client, die } = connect({ probe: () => new Promise(() => undefined) })
    const pending = failure(client.probe())
    die()
    expect(await pending).toMatchObject({ name: 'EngineError', code: 'worker-died' })
    expect(await failure(client.probe())).toMatchObject({ code: 'worker-died' })
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
})
