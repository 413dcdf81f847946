import { parentPort } from 'node:worker_threads'
import { askingsOf, liveProbes } from '../../src/affect/probes/probe-set.ts'
import { toWire, type WireError } from '../../src/base/errors.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import type { Runtime } from '../../src/engine/backends/runtime.ts'
import { type Bundle, openBundle } from '../../src/engine/bundle.ts'
import { Decoder } from '../../src/engine/decoder.ts'
import { FrameEncoder, type SourceFrame } from '../../src/engine/frame-encoder.ts'
import { LiveWindow } from '../../src/engine/live-window.ts'
import { askProbes, barePass, type PreparedProbe, prepareProbe, probeSlots } from '../../src/engine/probes.ts'
import { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import { videoTokens } from '../../src/qwen25vl/index.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { FrameSource, readRecipe } from '../score/score-frames.ts'
import { singleThreaded } from '../single-threaded.ts'

export interface CalibrateJob {
  readonly seed: number
  readonly bundle: string
}

/** What the live probes gave for one clip, in their order. */
export interface ProbedClip {
  /** By question: log-probabilities with the options in the given order and in the reversed one. */
  readonly answers: readonly (readonly (readonly number[])[])[]
  /** The emotion's question alone, in one order, and the same tokens as a plain pass. */
  readonly probeMs: number
  readonly bareMs: number
}

export type FromCalibrator =
  | { readonly type: 'probed'; readonly index: number; readonly clip: ProbedClip }
  | { readonly type: 'failed'; readonly error: WireError }

/** Asks the live probes about clips, as the page does once a window is full. */
class ClipProber {
  private decoder: Decoder | undefined

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly encoder: FrameEncoder,
    private readonly weights: Decoder,
    private readonly probes: readonly PreparedProbe[],
    private readonly single: PreparedProbe,
  ) {}

  static async open(runtime: Runtime, bundle: Bundle): Promise<ClipProber> {
    const encoder = new FrameEncoder(runtime, bundle, await VisionEncoder.create(runtime, bundle))
    const weights = await Decoder.create(runtime, bundle, { capacity: 1 })
    const probes = liveProbes.map((question) => {
      return prepareProbe(bundle, { id: question.id, askings: askingsOf(question, 'both') })
    })
    const single = prepareProbe(bundle, { id: liveProbes[0].id, askings: askingsOf(liveProbes[0], 'given') })
    return new ClipProber(runtime, bundle, encoder, weights, probes, single)
  }

  /** @param frames an even number, all of one size, and equally many each time */
  async probe(frames: readonly SourceFrame[]): Promise<ProbedClip> {
    const { runtime, bundle, encoder, probes, single } = this
    const pairs = []
    for (let at = 0; at < frames.length; at += 2) pairs.push(await encoder.encode(frames.slice(at, at + 2)))
    const [{ grid }] = pairs
    const size = { pairs: pairs.length, tokensPerPair: videoTokens(grid, bundle.config.vision) }
    this.decoder ??= this.weights.fork({ capacity: probeSlots(bundle, size, probes) })
    const window = new LiveWindow(runtime, bundle, this.decoder, grid)
    for (const { features } of pairs) await window.append(features)
    const { ms: bareMs } = await barePass(window, single)
    let probeMs = 0
    for await (const { figures } of askProbes(window, [single])) probeMs = figures.ms
    const answers: ProbedClip['answers'][number][] = []
    for await (const { byAsking } of askProbes(window, probes)) answers.push(byAsking)
    window.dispose()
    return { answers, probeMs, bareMs }
  }
}

let started: Promise<{ prober: ClipProber; source: FrameSource }> | undefined

async function start({ seed, bundle: folder }: CalibrateJob) {
  const bundle = await openBundle(new BundleDirectory(folder))
  const prober = await ClipProber.open(singleThreaded(await nodeCpuRuntime()), bundle)
  return { prober, source: new FrameSource(seed, readRecipe(bundle.config.preprocessor)) }
}

/** The job first, then the numbers of clips. */
parentPort?.on('message', async (message: CalibrateJob | number) => {
  try {
    if (typeof message !== 'number') {
      started = start(message)
      await started
      return
    }
    if (started === undefined) throw new Error('There is no job.')
    const { prober, source } = await started
    tell({ type: 'probed', index: message, clip: await prober.probe(source.clip(message).frames) })
  } catch (error) {
    tell({ type: 'failed', error: toWire(error) })
  }
})

function tell(message: FromCalibrator): void {
  parentPort?.postMessage(message)
}
