import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCheck } from '../../../cli/add-check.ts'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { BundleError, EngineError } from '../../base/errors.ts'
import { buildBundle } from '../../build/build.ts'
import { checkCheckpoint } from '../../build/checkpoint/check-checkpoint.ts'
import type { ManifestCheck } from '../../manifest/manifest.ts'
import { nodeCpuRuntime } from '../backends/cpu/node-runtime.ts'
import type { Runtime } from '../backends/runtime.ts'
import { type Bundle, type BundleFiles, openBundle } from '../bundle.ts'
import { type CheckReport, judgeCheck } from './check-verdict.ts'
import { type CheckedDevice, checkDevice } from './kernel-check.ts'
import { assertCheckFits, checkKernels, refuseWrongBundle } from './self-check.ts'

const tokenizer = fileURLToPath(new URL('../../../fixtures/data/checkpoint/tokenizer.json', import.meta.url))

let folder: string
let runtime: Runtime
const bundles = { f32: '', f16: '' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videmo-check-'))
  const files = checkCheckpoint(await readFile(tokenizer, 'utf8'))
  const build = async (name: string, dtype: 'q4' | 'q4f16', dequantized = false) => {
    const out = join(folder, name)
    await buildBundle(files, await DirectorySink.open(out), { dtype, dequantized })
    return out
  }
  bundles.f32 = await build('q4', 'q4')
  bundles.f16 = await build('q4f16', 'q4f16')
  await addCheck(bundles.f32)
  await addCheck(bundles.f16, await build('decoded', 'q4f16', true))
  runtime = await nodeCpuRuntime()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function checkOf({ manifest }: Bundle): ManifestCheck {
  if (!manifest.check) throw new Error('no check')
  return manifest.check
}

type Step = ManifestCheck['steps'][number]

function withSteps(bundle: Bundle, change: (step: Step) => Step): Bundle {
  const check = checkOf(bundle)
  return { ...bundle, manifest: { ...bundle.manifest, check: { ...check, steps: check.steps.map(change) } } }
}

const open = (compute: 'f32' | 'f16') => openBundle(new BundleDirectory(bundles[compute]))

describe('the check of kernels', () => {
  it('has the head sizes, the quantization and the steps that matter', async () => {
    const bundle = await open('f32')
    const { text, vision } = bundle.config
    expect([text.headDim, text.heads / text.kvHeads, ...text.mropeSection]).toEqual([128, 2, 16, 24, 24])
    expect([vision.headDim, vision.depth, ...vision.fullAttentionBlocks]).toEqual([80, 2, 1])
    const { grid, steps } = checkOf(bundle)
    // Both kinds of block see more than 32 patches, and there is more than one window.
    expect((vision.windowSize / vision.patchSize) ** 2).toBeLessThan(grid[1] * grid[2])
    expect(steps.map(({ name }) => name)).toEqual(['prefill', 'append', 'decode'])
    expect(steps[0].ids.length).toBeGreaterThanOrEqual(64)
    expect(steps[2].ids).toHaveLength(1)
    expect(bundle.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1e6)
  })

  it('is exact where its numbers come from', async () => {
    const report = await checkKernels(runtime, await open('f32'))
    expect(report).toMatchObject({ verdict: 'exact', subject: 'kernels', mode: { subgroups: false, compute: 'f32' } })
    expect(report.maxError).toBeLessThan(1e-6)
  })

  it('is close in float16, and holds it against float32', async () => {
    const report = await checkKernels(runtime, await open('f16'))
    expect(report).toMatchObject({ verdict: 'close', mode: { compute: 'f16' } })
    expect(report.maxError).toBeGreaterThan(1e-4)
  })

  it('finds one wrong logit among those it keeps', async () => {
    const bundle = withSteps(await open('f32'), (step) =>
      step.name === 'append' && step.spread
        ? { ...step, spread: { ...step.spread, logits: step.spread.logits.map((x, i) => (i === 5 ? x + 0.1 : x)) } }
        : step,
    )
    const report = await checkKernels(runtime, bundle)
    expect(report.verdict).toBe('wrong')
    expect(() => refuseWrongBundle({ ...report, subject: 'bundle' })).toThrow(EngineError)
  })

  it('finds wrong logits that it does not keep', async () => {
    const bundle = withSteps(await open('f32'), (step) =>
      step.spread ? { ...step, spread: { ...step.spread, mean: step.spread.mean + 0.1 } } : step,
    )
    expect((await checkKernels(runtime, bundle)).verdict).toBe('wrong')
  })

  it('says that it cannot tell where there are no numbers', async () => {
    const bundle = withSteps(await open('f32'), ({ spread: _, ...step }) => step)
    expect(await checkKernels(runtime, bundle)).toMatchObject({ verdict: 'unchecked', maxError: Number.NaN })
    const { check: _, ...manifest } = bundle.manifest
    expect((await checkKernels(runtime, { ...bundle, manifest })).verdict).toBe('unchecked')
  })
})

describe('judgeCheck', () => {
  const logits = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i * 3))
  const mean = logits.reduce((sum, x) => sum + x, 0) / 8
  const deviation = Math.sqrt(logits.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8)
  const some = { ids: [0, 2, 4, 6], logits: [0, 2, 4, 6].map((id) => logits[id]) }
  const check: ManifestCheck = {
    grid: [1, 2, 2],
    seed: 1,
    steps: [{ name: 'only', ids: [0], top: { ids: [1], logits: [logits[1]] }, spread: { ...some, mean, deviation } }],
  }
  const judge = (values: Float32Array, subject: 'kernels' | 'bundle' = 'kernels', compute: 'f32' | 'f16' = 'f32') =>
    judgeCheck(check, [values], subject, compute)

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('calls %s wrong, kept or not', (value) => {
    for (const at of [0, 1, 3]) {
      for (const compute of ['f32', 'f16'] as const) {
        const found = judge(logits.slice().fill(value, at, at + 1), 'bundle', compute)
        expect(found).toMatchObject({ verdict: 'wrong', maxError: Number.POSITIVE_INFINITY })
      }
    }
  })

  it('has one error for exact, and a cosine for close by subject and type', () => {
    // Turned toward the alternating vector, every logit moves by the same share of the spread.
    const moved = (by: number) => logits.map((x, i) => x + (i % 2 ? by : -by) * deviation)
    expect(judge(moved(5e-4)).verdict).toBe('exact')
    expect(judge(moved(2e-3)).verdict).toBe('wrong')
    expect(judge(moved(2e-3), 'bundle').verdict).toBe('close')
    expect(judge(moved(2e-3), 'kernels', 'f16').verdict).toBe('close')
    expect(judge(moved(0.1), 'kernels', 'f16').verdict).toBe('wrong')
    expect(
      judge(
        logits.map((x) => -x),
        'bundle',
        'f16',
      ).verdict,
    ).toBe('wrong')
  })
})

