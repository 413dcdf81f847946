import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { OutputFiles } from '../output/output-files.ts'
import type { PlacedGraph } from '../output/placed-graph.ts'
import { type Streams, StreamWriter } from '../output/stream-writer.ts'
import { smallestUpPeak } from '../precision/choices.ts'
import { MlpBalances } from '../precision/mlp-balances.ts'
import type { WeightError } from '../precision/quantization-error.ts'
import type { QuantizerBackend } from '../precision/quantize.ts'
import type { ProgressMeter } from '../progress.ts'
import type { FinishedWeights } from '../resume/finished-weights.ts'
import type { BuildJournal } from '../resume/journal.ts'
import { balancedMlp, type WeightRecipe, weightName } from './recipe.ts'
import { WeightWriter } from './weight-writer.ts'

/** What writing weights needs besides the graphs. */
export interface WeightJob {
  readonly checkpoint: Checkpoint
  readonly output: OutputFiles
  /** Weights of an earlier build, which are skipped. */
  readonly finished: FinishedWeights
  readonly meter: ProgressMeter
  /** Undefined for a sink that is not resumable. */
  readonly journal: BuildJournal | undefined
  readonly quantizer: QuantizerBackend
  /** Whether the next MLP may be measured while threads quantize the current one. */
  readonly canMeasureAhead: boolean
  readonly signal: AbortSignal | undefined
}

/** Writes the data files of all graphs; returns what quantization cost each weight. */
export async function writeWeights(graphs: readonly PlacedGraph[], job: WeightJob): Promise<WeightError[]> {
  const errors: WeightError[] = []
  for (const graph of graphs) errors.push(...(await writeWeightsOf(graph, job)))
  return errors
}

async function writeWeightsOf({ planned, storage, folder }: PlacedGraph, job: WeightJob): Promise<WeightError[]> {
  const { checkpoint, finished, meter, journal, quantizer, signal } = job
  const { recipes, headroom } = planned.layers
  const create = (path: string) => job.output.create(folder + path)
  const streams: Streams = {
    data: new StreamWriter(storage.streams.data, create),
    scales: new StreamWriter(storage.streams.scales, create),
  }
  const onValues = (count: number) => meter.advance(count)
  const balances = new MlpBalances(checkpoint, planned.pairs, {
    smallestPeak: smallestUpPeak(headroom),
    canMeasureAhead: job.canMeasureAhead,
    onValues,
    signal,
  })
  const writer = new WeightWriter(checkpoint, streams, balances.known, quantizer, onValues, signal)
  const earlierErrors: WeightError[] = []
  for (const recipe of recipes) {
    meter.weight = weightName(recipe)
    const note = finished.next(recipe)
    if (note) {
      skip(recipe, streams)
      if (note.error) earlierErrors.push(note.error)
      continue
    }
    const mlp = balancedMlp(recipe)
    if (mlp !== undefined && !balances.known.has(mlp)) {
      const noted = finished.balances.get(mlp)
      if (noted) balances.known.set(mlp, noted)
      else {
        const balance = await balances.measure(mlp)
        await journal?.noteBalance(mlp, balance)
      }
    }
    await writer.write(recipe)
    if (!journal) continue
    await writer.flush()
    const error = writer.errors.at(-1)
    await journal.noteWeight(meter.weight, error?.weight === meter.weight ? error : undefined)
  }
  await writer.flush()
  return [...earlierErrors, ...writer.errors]
}

function skip(recipe: WeightRecipe, { data, scales }: Streams): void {
  if (recipe.kind === 'dense') data.skip(recipe.external)
  else {
    data.skip(recipe.data)
    scales.skip(recipe.scales)
    if (recipe.zeroPoints) scales.skip(recipe.zeroPoints)
  }
}
