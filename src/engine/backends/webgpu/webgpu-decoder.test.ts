import type { InferenceSession } from 'onnxruntime-web'
import { beforeAll, describe, expect, it } from 'vitest'
import { manifestFixture } from '../../../manifest/manifest.fixture.ts'
import type { Bundle } from '../../bundle.ts'
import { SharedBackend } from '../../shared-backend.ts'
import type { DecoderBackend, DecoderMemory, MemoryOptions } from '../decoder-backend.ts'
import { openBackend } from '../open-backend.ts'
import type { GpuRuntime, Ort } from '../runtime.ts'

const text = { layers: 2, kvHeads: 1, headDim: 4, hiddenSize: 8, vocabSize: 10 }
const files = { read: async () => new Uint8Array() }
const bundle = { manifest: manifestFixture, files, config: { text } } as unknown as Bundle

beforeAll(() => {
  globalThis.GPUBufferUsage ??= {
    STORAGE: 0,
    COPY_SRC: 0,
    COPY_DST: 0,
    MAP_READ: 0,
  } as unknown as typeof GPUBufferUsage
})

/** A decoder on a device without memory, whose session notes the ids of recordings and may refuse to record. */
async function openDecoder({ graphCapture = true, refuses = false } = {}) {
  const asked: unknown[] = []
  const runs: string[] = []
  const counts = { created: 0, destroyed: 0, released: 0 }
  const session = {
    async run(_feeds: unknown, _fetches: unknown, options: InferenceSession.RunOptions) {
      const { gpu_graph_id: id = 'none' } = (options.extra ?? {}) as { gpu_graph_id?: string }
      runs.push(id)
      if (refuses && Number(id) >= 0) throw new Error('cannot be recorded')
      return {}
    },
    async release() {
      counts.released++
    },
  }
  const create = async (_model: unknown, options: InferenceSession.SessionOptions) => {
    asked.push(options.enableGraphCapture, options.enableGraphCapture)
    return session
  }
  const ort = { InferenceSession: { create }, Tensor: { fromGpuBuffer: () => ({}) } } as unknown as Ort
  const device = {
    adapterInfo: {},
    queue: { writeBuffer: () => undefined },
    createBuffer() {
      counts.created++
      return { destroy: () => counts.destroyed++ }
    },
  } as unknown as GPUDevice
  const runtime: GpuRuntime = { provider: 'webgpu', ort, device, graphCapture }
  return { decoder: await openBackend(runtime).openDecoder(bundle), asked, runs, counts }
}

const options: MemoryOptions = { capacity: 4, maxRows: 16, repetitionPenalty: 1, bannedIds: [] }
const pass = (decoder: DecoderBackend, memory: DecoderMemory) => decoder.run(memory, {}, {}, false)
const step = (decoder: DecoderBackend, memory: DecoderMemory) => decoder.run(memory, {}, {}, true)

describe('WebGpuDecoder', () => {
  it('turns recording on for the provider, which reads the option first, and off for the binding', async () => {
    expect((await openDecoder()).asked).toEqual([true, undefined])
    expect((await openDecoder({ graphCapture: false })).asked).toEqual([undefined, undefined])
  })

  it('records the steps of each memory under an id of its own, and no other pass', async () => {
    const { decoder, runs } = await openDecoder()
    const [a, b] = [decoder.takeMemory(options), decoder.takeMemory(options)]
    await pass(decoder, a)
    for (const memory of [a, b, a]) await step(decoder, memory)
    expect(runs).toEqual(['-1', '0', '1', '0'])
  })

  it('runs plain steps once the runtime has refused to record', async () => {
    const { decoder, runs } = await openDecoder({ refuses: true })
    const memory = decoder.takeMemory(options)
    await step(decoder, memory)
    await step(decoder, memory)
    expect(runs).toEqual(['0', '-1', '-1'])
  })

  it('records nothing where steps cannot be recorded', async () => {
    const { decoder, runs } = await openDecoder({ graphCapture: false })
    await step(decoder, decoder.takeMemory(options))
    expect(runs).toEqual(['none'])
  })

  it('records at most 16 times, since a recording lasts as long as the session', async () => {
    const { decoder, runs } = await openDecoder()
    for (let memory = 0; memory < 40; memory++) await step(decoder, decoder.takeMemory(options))
    expect(runs.filter((id) => id !== '-1')).toHaveLength(16)
  })

  it('frees memory without a recording', async () => {
    const { decoder, counts } = await openDecoder()
    const memory = decoder.takeMemory(options)
    await pass(decoder, memory)
    decoder.returnMemory(memory)
    expect(counts.created).toBeGreaterThan(0)
    expect(counts.destroyed).toBe(counts.created)
    expect(decoder.takeMemory(options)).not.toBe(memory)
  })

  it('keeps the last memory with a recording, for a decoder with the same options', async () => {
    const { decoder, counts, runs } = await openDecoder()
    const longer = { ...options, capacity: 8 }
    const first = decoder.takeMemory(options)
    await step(decoder, first)
    decoder.returnMemory(first)
    expect(counts.destroyed).toBe(0)
    const second = decoder.takeMemory(longer)
    expect(second).not.toBe(first)
    expect(decoder.takeMemory(options)).toBe(first)
    await step(decoder, first)
    expect(runs).toEqual(['0', '0'])
    await step(decoder, second)
    decoder.returnMemory(first)
    decoder.returnMemory(second)
    // Only one is kept: the first was freed.
    expect(counts.destroyed).toBe(counts.created / 2)
    expect(decoder.takeMemory(options)).not.toBe(first)
    expect(decoder.takeMemory(longer)).toBe(second)
  })
})

describe('SharedBackend', () => {
  it('is released by the last of its decoders, with the memory that was kept', async () => {
    const { decoder, counts } = await openDecoder()
    const shared = new SharedBackend(decoder)
    const memory = decoder.takeMemory(options)
    await step(decoder, memory)
    decoder.returnMemory(memory)
    shared.share()
    await shared.release()
    expect([counts.released, counts.destroyed]).toEqual([0, 0])
    await shared.release()
    expect([counts.released, counts.destroyed]).toEqual([1, counts.created])
  })
})