describe('a foreign check', () => {
  it('is refused with BundleError, or small enough to be run', async () => {
    const { config, manifest } = await open('f32')
    const sound = checkOf({ manifest } as Bundle)
    expect(() => assertCheckFits(sound, config)).not.toThrow()
    const count = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.maxSafeInteger().map(Math.abs))
    const ids = fc.array(fc.nat(1000), { maxLength: 80 })
    const some = fc.record({ ids, logits: fc.array(fc.double(), { maxLength: 80 }) })
    const step = fc.record({ name: fc.string(), ids: fc.oneof(ids, fc.constant(sound.steps[0].ids)), top: some })
    const check = fc.record({
      grid: fc.oneof(fc.constant(sound.grid), fc.tuple(count, count, count)),
      seed: fc.nat(),
      steps: fc.oneof(fc.constant(sound.steps), fc.array(step, { maxLength: 4 })),
    })
    fc.assert(
      fc.property(check, (value) => {
        try {
          assertCheckFits(value, config)
        } catch (error) {
          expect(error).toBeInstanceOf(BundleError)
          return
        }
        expect(value.grid.reduce((product, size) => product * size)).toBeLessThanOrEqual(4096)
        expect(value.steps.length).toBeGreaterThan(0)
        expect(value.steps.every((each) => each.ids.every((id) => id < config.text.vocabSize))).toBe(true)
      }),
    )
  })
})

describe('checkDevice', () => {
  const corrupt = (folder: string): BundleFiles => {
    const files = new BundleDirectory(folder)
    return {
      async read(path) {
        const bytes = await files.read(path)
        if (path !== 'manifest.json') return bytes
        const text = new TextDecoder().decode(bytes).replaceAll(/"mean": -?/g, '"mean": 9')
        return new TextEncoder().encode(text)
      },
    }
  }

  /** Devices that compute on the processor; `right` names what the check bundles are not damaged for. */
  async function run(compute: 'f32' | 'f16', right: readonly string[], createRuntime = async () => runtime) {
    const destroyed: number[] = []
    let opened = 0
    const requestAdapter = async () => {
      const number = ++opened
      const device = {
        features: new Set(),
        lost: new Promise(() => undefined),
        destroy: () => destroyed.push(number),
      }
      return { features: new Set(), info: {}, limits: {}, requestDevice: async () => device } as unknown as GPUAdapter
    }
    const fetchCheck = async (wanted: 'f32' | 'f16') =>
      right.includes(wanted) ? new BundleDirectory(bundles[wanted]) : corrupt(bundles[wanted])
    const result: CheckedDevice<Runtime> | unknown = await checkDevice({
      requestAdapter,
      compute,
      fetchCheck,
      createRuntime,
    }).catch((error: unknown) => error)
    return { result, destroyed, opened }
  }

  it('keeps a device whose kernels are right', async () => {
    const { result, destroyed } = await run('f16', ['f16'])
    expect((result as { report: CheckReport }).report).toMatchObject({
      verdict: 'close',
      tried: [{ verdict: 'close' }],
    })
    expect(destroyed).toEqual([])
  })

  it('asks for a bundle in float32 where only that is right', async () => {
    const { result, destroyed } = await run('f16', ['f32'])
    expect(result).toBeInstanceOf(EngineError)
    expect(result).toMatchObject({ code: 'kernels-wrong', action: expect.stringContaining('--dtype q4.') })
    expect(destroyed).toEqual([1, 2])
  })

  it('refuses, saying what was tried, where nothing is right', async () => {
    const { result, destroyed } = await run('f16', [])
    expect(result).toMatchObject({ code: 'kernels-wrong', action: expect.stringContaining('driver') })
    expect((result as EngineError).message).toMatch(/16-bit floats.*32-bit floats/)
    expect(destroyed).toEqual([1, 2])
  })

  it('takes kernels that do not run for wrong, with the cause', async () => {
    const broken = { ...runtime, ort: { ...runtime.ort, InferenceSession: { create: () => Promise.reject('no') } } }
    const { result } = await run('f32', ['f32'], async () => broken as unknown as Runtime)
    expect(result).toMatchObject({ code: 'kernels-wrong', cause: { code: 'session-failed' } })
  })
})
