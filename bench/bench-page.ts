/** Runs in Chromium: stock transformers.js and our engine in one page, on devices of the same adapter, in turns. */

import { EngineError } from '../src/base/errors.ts'
import { type AdapterFacts, inspectDevice, requestDevice } from '../src/device/device.ts'
import { browserRuntime } from '../src/engine/backends/webgpu/browser-runtime.ts'
import { type DeviceFigures, GpuUsage } from '../src/engine/backends/webgpu/gpu-usage.ts'
import { type BundleFiles, openBundle } from '../src/engine/bundle.ts'
import { type DraftedClip, type DraftedFigures, readDrafted } from './drafted.ts'
import type { Alternation, ProbePair } from './figures.ts'
import { OurSide } from './our-side.ts'
import type { BenchPlan } from './plan.ts'
import { StockSide } from './stock-side.ts'

/** What the page is served as `/job/job.json`. */
export interface BenchJob {
  readonly plan: BenchPlan
  readonly drafted: readonly DraftedClip[]
}

export interface BenchPage {
  adapter(): Promise<AdapterFacts>
  /** Loads both sides, checks that they are given the same, and runs each once, so that no pipeline is new later. */
  openSides(): Promise<{ readonly promptTokens: number }>
  alternate(index: number): Promise<Alternation>
  closeSides(): Promise<void>
  readDrafted(): Promise<DraftedFigures>
  /** What our device holds after each of these numbers of updates. */
  holdAfter(counts: readonly number[]): Promise<readonly DeviceFigures[]>
}

declare global {
  interface Window {
    bench: BenchPage
    /** Of the command. */
    told: (text: string) => Promise<void>
  }
}

const probesPerAlternation = 3
/** Of an answer that is asked for its pipelines’ sake. */
const warmUpTokens = 6

interface Sides {
  readonly plan: BenchPlan
  readonly stock: StockSide
  readonly ours: OurSide
}
let sides: Sides | undefined

window.bench = {
  async adapter() {
    return (await usableAdapter()).facts
  },

  async openSides() {
    const { plan } = await job()
    const { dtype, windowFrames, question } = plan
    if (dtype === 'fp16') throw new Error('fp16 is not measured')
    await window.told('loading transformers.js')
    const stock = await StockSide.open({ parent: '/job/', name: 'stock', dtype }, await newDevice())
    await window.told('loading ours')
    const ours = await OurSide.open(
      await browserRuntime(await newDevice()),
      await openBundle(filesBelow('bundle')),
      plan,
    )
    sides = { plan, stock, ours }
    await window.told('ours, a window without questions')
    await ours.fill()
    await window.told('transformers.js, its first update')
    const first = await stock.update(ours.recent(windowFrames), question, warmUpTokens)
    checkSame(ours, plan, first.inputIds, first.grid)
    await window.told('ours, without drafts and with')
    await ours.cycle(false, warmUpTokens)
    await ours.cycle(true)
    for (const isProbeFirst of [true, false]) await ours.probePair(isProbeFirst)
    return { promptTokens: first.inputIds.length }
  },

  async alternate(index) {
    const { stock, ours, plan } = opened()
    const isStockFirst = index % 2 === 0
    const runStock = async () =>
      (await stock.update(ours.recent(plan.windowFrames), plan.question, plan.tokens)).figures
    const before = isStockFirst ? await runStock() : undefined
    const { figures: plain } = await ours.update(false)
    const live = (await ours.cycle(true)).map(({ figures }) => figures)
    const probes: ProbePair[] = []
    for (let turn = 0; turn < probesPerAlternation; turn++) probes.push(await ours.probePair((turn + index) % 2 === 0))
    return { stock: before ?? (await runStock()), plain, ours: live, probes }
  },

  async closeSides() {
    await opened().ours.dispose()
    sides = undefined
  },

  async readDrafted() {
    const { drafted } = await job()
    const pixels = new Uint8ClampedArray(await (await get('frames')).arrayBuffer())
    const runtime = await browserRuntime(await newDevice())
    return readDrafted(runtime, await openBundle(filesBelow('drafted')), drafted, pixels)
  },

  async holdAfter(counts) {
    const { plan } = await job()
    const device = await newDevice()
    const gpuUsage = new GpuUsage(device)
    const ours = await OurSide.open(await browserRuntime(device), await openBundle(filesBelow('bundle')), plan)
    await ours.fill()
    const held: DeviceFigures[] = []
    for (let update = 1; update <= Math.max(...counts); update++) {
      await ours.update(false)
      if (update % 10 === 0) await window.told(`update ${update}`)
      if (!counts.includes(update)) continue
      await device.queue.onSubmittedWorkDone()
      await collectGarbage()
      held.push(gpuUsage.figures())
    }
    await ours.dispose()
    return held
  },
}
Object.assign(window, { outcome: true })

function opened(): Sides {
  if (!sides) throw new Error('the sides are not open')
  return sides
}

async function job(): Promise<BenchJob> {
  return (await get('job.json')).json()
}

async function get(path: string): Promise<Response> {
  const response = await fetch(`/job/${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

function filesBelow(folder: string): BundleFiles {
  return { read: async (path) => (await get(`${folder}/${path}`)).blob() }
}

async function usableAdapter(): Promise<{ readonly adapter: GPUAdapter; readonly facts: AdapterFacts }> {
  const { adapter, report } = await inspectDevice()
  if (adapter && report.state === 'usable') return { adapter, facts: report.adapter }
  throw new EngineError({
    code: 'no-adapter',
    message: 'This Chromium has no WebGPU adapter.',
    action: 'Use a Chromium with --use-webgpu-adapter=swiftshader, or a GPU.',
  })
}

/** An adapter gives one device only. */
async function newDevice(): Promise<GPUDevice> {
  return requestDevice((await usableAdapter()).adapter)
}

/** Throws where the two sides would compute something else: other patches, or another prompt but for the kind of pad. */
function checkSame(ours: OurSide, plan: BenchPlan, inputIds: readonly number[], grid: readonly number[]): void {
  const { config, template } = ours.bundle
  const { patchSize, spatialMergeSize } = config.vision
  const expected = [plan.windowFrames / 2, plan.height / patchSize, plan.width / patchSize]
  const pads = expected.reduce((product, size) => product * size, 1) / spatialMergeSize ** 2
  const pad = new Array<number>(pads).fill(config.tokens.imagePad)
  const ids = [...template.opening(), ...pad, ...template.closing(plan.question)]
  if (grid.join() !== expected.join()) throw new Error(`transformers.js sees patches ${grid}, we see ${expected}`)
  if (inputIds.join() !== ids.join()) throw new Error('the prompts differ')
}

/** With Chromium's `--js-flags=--expose-gc`. Finalizers run in a task of their own. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
