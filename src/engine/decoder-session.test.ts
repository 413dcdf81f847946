import type { InferenceSession } from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { manifestFixture } from '../manifest/manifest.fixture.ts'
import type { Ort, Runtime } from './backends/runtime.ts'
import type { Bundle } from './bundle.ts'
import { type DecoderMemory, DecoderSession } from './decoder-session.ts'

const bundle = { manifest: manifestFixture, files: { read: async () => new Uint8Array() } } as unknown as Bundle

/** A session that notes what it is run as, and may refuse to record. */
async function session({ graphCapture = true, refuses = false } = {}) {
  const asked: unknown[] = []
  const runs: string[] = []
  let released = 0
  const made = {
    async run(_feeds: unknown, _fetches: unknown, options: InferenceSession.RunOptions) {
      const { gpu_graph_id: id = 'none' } = (options.extra ?? {}) as { gpu_graph_id?: string }
      runs.push(id)
      if (refuses && Number(id) >= 0) throw new Error('cannot be recorded')
      return {}
    },
    async release() {
      released++
    },
  }
  const create = async (_model: unknown, options: InferenceSession.SessionOptions) => {
    asked.push(options.enableGraphCapture, options.enableGraphCapture)
    return made
  }
  const ort = { InferenceSession: { create } } as unknown as Ort
  const runtime: Runtime = { provider: 'webgpu', ort, device: {} as GPUDevice, graphCapture }
  return { session: await DecoderSession.create(runtime, bundle), asked, runs, released: () => released }
}

function memory(graph?: number) {
  const disposed: string[] = []
  const part = (name: string) => ({ dispose: () => disposed.push(name) })
  const value = { cache: part('cache'), state: part('state'), graph } as unknown as DecoderMemory
  return { value, disposed }
}

describe('DecoderSession', () => {
  it('tells the provider that runs may be recorded, and nobody who asks after it', async () => {
    expect((await session()).asked).toEqual([true, undefined])
    expect((await session({ graphCapture: false })).asked).toEqual([undefined, undefined])
  })

  it('records what it is asked to, and nothing else', async () => {
    const { session: shared, runs } = await session()
    const graphs = [shared.claimGraph(), shared.claimGraph()]
    await shared.run({}, {})
    for (const graph of graphs) await shared.run({}, {}, graph)
    expect(runs).toEqual(['-1', '0', '1'])
  })

  it('goes on without where the runtime refuses', async () => {
    const { session: shared, runs } = await session({ refuses: true })
    const graph = shared.claimGraph()
    await shared.run({}, {}, graph)
    await shared.run({}, {}, graph)
    expect(runs).toEqual(['0', '-1', '-1'])
  })

  it('records nothing where it must not', async () => {
    const { session: shared, runs } = await session({ graphCapture: false })
    expect(shared.claimGraph()).toBeUndefined()
    await shared.run({}, {})
    expect(runs).toEqual(['none'])
  })

  it('does not record without end: what was recorded stays until the session ends', async () => {
    const { session: shared } = await session()
    const graphs = Array.from({ length: 40 }, () => shared.claimGraph())
    expect(graphs.filter((graph) => graph !== undefined)).toHaveLength(16)
  })

  it('keeps the last memory that was recorded on, for a decoder like the one that left it', async () => {
    const { session: shared, released } = await session()
    const [plain, first, second] = [memory(), memory(0), memory(1)]
    shared.leave('a', plain.value)
    expect(plain.disposed).toEqual(['cache', 'state'])
    shared.leave('a', first.value)
    expect(shared.takeIdle('b')).toBeUndefined()
    expect(shared.takeIdle('a')).toBe(first.value)
    expect(shared.takeIdle('a')).toBeUndefined()
    shared.leave('a', first.value)
    shared.leave('b', second.value)
    expect([first.disposed, second.disposed]).toEqual([['cache', 'state'], []])
    shared.share()
    await shared.release()
    expect(released()).toBe(0)
    await shared.release()
    expect([second.disposed, released()]).toEqual([['cache', 'state'], 1])
  })
})
