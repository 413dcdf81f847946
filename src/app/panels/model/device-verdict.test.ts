import { describe, expect, it } from 'vitest'
import { describeProblem } from '../../../device/device.ts'
import type { DeviceReport } from '../../../readers/worker/protocol.ts'
import { fullManifest, graphicsCard, smallManifest, softwareAdapter } from '../../testing/story-facts.ts'
import { deviceVerdict, needsOf, videmo3b } from './device-verdict.ts'
import { words } from './words.ts'

const unusable = (kind: 'no-webgpu' | 'no-adapter' | 'insecure-context'): DeviceReport => ({
  state: 'unusable',
  problem: { kind, ...describeProblem({ kind }) },
})

/** The story's graphics card with other features or limits. */
function card(change: { readonly features?: readonly string[]; readonly maxStorageBufferBindingSize?: number }) {
  if (graphicsCard.state !== 'usable') throw new Error('the story’s card is usable')
  const { adapter } = graphicsCard
  const { features = adapter.features, maxStorageBufferBindingSize = adapter.limits.maxStorageBufferBindingSize } =
    change
  const limits = { ...adapter.limits, maxStorageBufferBindingSize }
  return { ...graphicsCard, adapter: { ...adapter, features, limits } } satisfies DeviceReport
}

const room = { freeBytes: 48e9 }
const withoutHalf = card({ features: [] })
const tight = card({ maxStorageBufferBindingSize: 134_217_728 })

describe('what is said of VidEmo-3B, by device', () => {
  it.each([
    ['unknown', undefined, true, 'unknown', {}],
    ['no WebGPU', unusable('no-webgpu'), true, 'no', { 'no-gpu': 'missing' }],
    ['no adapter', unusable('no-adapter'), true, 'no', { 'no-gpu': 'missing' }],
    ['an insecure page', unusable('insecure-context'), true, 'no', { 'no-gpu': 'missing' }],
    [
      'an adapter in software',
      softwareAdapter,
      false,
      'limited',
      {
        'software-adapter': 'limited',
        'no-half-floats': 'limited',
        buffers: 'fine',
        storage: 'fine',
        'gpu-memory': 'unknown',
      },
    ],
    [
      'no 16-bit floats, built as q4',
      withoutHalf,
      false,
      'limited',
      { adapter: 'fine', 'no-half-floats': 'limited', buffers: 'fine', storage: 'fine', 'gpu-memory': 'unknown' },
    ],
    [
      'no 16-bit floats, where they are needed',
      withoutHalf,
      true,
      'no',
      { adapter: 'fine', 'no-half-floats': 'missing', buffers: 'fine' },
    ],
    [
      'buffers as small as WebGPU promises',
      tight,
      true,
      'no',
      { adapter: 'fine', 'half-floats': 'fine', buffers: 'missing' },
    ],
    [
      'a full graphics card',
      graphicsCard,
      true,
      'yes',
      { adapter: 'fine', 'half-floats': 'fine', buffers: 'fine', storage: 'fine', 'gpu-memory': 'unknown' },
    ],
  ] as const)('%s', (_, device, hasHalfFloats, answer, standings) => {
    const verdict = deviceVerdict(device, videmo3b(hasHalfFloats), room)
    expect(verdict.answer).toBe(answer)
    expect(Object.fromEntries(verdict.reasons.map(({ kind, standing }) => [kind, standing]))).toEqual(standings)
    for (const reason of verdict.reasons) expect(words.reason(reason)).toMatch(/\S/)
  })

  it('too little room on the disk is a limit, not an end; room that nobody tells of decides nothing', () => {
    const of = (freeBytes: number | undefined, storedBytes = 0) =>
      deviceVerdict(graphicsCard, videmo3b(true), { freeBytes, storedBytes }).answer
    expect(of(1e9)).toBe('limited')
    // What is stored of it already needs no more room.
    expect(of(1e9, 1.5e9)).toBe('yes')
    expect(of(undefined)).toBe('yes')
  })

  it('little memory is told, where the browser tells of it', () => {
    const of = (memoryBytes: number | undefined) =>
      deviceVerdict(graphicsCard, videmo3b(true), { ...room, memoryBytes })
    expect(of(4e9).reasons).toContainEqual({ kind: 'memory', standing: 'limited', needs: 2.1e9, has: 4e9 })
    expect(of(8e9).answer).toBe('yes')
    expect(of(undefined).answer).toBe('yes')
  })
})

describe('what is said of a chosen bundle', () => {
  it('a small one runs on the processor wherever the GPU will not do', () => {
    for (const device of [unusable('no-webgpu'), softwareAdapter]) {
      const { answer, reasons } = deviceVerdict(device, needsOf(smallManifest), room)
      expect(answer).toBe('yes')
      expect(reasons.map(({ kind }) => kind)).toEqual(['processor', 'storage'])
    }
    expect(deviceVerdict(graphicsCard, needsOf(smallManifest), room).reasons[0].kind).toBe('adapter')
  })

  it('goes by its manifest', () => {
    const needs = needsOf(fullManifest)
    expect(needs.bytes).toBe(fullManifest.files.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(deviceVerdict(graphicsCard, needs, room).answer).toBe('yes')
    const reasons = deviceVerdict(withoutHalf, needs, room).reasons
    expect(reasons).toContainEqual({ kind: 'no-half-floats', standing: 'missing' })
    // Nothing was measured of it: its weights are what is known.
    expect(deviceVerdict(graphicsCard, needs, room).reasons.at(-1)).toMatchObject({ isMeasured: false })
  })
})
