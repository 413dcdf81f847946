import { expose } from 'comlink'
import { afterEach, describe, expect, it } from 'vitest'
import { CheckpointError } from '../base/errors.ts'
import { BuildClient, type BuildWorker } from './client.ts'
import type { BuildApi, BuildRequest, BuildStep } from './protocol.ts'

const request: BuildRequest = { source: { type: 'address', address: 'a/b' }, dtype: 'q4' }
const open: MessagePort[] = []

afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

/** A client whose workers are this object, each on the other end of a channel of its own. */
function connect(api: Partial<BuildApi>) {
  let started = 0
  let events = new EventTarget()
  const client = new BuildClient((): BuildWorker => {
    started++
    const { port1, port2 } = new MessageChannel()
    open.push(port1, port2)
    expose(api, port1)
    const own = new EventTarget()
    events = own
    port2.start()
    return {
      postMessage: (message: unknown, transfer: Transferable[] = []) => port2.postMessage(message, transfer),
      addEventListener: (type, listener) => (type === 'message' ? port2 : own).addEventListener(type, listener),
      removeEventListener: (type, listener) => (type === 'message' ? port2 : own).removeEventListener(type, listener),
      start: () => port2.start(),
      terminate: () => port2.close(),
    }
  })
  return { client, started: () => started, die: () => events.dispatchEvent(new Event('error')) }
}

describe('the client of the builder’s worker', () => {
  it('starts no worker before it is asked, and carries steps and errors over', async () => {
    const { client, started } = connect({
      build: async (_request, onStep) => {
        await onStep({ type: 'checking' })
        throw new CheckpointError({ code: 'network', message: 'Gone.', action: 'Go on.', recoverable: true })
      },
    })
    expect(started()).toBe(0)
    const steps: BuildStep[] = []
    const error = await client.build(request, (step) => steps.push(step)).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ code: 'network', action: 'Go on.', recoverable: true })
    expect(steps).toEqual([{ type: 'checking' }])
    expect(started()).toBe(1)
  })

  it('rejects what is under way when the worker dies or is ended, and starts another for the next call', async () => {
    const { client, started, die } = connect({
      build: () => new Promise(() => undefined),
      unfinished: async () => [],
    })
    for (const end of [die, () => client.terminate()]) {
      const building = client.build(request, () => undefined).catch((cause: unknown) => cause)
      await Promise.resolve()
      end()
      expect(await building).toMatchObject({ code: 'worker-died', recoverable: true })
      expect(await client.unfinished()).toEqual([])
    }
    expect(started()).toBe(3)
  })
})
