import type { GpuUsage } from '../src/engine/backends/webgpu/gpu-usage.ts'
import type { Bundle } from '../src/engine/bundle.ts'
import type { Decoder } from '../src/engine/decoder.ts'
import { maxDraftTokens } from '../src/engine/draft-tokens.ts'
import { type PositionCursor, textPositions } from '../src/qwen25vl/index.ts'
import { type Spread, spreadOf } from './spread.ts'

/** Tokens in the cache at which decoding is measured. */
export const contexts = [1000, 4000] as const
/** Rows of one pass: where ONNX Runtime's kernels change, and between. */
export const rowCounts = [1, 2, 3, 4, 8, 1 + maxDraftTokens] as const
/** Tokens of one prefill pass. */
export const pieceSizes = [128, 256, 512, 1024] as const

const passesEach = 9
const stepsEach = 48
/** The first steps are recorded, and wake the device up. */
const warmUpSteps = 32

export interface ContextFigures {
  /** Tokens in the cache when decoding begins. */
  readonly context: number
  readonly decodeTokensPerS: number
  readonly bytesPerToken: number
  /** Bytes a token times tokens a second, over what a compute shader reads in a second. */
  readonly bandwidthShare: number
  readonly dispatchesPerToken: number
  /** Of the thread that hands steps to the device: where it is most of a token's time, the device waits for it. */
  readonly hostMsPerToken: number
}

export interface RowFigures {
  readonly rows: number
  /** From handing the pass over to its tokens. */
  readonly ms: Spread
  /** Of the last pass. */
  readonly dispatches: number
}

export interface PieceFigures {
  /** Tokens of one pass. */
  readonly piece: number
  readonly prefillTokensPerS: number
}

export interface DecodeCosts {
  readonly contexts: readonly ContextFigures[]
  /** At the first of `contexts`. */
  readonly rows: readonly RowFigures[]
  /** Of 1,024 tokens of text into an empty cache. */
  readonly pieces: readonly PieceFigures[]
}

/** Slots of a cache that `measureDecodeCosts` needs. */
export const decodeCostSlots = Math.max(...contexts) + stepsEach + 2 * (1 + maxDraftTokens)

/**
 * What passes of the language model cost at given lengths of the cache and counts of rows. The text is made up: what
 * stands in the cache does not change what a pass costs.
 *
 * @param decoder of at least `decodeCostSlots` slots, without a repetition penalty
 * @param weightBytes of the language model, read once a token
 * @param slotBytes keys and values of one token, all layers
 */
export async function measureDecodeCosts(
  decoderOf: (prefillChunk: number) => Decoder,
  bundle: Bundle,
  gpuUsage: GpuUsage,
  { weightBytes, slotBytes, readBytesPerS }: { weightBytes: number; slotBytes: number; readBytesPerS: number },
): Promise<DecodeCosts> {
  const pieces: PieceFigures[] = []
  for (const piece of pieceSizes) {
    const decoder = decoderOf(piece)
    const text = new Text(decoder, bundle)
    await text.fillTo(piece)
    const times: number[] = []
    for (let round = 0; round < 3; round++) {
      text.empty()
      const started = performance.now()
      await text.fillTo(1024)
      times.push(performance.now() - started)
    }
    pieces.push({ piece, prefillTokensPerS: (1024 / spreadOf(times).median) * 1000 })
    await decoder.dispose()
  }
  const decoder = decoderOf(256)
  const text = new Text(decoder, bundle)
  const found: ContextFigures[] = []
  const rows: RowFigures[] = []
  for (const context of contexts) {
    await text.fillTo(context)
    await text.decode(warmUpSteps)
    text.cutTo(context)
    await text.fillTo(context)
    const before = gpuUsage.figures().dispatches
    const { ms, hostMs } = await text.decode(stepsEach)
    const dispatchesPerToken = (gpuUsage.figures().dispatches - before) / stepsEach
    const bytesPerToken = weightBytes + slotBytes * (context + stepsEach / 2)
    const decodeTokensPerS = (stepsEach / ms) * 1000
    found.push({
      context,
      decodeTokensPerS,
      bytesPerToken,
      bandwidthShare: (bytesPerToken * decodeTokensPerS) / readBytesPerS,
      dispatchesPerToken,
      hostMsPerToken: hostMs / stepsEach,
    })
    text.cutTo(context)
    if (context !== contexts[0]) continue
    for (const count of rowCounts) {
      const times: number[] = []
      let dispatches = 0
      for (let pass = 0; pass < passesEach + 2; pass++) {
        const already = gpuUsage.figures().dispatches
        const ms = await text.verify(count)
        // The first passes compile kernels.
        if (pass >= 2) times.push(ms)
        dispatches = gpuUsage.figures().dispatches - already
        text.cutTo(context)
      }
      rows.push({ rows: count, ms: spreadOf(times), dispatches })
    }
  }
  await decoder.dispose()
  return { contexts: found, rows, pieces }
}

/** Made-up text in a decoder's cache, with the positions of its tokens. */
class Text {
  private cursor: PositionCursor = { nextPosition: 0 }

  constructor(
    private readonly decoder: Decoder,
    private readonly bundle: Bundle,
  ) {}

  empty(): void {
    this.cutTo(0)
  }

  cutTo(length: number): void {
    this.decoder.rollback(length)
    this.cursor = { nextPosition: length }
  }

  async fillTo(length: number): Promise<void> {
    const count = length - this.decoder.length
    if (count <= 0) return
    await this.decoder.run({ ids: this.ids(count), positions: this.positions(count) })
  }

  /** Single steps, two of them under way at a time as in an answer. */
  async decode(steps: number): Promise<{ readonly ms: number; readonly hostMs: number }> {
    const started = performance.now()
    let hostMs = 0
    let earlier: Promise<number> | undefined
    for (let step = 0; step < steps; step++) {
      const begun = performance.now()
      const { token } = await this.decoder.step(this.positions(1))
      hostMs += performance.now() - begun
      await earlier
      earlier = token
    }
    await earlier
    return { ms: performance.now() - started, hostMs }
  }

  /** One pass that verifies so many rows less one; milliseconds. */
  async verify(rows: number): Promise<number> {
    const ids = this.ids(rows)
    const positions = this.positions(rows)
    const started = performance.now()
    await this.decoder.verify({ ids: ids.slice(0, 1), positions }, ids.slice(1))
    return performance.now() - started
  }

  private ids(count: number): number[] {
    const { vocabSize } = this.bundle.config.text
    const plain = Math.min(vocabSize, 100_000)
    return Array.from({ length: count }, (_, index) => (index * 7919 + 37) % plain)
  }

  private positions(count: number): Int32Array {
    const { positions, cursor } = textPositions(this.cursor, count)
    this.cursor = cursor
    return positions
  }
}
