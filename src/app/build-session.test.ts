import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../base/errors.ts'
import type { BuildOffer, BuildRequest, BuildStep, BuiltBundle } from '../build-worker/protocol.ts'
import type { ServerWait } from '../net/quiet-time.ts'
import { type Builder, BuildSession } from './build-session.ts'

const request: BuildRequest = { source: { type: 'address', address: 'a/b' }, dtype: 'q4' }
const offer: BuildOffer = {
  id: 'x',
  name: 'b-q4',
  origin: 'https://example.org/',
  isRemote: true,
  dtype: 'q4',
  parameters: 1,
  sourceBytes: 100,
  resultBytes: 25,
  license: {},
  keptBytes: 0,
  room: { neededBytes: 25, freeBytes: 100 },
}
const bundle: BuiltBundle = { key: 'k', name: 'b-q4', bytes: 25, readBytes: 100, peakBytes: 10, requests: 3 }

/** A builder whose build ends when the test says so. */
class FakeBuilder implements Builder {
  readonly calls: string[] = []
  step: (step: BuildStep) => void = () => undefined
  end: (result: BuiltBundle | Error) => void = () => undefined

  wait: (wait: ServerWait | undefined) => void = () => undefined

  async look(_request: BuildRequest, onWait: (wait: ServerWait | undefined) => void) {
    this.calls.push('look')
    this.wait = onWait
    return offer
  }

  build(_request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle> {
    this.calls.push('build')
    this.step = onStep
    return new Promise((resolve, reject) => {
      this.end = (result) => (result instanceof Error ? reject(result) : resolve(result))
    })
  }

  async pause(isPaused: boolean) {
    this.calls.push(isPaused ? 'pause' : 'go on')
  }

  async stop() {
    this.calls.push('stop')
    this.end(new DOMException('stopped', 'AbortError'))
  }

  async unfinished() {
    return [{ ...offer, address: offer.origin, doneBytes: 10, totalBytes: 100 }]
  }

  async forget(id: string) {
    this.calls.push(`forget ${id}`)
  }

  terminate() {
    this.calls.push('terminate')
  }
}

function buildSession() {
  const builder = new FakeBuilder()
  const made = new BuildSession(builder)
  return { builder, buildSession: made, state: () => made.store.get().build }
}

describe('the buildSession where models are built', () => {
  it('reads nothing of the weights before the offer is accepted', async () => {
    const { builder, buildSession: made, state } = buildSession()
    await made.look(request)
    expect(state()).toMatchObject({ state: 'offered', offer: { name: 'b-q4' } })
    expect(builder.calls).toEqual(['look'])
    made.leave()
    expect(state()).toEqual({ state: 'choosing' })
    await made.start()
    expect(builder.calls).toEqual(['look'])
  })

  it('shows what is kept beside how far it is, pauses, and ends', async () => {
    const { builder, buildSession: made, state } = buildSession()
    await made.look(request)
    const built = made.start()
    builder.step({ type: 'kept', doneBytes: 10 })
    builder.step({ type: 'building', doneBytes: 20, totalBytes: 100, weight: 'w' })
    expect(state()).toMatchObject({ kept: { doneBytes: 10 }, step: { doneBytes: 20, weight: 'w' }, isPaused: false })
    made.pause(true)
    expect(state()).toMatchObject({ isPaused: true })
    made.pause(false)
    builder.end(bundle)
    await built
    expect(state()).toEqual({ state: 'built', bundle })
    expect(builder.calls).toEqual(['look', 'build', 'pause', 'go on'])
  })

  it('shows a wait that the server asks for, while it looks and while it builds, and leaves either', async () => {
    const { builder, buildSession: made, state } = buildSession()
    const looking = made.look(request)
    builder.wait({ ms: 60_000, isTold: true })
    expect(state()).toMatchObject({ state: 'looking', wait: { untilMs: expect.any(Number), isTold: true } })
    builder.wait(undefined)
    expect(state()).toMatchObject({ state: 'looking', wait: undefined })
    made.leave()
    await looking
    expect(state()).toEqual({ state: 'choosing' })
    expect(builder.calls).toEqual(['look', 'stop'])

    await made.look(request)
    const built = made.start()
    builder.step({ type: 'building', doneBytes: 20, totalBytes: 100, weight: 'w' })
    builder.step({ type: 'server-wait', wait: { ms: 5000, isTold: false } })
    expect(state()).toMatchObject({ step: { doneBytes: 20 }, wait: { isTold: false } })
    // What was read before is worked through meanwhile.
    builder.step({ type: 'building', doneBytes: 30, totalBytes: 100, weight: 'w' })
    expect(state()).toMatchObject({ step: { doneBytes: 30 }, wait: { isTold: false } })
    builder.step({ type: 'server-wait', wait: undefined })
    expect(state()).toMatchObject({ wait: undefined })
    builder.end(bundle)
    await built
  })

  it('goes on after a lost connection', async () => {
    const { builder, buildSession: made, state } = buildSession()
    await made.look(request)
    const lost = made.start()
    const error = new CheckpointError({ code: 'network', message: 'Gone.', action: 'Go on.', recoverable: true })
    builder.end(error)
    await lost
    expect(state()).toMatchObject({ state: 'failed', name: 'b-q4', error: { code: 'network', action: 'Go on.' } })
    const again = made.start()
    builder.end(bundle)
    await again
    expect(state()).toMatchObject({ state: 'built' })
  })

  it('is back at the choice when it is stopped, whatever the build still says, and lists what was begun', async () => {
    const { builder, buildSession: made, state } = buildSession()
    await made.look(request)
    const stopped = made.start()
    await made.stop()
    builder.step({ type: 'checking' })
    await stopped
    expect(state()).toEqual({ state: 'choosing' })
    expect(made.store.get().unfinished).toMatchObject([{ id: 'x', doneBytes: 10 }])
    await made.forget('x')
    expect(builder.calls).toEqual(['look', 'build', 'stop', 'forget x'])
  })
})
