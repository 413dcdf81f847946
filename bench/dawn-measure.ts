/** Runs in a Node with `--liftoff-only`: our engine alone, on Dawn. */
import { readFile, writeFile } from 'node:fs/promises'
import { BundleDirectory } from '../cli/bundle-directory.ts'
import { toWire, type WireError } from '../src/base/errors.ts'
import { GpuUsage } from '../src/engine/backends/webgpu/gpu-usage.ts'
import { type Bundle, openBundle } from '../src/engine/bundle.ts'
import type { CheckReport } from '../src/engine/checks/check-verdict.ts'
import { measureBandwidth } from './bandwidth.ts'
import { openCheckedDawn } from './dawn-device.ts'
import { type DecodeCosts, decodeCostSlots, measureDecodeCosts } from './decode-costs.ts'
import { decodeRate, mean, type ProbePair } from './figures.ts'
import { OurSide, type OurUpdate } from './our-side.ts'
import type { BenchPlan } from './plan.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface DawnJob {
  readonly plan: BenchPlan
  /** Folder of a bundle. */
  readonly bundle: string
  readonly cycles: number
  /** Holds `models/check-q4` and `models/check-q4f16`. */
  readonly publicFolder: string
  /** File for what comes out. */
  readonly outcome: string
}

export interface DawnFigures {
  readonly adapter: string
  /** Features that the device was opened with. */
  readonly features: readonly string[]
  /** Of the device's kernels, as in a page. */
  readonly kernels: CheckReport
  /** Whether single steps were recorded once and played again. */
  readonly recordsSteps: boolean
  /** From the graphs and data files to sessions that can run. */
  readonly loadSeconds: number
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
  /** Read by a compute shader. */
  readonly readBytesPerS: number
  /** Bytes of a token times tokens a second, over those that a compute shader reads in a second. */
  readonly bandwidthShare: number
  readonly gpuBytes: number
  /** What passes cost by length of the cache and by rows; not measured on adapters in software. */
  readonly costs?: DecodeCosts
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

async function measure({ plan, bundle: folder, cycles, publicFolder }: DawnJob): Promise<DawnFigures> {
  const bundle = await openBundle(new BundleDirectory(folder))
  const { compute } = bundle.manifest.graphs.decoder
  const { runtime, adapter, features, report: kernels } = await openCheckedDawn(compute, publicFolder)
  const { device } = runtime
  const isSoftware = /llvmpipe|lavapipe|swiftshader/i.test(adapter)
  const { copyBytesPerS, readBytesPerS } = await measureBandwidth(device, isSoftware)
  console.error(
    `${adapter}: copies ${(copyBytesPerS / 1e9).toFixed(1)} GB/s, reads ${(readBytesPerS / 1e9).toFixed(1)} GB/s`,
  )
  const gpuUsage = new GpuUsage(device)
  const loading = performance.now()
  const ours = await OurSide.open(runtime, bundle, plan)
  const loadSeconds = (performance.now() - loading) / 1000
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
  const weightBytes = decoderBytes(bundle)
  const slotBytes = bytesOfSlot(bundle)
  const bytesPerToken = weightBytes + slotBytes * ours.slots
  const { bytes: gpuBytes } = gpuUsage.figures()
  const decoderOf = (prefillChunk: number) => ours.otherDecoder({ capacity: decodeCostSlots, prefillChunk })
  const bytes = { weightBytes, slotBytes, readBytesPerS }
  const costs = isSoftware ? undefined : await measureDecodeCosts(decoderOf, bundle, gpuUsage, bytes)
  return {
    adapter,
    features,
    kernels,
    recordsSteps: runtime.graphCapture ?? false,
    loadSeconds,
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
    readBytesPerS,
    bandwidthShare: (bytesPerToken * decode.median) / readBytesPerS,
    gpuBytes,
    ...(costs ? { costs } : {}),
  }
}

/** Bytes of the language model's weights, each read once a token: tied tables serve as the head. */
function decoderBytes({ manifest: { graphs, files } }: Bundle): number {
  return files.filter(({ path }) => graphs.decoder.data.includes(path)).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Bytes of one token's keys and values in all layers. */
function bytesOfSlot({ manifest: { graphs }, config }: Bundle): number {
  const { layers, kvHeads, headDim } = config.text
  return 2 * layers * kvHeads * headDim * (graphs.decoder.compute === 'f16' ? 2 : 4)
}
