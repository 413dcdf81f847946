import { describe, expect, it } from 'vitest'
import { type AdapterFacts, describeProblem, inspectDevice, missingFor, problemError, requestDevice } from './device.ts'

interface FakeAdapter {
  readonly features?: readonly string[]
  readonly info?: Partial<GPUAdapterInfo>
  readonly limits?: Record<string, number>
}

function adapter({ features = [], info = {}, limits = {} }: FakeAdapter = {}) {
  const requested: GPUDeviceDescriptor[] = []
  const value = {
    features: new Set(features),
    info: { vendor: 'acme', architecture: 'one', device: '', description: '', isFallbackAdapter: false, ...info },
    limits: { maxBufferSize: 1000, maxStorageBufferBindingSize: 500, maxStorageBuffersPerShaderStage: 10, ...limits },
    requestDevice: async (descriptor: GPUDeviceDescriptor) => {
      requested.push(descriptor)
      return {}
    },
  }
  return { value: value as unknown as GPUAdapter, requested }
}

function scope(found: GPUAdapter | null | Error | 'no gpu', isSecureContext = true) {
  const requestAdapter = async () => {
    if (found instanceof Error) throw found
    return found
  }
  return { isSecureContext, navigator: found === 'no gpu' ? {} : { gpu: { requestAdapter } as unknown as GPU } }
}

async function factsOf(fake: FakeAdapter): Promise<AdapterFacts> {
  const { report } = await inspectDevice(scope(adapter(fake).value))
  if (report.state === 'unusable') throw new Error(report.problem.kind)
  return report.adapter
}

describe('inspectDevice', () => {
  it.each([
    ['insecure-context', scope('no gpu', false)],
    ['no-webgpu', scope('no gpu')],
    ['no-adapter', scope(null)],
    ['no-adapter', scope(new Error('lost'))],
  ])('tells %s', async (kind, where) => {
    const { report } = await inspectDevice(where)
    expect(report).toMatchObject({ state: 'unusable', problem: { kind } })
  })

  it('describes the adapter', async () => {
    const facts = await factsOf({ features: ['subgroups', 'shader-f16'] })
    expect(facts).toMatchObject({ vendor: 'acme', features: ['shader-f16', 'subgroups'], isSoftware: false })
  })

  it.each([
    { isFallbackAdapter: true },
    { description: 'SwiftShader Device (Subzero)' },
    { architecture: 'swiftshader' },
  ])('notices an adapter in software: %o', async (info) => {
    const { report } = await inspectDevice(scope(adapter({ info }).value))
    expect(report).toMatchObject({ state: 'usable', notices: [{ kind: 'software-adapter' }] })
  })
})

describe('missingFor', () => {
  const limits = { maxBufferSize: 1000, maxStorageBufferBindingSize: 500 }

  it('finds nothing missing', async () => {
    expect(missingFor({ features: [], limits }, await factsOf({}))).toBeUndefined()
  })

  it('misses shader-f16', async () => {
    expect(missingFor({ features: ['shader-f16'], limits }, await factsOf({}))).toEqual({ kind: 'no-shader-f16' })
  })

  it('names the limit that is too small', async () => {
    const needs = { features: [], limits: { ...limits, maxStorageBufferBindingSize: 501 } }
    expect(missingFor(needs, await factsOf({}))).toEqual({
      kind: 'limits-too-small',
      limit: 'maxStorageBufferBindingSize',
      needs: 501,
      has: 500,
    })
  })
})

describe('requestDevice', () => {
  it.each([
    [4, []],
    [16, ['subgroups']],
    [undefined, []],
  ])('asks for subgroups of at least 16 only: %s', async (subgroupMinSize, requiredFeatures) => {
    const { value, requested } = adapter({
      features: ['subgroups'],
      info: subgroupMinSize === undefined ? {} : { subgroupMinSize },
    })
    await requestDevice(value)
    expect(requested).toEqual([
      {
        requiredFeatures,
        requiredLimits: {
          maxBufferSize: 1000,
          maxStorageBufferBindingSize: 500,
          maxStorageBuffersPerShaderStage: 10,
        },
      },
    ])
  })

  it.each([
    [64, { withoutSubgroups: true }, []],
    [4, { forceSubgroups: true }, ['subgroups']],
  ])('leaves subgroups of %s out, or asks for them, when told: %o', async (subgroupMinSize, options, features) => {
    const { value, requested } = adapter({ features: ['subgroups'], info: { subgroupMinSize } })
    await requestDevice(value, options)
    expect(requested[0].requiredFeatures).toEqual(features)
  })

  it('asks for 16-bit floats where they are', async () => {
    const { value, requested } = adapter({ features: ['shader-f16'] })
    await requestDevice(value)
    expect(requested[0].requiredFeatures).toEqual(['shader-f16'])
  })
})

describe('describeProblem', () => {
  it('says something of its own for each cause, and what to do', () => {
    const problems = [
      { kind: 'insecure-context' },
      { kind: 'no-webgpu' },
      { kind: 'no-adapter' },
      { kind: 'software-adapter', name: 'SwiftShader' },
      { kind: 'no-shader-f16' },
      { kind: 'limits-too-small', limit: 'maxBufferSize', needs: 2e9, has: 1e9 },
    ] as const
    expect(new Set(problems.map((problem) => describeProblem(problem).message)).size).toBe(problems.length)
    for (const problem of problems) {
      expect(describeProblem(problem).action).not.toBe('')
      expect(problemError(problem).code).toBe(problem.kind)
    }
  })
})
