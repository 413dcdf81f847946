/** Runs in a Node with `--liftoff-only`: our engine alone, on Dawn. */
import { readFile, writeFile } from 'node:fs/promises'
import { BundleDirectory } from '../cli/bundle-directory.ts'
import { type Bundle, openBundle } from '../src/engine/bundle.ts'
import { GpuLedger } from '../src/engine/gpu-ledger.ts'
import { dawnRuntime } from '../src/engine/runtimes/dawn.ts'
import { EngineError, toWire, type WireError } from '../src/errors.ts'
import { measureBandwidth } from './bandwidth.ts'
import { decodeRate, mean, type ProbePair } from './figures.ts'
import { OurSide, type OurUpdate } from './our-side.ts'
import type { BenchPlan } from './plan.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface DawnJob {
  readonly plan: BenchPlan
  /** Folder of a bundle. */
  readonly bundle: string
  readonly cycles: number
  /** File for what comes out. */
  readonly outcome: string
}

export interface DawnFigures {
  readonly adapter: string
  readonly plan: BenchPlan
  readonly parameters: number
  /** One value a cycle from hop to hop, without drafts. */
  readonly updatePeriodMs: Spread
  readonly decodeTokensPerS: Spread
  /** With the previous answer as the draft, held to three tokens a pass: how alike real answers are is not known here. */
  readonly draftedUpdatePeriodMs: Spread
  /** One value an update. */
  readonly firstTokenMs: Spread
  readonly visionMsPerPair: Spread
  /** Of the pass over a window that moved on. */
  readonly prefillTokensPerS: Spread
  readonly probeMs: Spread
  readonly probeOverBarePass: Spread
  /** Weights of the language model, and keys and values of a full window. */
  readonly bytesPerToken: number
  /** Read and written, by copying a buffer. */
  readonly copyBytesPerS: number
  /** Bytes of a token times tokens a second, over those copied in a second. */
  readonly bandwidthShare: number
  readonly gpuBytes: number
}

export type DawnOutcome =
  | { readonly type: 'measured'; readonly figures: DawnFigures }
  | { readonly type: 'failed'; readonly error: WireError }

const job: DawnJob = JSON.parse(await readFile(process.argv[2], 'utf8'))
const outcome = await measure(job).then(
  (figures): DawnOutcome => ({ type: 'measured', figures }),
  (error): DawnOutcome => ({ type: 'failed', error: toWire(error) }),
)
await writeFile(job.outcome, JSON.stringify(outcome))
// The device's threads would keep the process alive.
process.exit(0)

async function measure({ plan, bundle: folder, cycles }: DawnJob): Promise<DawnFigures> {
  const { runtime, adapter } = await dawnRuntime()
  if (runtime.provider !== 'webgpu') throw new Error('no device')
  const { device } = runtime
  const isSoftware = /llvmpipe|lavapipe|swiftshader/i.test(adapter)
  const bundle = await openBundle(new BundleDirectory(folder))
  if (bundle.manifest.needs.features.includes('shader-f16') && !device.features.has('shader-f16')) {
    throw new EngineError({
      code: 'no-shader-f16',
      message: `${adapter} has no 16-bit floats.`,
      action: 'Measure with --dtype q4.',
    })
  }
  const copyBytesPerS = await measureBandwidth(device, isSoftware)
  console.error(`${adapter}: copies ${(copyBytesPerS / 1e9).toFixed(1)} GB/s`)
  const ledger = new GpuLedger(device)
  const ours = await OurSide.open(runtime, bundle, plan)
  await ours.fill()
  for (const isDrafted of [false, true]) await ours.cycle(isDrafted)
  await ours.probePair(true)
  const plain: OurUpdate[][] = []
  const drafted: OurUpdate[][] = []
  const probes: ProbePair[] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    console.error(`cycle ${cycle + 1} of ${cycles}`)
    plain.push(await ours.cycle(false))
    drafted.push(await ours.cycle(true))
    probes.push(await ours.probePair(cycle % 2 === 0))
  }
  const figuresOf = (updates: readonly OurUpdate[]) => updates.map(({ figures }) => figures)
  const all = plain.flat()
  const decode = spreadOf(plain.map((cycle) => decodeRate(figuresOf(cycle))))
  const hops = all.filter(({ isHop }) => isHop)
  const bytesPerToken = bytesOfToken(bundle, ours.slots)
  return {
    adapter,
    plan,
    parameters: bundle.manifest.model.parameters,
    updatePeriodMs: spreadOf(plain.map((cycle) => mean(figuresOf(cycle), 'periodMs'))),
    decodeTokensPerS: decode,
    draftedUpdatePeriodMs: spreadOf(drafted.map((cycle) => mean(figuresOf(cycle), 'periodMs'))),
    firstTokenMs: spreadOf(all.map(({ figures }) => figures.firstTokenMs)),
    visionMsPerPair: spreadOf(all.map(({ figures }) => figures.visionMs)),
    prefillTokensPerS: spreadOf(hops.map(({ window }) => (window.tokens / window.ms) * 1000)),
    probeMs: spreadOf(probes.map(({ probeMs }) => probeMs)),
    probeOverBarePass: spreadOf(probes.map(({ probeMs, bareMs }) => probeMs / bareMs)),
    bytesPerToken,
    copyBytesPerS,
    bandwidthShare: (bytesPerToken * decode.median) / copyBytesPerS,
    gpuBytes: ledger.figures().bytes,
  }
}

/** What a decoding step has to read: all weights once (tied tables serve as the head), and the cache up to `slots`. */
function bytesOfToken({ manifest, config }: Bundle, slots: number): number {
  const { graphs, files } = manifest
  const weights = files
    .filter(({ path }) => graphs.decoder.data.includes(path))
    .reduce((sum, { bytes }) => sum + bytes, 0)
  const { layers, kvHeads, headDim } = config.text
  return weights + 2 * layers * kvHeads * headDim * slots * (graphs.decoder.compute === 'f16' ? 2 : 4)
}
