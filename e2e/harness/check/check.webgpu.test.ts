import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { type ChromiumOptions, withChromiumPage } from '../../../cli/chromium-page.ts'
import { type ReplayRequest, replay } from '../../../cli/parity/replay.ts'
import { fixtureFolder, fixtureName } from '../../../scripts/fixture-bundle.ts'
import { nodeCpuRuntime } from '../../../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../../../src/engine/bundle.ts'
import type { CheckReport } from '../../../src/engine/checks/check-verdict.ts'
import type { CheckCalls, Told } from './check-page.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = 'e2e/harness/check/check-page.html'
const served = { files: {}, folders: { fixture: fixtureFolder } }

const withoutAdapter = { withoutAdapter: true }

type Ask = <K extends keyof CheckCalls>(
  name: K,
  ...args: Parameters<CheckCalls[K]>
) => Promise<{ value: Awaited<ReturnType<CheckCalls[K]>>; ms: number }>

/** Opens the page and hands over a way to call it. */
function inChromium(use: (ask: Ask) => Promise<void>, options: ChromiumOptions = {}): Promise<void> {
  const run = (opened: { evaluate: <A, R>(call: (arg: A) => R, arg: A) => Promise<Awaited<R>> }) => {
    const ask: Ask = async (name, ...args) => {
      const told = await opened.evaluate(({ name, args }) => window.checkCall(name, args), { name, args })
      if ('error' in told) throw new Error(JSON.stringify(told.error))
      return told as Extract<Told<never>, { value: unknown }>
    }
    return use(ask)
  }
  return withChromiumPage(page, served, run as Parameters<typeof withChromiumPage<void>>[2], options)
}

beforeAll(() => {
  execFileSync('npx', ['tsx', 'scripts/prepare.ts'], { cwd: root, stdio: 'inherit' })
})

describe('the self-check in Chromium', () => {
  it('is exact, and finds the fault of small subgroups', async () => {
    await inChromium(async (ask) => {
      const plain = await ask('device', false)
      const { adapter, report, figures } = plain.value
      console.log(
        `${adapter}: ${report.verdict}, error ${report.maxError.toExponential(1)}, ${Math.round(plain.ms)} ms`,
      )
      expect(adapter).toMatch(/\S/)
      expect(report).toMatchObject({ verdict: 'exact', mode: { subgroups: false, compute: 'f32' } })
      expect(report.tried).toHaveLength(1)
      expect(figures.dispatches).toBeGreaterThan(50)
      // All logits, and one token, of three steps. Recording is not tried on an adapter in software.
      expect(figures.readBackBytes).toBe(3 * (400 * 4 + 8))

      const forced = (await ask('device', true)).value.report
      const [first, second] = forced.tried
      console.log(`with subgroups: error ${first.maxError.toFixed(2)}; then: ${forced.verdict}`)
      expect(first).toMatchObject({ verdict: 'wrong', mode: { subgroups: true } })
      expect(first.maxError).toBeGreaterThan(0.1)
      expect(second).toMatchObject({ verdict: 'exact', mode: { subgroups: false } })
      expect(forced).toMatchObject({ verdict: 'exact', mode: { subgroups: false } })
      expect(forced.reason).toContain('with subgroups')

      const bundle = (await ask('bundle', 'webgpu')).value
      console.log(`${fixtureName}: ${bundle.verdict}, error ${bundle.maxError.toExponential(1)}`)
      expect(bundle).toMatchObject({ verdict: 'exact', subject: 'bundle' })
    })
  })

  it('gives the very numbers of shaders made as for a visitor', async () => {
    const bundleOf = async (options: ChromiumOptions): Promise<CheckReport> => {
      const reports: CheckReport[] = []
      await inChromium(async (ask) => void reports.push((await ask('bundle', 'webgpu')).value), options)
      return reports[0]
    }
    const quick = await bundleOf({})
    expect(quick.maxError).toBeGreaterThan(0)
    expect(await bundleOf({ asVisitors: true })).toEqual(quick)
  })

  it('decodes with less work where steps are recorded, and gives the same tokens', async () => {
    await inChromium(async (ask) => {
      const { adapter, plain, recorded } = (await ask('decoding')).value
      for (const [name, { perToken, msPerToken, bytes }] of Object.entries({ plain, recorded })) {
        const counts = Object.entries(perToken).map(([what, count]) => `${what} ${count}`)
        console.log(
          `${adapter}, ${name}, a token: ${counts.join(', ')}; ${msPerToken.toFixed(0)} ms; ${bytes[1]} bytes held`,
        )
      }
      expect(recorded.tokens).toEqual(plain.tokens)
      expect(new Set(plain.tokens).size).toBeGreaterThan(8)
      expect(recorded.perToken.bindGroups).toBe(0)
      expect(recorded.perToken.bufferWrites).toBeLessThan(plain.perToken.bufferWrites / 4)
      expect(recorded.perToken.computePasses).toBeLessThan(plain.perToken.computePasses)
      expect(recorded.perToken.dispatches).toBeLessThanOrEqual(plain.perToken.dispatches)
      for (const { perToken, bytes } of [plain, recorded]) {
        // One token id.
        expect(perToken.mappedBytes).toBe(8)
        expect(bytes[1]).toBe(bytes[0])
      }
      expect(recorded.bytes[1]).toBeLessThan(plain.bytes[1] * 1.1)
    })
  })

  it('counts the buffers of a real device', async () => {
    await inChromium(async (ask) => {
      const { value } = await ask('gpuUsage')
      const none = { buffers: 0, bytes: 0, readBackBytes: 0, dispatches: 0, submits: 0 }
      const read = { readBackBytes: 64, dispatches: 0, submits: 1 }
      expect(value).toEqual([
        none,
        { ...none, buffers: 2, bytes: 1088 },
        { ...read, buffers: 1, bytes: 1024 },
        { ...read, buffers: 0, bytes: 0 },
      ])
    })
  })
})

describe('without WebGPU', () => {
  it('WebAssembly gives the tokens of onnxruntime-node', async () => {
    const grid = { t: 2, h: 8, w: 8 }
    const bundle = await openBundle(new BundleDirectory(fixtureFolder))
    const ids = bundle.template.firstTurn({ videos: [32], question: 'What does this face show?' })
    const request: ReplayRequest = { grid, bannedIds: [], prompts: [{ ids, temporalPatches: 2, steps: 16 }] }
    const pixels = Array.from({ length: grid.t * grid.h * grid.w * 1176 }, (_, i) => Math.fround(Math.sin(i * 0.37)))
    const expected = await replay(await nodeCpuRuntime(), bundle, Float32Array.from(pixels), request)
    await inChromium(async (ask) => {
      expect((await ask('hasAdapter')).value).toBe(false)
      const tokens = (await ask('wasmReplay', request, pixels)).value
      expect(tokens).toEqual(expected.answers.map((answer) => answer.tokens))
      for (const compute of ['f32', 'f16'] as const) {
        const report = (await ask('wasmKernels', compute)).value
        console.log(`wasm, ${compute}: ${report.verdict}, error ${report.maxError.toExponential(1)}`)
        expect(report.verdict).toBe(compute === 'f32' ? 'exact' : 'close')
      }
      expect((await ask('bundle', 'wasm')).value.verdict).toBe('exact')
    }, withoutAdapter)
  })
})
