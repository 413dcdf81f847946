import type { CheckpointFiles } from './checkpoint/source.ts'
import { manifestOf } from './manifest.ts'
import type { BuildOptions, BuildPlan, BuildResult } from './options.ts'
import { OutputFiles } from './output/output-files.ts'
import { type BundleSink, isResumable, type ResumableSink } from './output/sink.ts'
import { largestOf, planOf } from './plan.ts'
import { sameThread } from './precision/quantize.ts'
import { prepareBuild } from './prepare.ts'
import { ProgressMeter } from './progress.ts'
import { FinishedWeights } from './resume/finished-weights.ts'
import { BuildJournal } from './resume/journal.ts'
import { resumeBuild } from './resume/resume.ts'
import { sourceRanges, totalValues } from './weights/source-ranges.ts'
import { writeWeights } from './weights/write-weights.ts'

/** Plans a build from the checkpoint's small files and headers; reads no weights. Throws as `buildBundle` does. */
export async function planBundle(files: CheckpointFiles, options: BuildOptions): Promise<BuildPlan> {
  return planOf(await prepareBuild(files, options))
}

/**
 * Builds a bundle (or the files that transformers.js loads) from a Qwen2.5-VL checkpoint. Weights are read, converted
 * and written in blocks of rows, so memory does not depend on the size of a tensor. The manifest is written last: a
 * folder without one is not a bundle.
 *
 * On failure a plain sink is told to discard everything. A resumable sink keeps every finished weight, and the next
 * build of the same source and options into it writes only the rest.
 *
 * Throws ConfigError, CheckpointError, BuildError, the errors of source and sink, or the reason of an abort.
 */
export async function buildBundle(
  files: CheckpointFiles,
  sink: BundleSink | ResumableSink,
  options: BuildOptions,
): Promise<BuildResult> {
  try {
    const result = await build(files, sink, options)
    options.signal?.throwIfAborted()
    await sink.commit()
    return result
  } catch (error) {
    await (isResumable(sink) ? sink.suspend() : sink.discard())
    throw error
  }
}

/** source -> plan -> weights -> graphs, texts, report and manifest. */
async function build(
  files: CheckpointFiles,
  sink: BundleSink | ResumableSink,
  options: BuildOptions,
): Promise<BuildResult> {
  const { signal } = options
  const prepared = await prepareBuild(files, options)
  const { checkpoint, graphs, texts, bytesPerValue } = prepared
  await options.onPlan?.(planOf(prepared))

  const output = new OutputFiles(sink, options.createHash)
  const meter = new ProgressMeter(totalValues(graphs), bytesPerValue, options.onProgress)
  const journal = isResumable(sink) ? new BuildJournal(sink, output, meter) : undefined
  const finished = isResumable(sink) ? await resumeBuild(sink, prepared, output, options) : new FinishedWeights()
  meter.resumeAt(finished.doneBytes)

  files.expect?.(sourceRanges(checkpoint, graphs, finished))
  const quantizer = options.quantizer ?? sameThread
  // A source that reads ahead does so in the order that it was just told, and would have to buffer any other.
  const canMeasureAhead = quantizer.concurrency > 0 && files.expect === undefined
  const job = { checkpoint, output, finished, meter, journal, quantizer, canMeasureAhead, signal }
  const errors = await writeWeights(graphs, job)

  for (const { path, planned, storage } of graphs) {
    await output.writeWhole(path, planned.graph.serialize(storage.placements))
  }
  for (const [path, text] of Object.entries(texts)) await output.writeText(path, text)
  await output.writeJson('report.json', { dtype: options.dtype, weights: errors })
  const manifest = prepared.layout.hasManifest ? manifestOf(prepared, options, output.entries) : undefined
  if (manifest) await output.writeJson('manifest.json', manifest)
  return {
    manifest,
    errors,
    files: output.entries,
    ...largestOf(prepared),
    weightFiles: checkpoint.weightFiles,
  }
}
