import { expose } from 'comlink'
import { afterEach, expect, it } from 'vitest'
import { installErrorTransfer } from '../../base/error-transfer.ts'
import type { EngineWorker } from '../worker/client.ts'
import { TransformersClient } from './client.ts'
import { notTransformersJs } from './errors.ts'
import type { TransformersApi, TransformersModel } from './protocol.ts'

installErrorTransfer()
const open: MessagePort[] = []
afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

const model: TransformersModel = {
  name: 'm',
  source: { name: 'm' },
  manifest: { dtype: 'fp32' },
  provider: 'wasm',
  notices: [],
}

/** A client whose workers are this object on the other end of a channel each, and which of them were ended. */
function connect(load: TransformersApi['load']) {
  const ended: number[] = []
  let started = 0
  const client = new TransformersClient('http://127.0.0.1/', () => {
    const { port1, port2 } = new MessageChannel()
    const number = started++
    open.push(port1, port2)
    expose(
      { open: () => undefined, ping: async () => 0, startReading: async () => 1, nextEvents: async () => [], load },
      port1,
    )
    port2.start()
    return Object.assign(port2, { terminate: () => ended.push(number) }) as unknown as EngineWorker
  })
  return { client, ended, started: () => started }
}

const ignore = () => undefined
const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

it('gives each load a worker, keeps the one before until the next model is there, and ends those that failed', async () => {
  const { client, ended, started } = connect(async ({ folder }) => {
    if (folder === 'bad') throw notTransformersJs(folder, 'it has no config.json')
    return model
  })
  expect(started()).toBe(0)
  expect(await client.load({ folder: 'first' }, ignore)).toEqual(model)
  const error = await failureOf(client.load({ folder: 'bad' }, ignore))
  expect(error).toMatchObject({ name: 'CheckpointError', code: 'not-transformers-js', action: expect.any(String) })
  expect(ended).toEqual([1])
  await client.load({ folder: 'second' }, ignore)
  expect(ended).toEqual([1, 0])
  client.close()
  expect(ended).toEqual([1, 0, 2])
})

it('reads nothing without a model', () => {
  const { client, started } = connect(async () => model)
  expect(() => client.read({ source: { type: 'frames', frames: [] }, stages: [], settings: {} as never })).toThrow(
    expect.objectContaining({ code: 'no-model' }),
  )
  expect(started()).toBe(0)
})
