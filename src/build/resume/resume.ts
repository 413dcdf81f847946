import type { ManifestFile } from '../../manifest/manifest.ts'
import type { BuildOptions } from '../options.ts'
import { FileHashes, HashedFile } from '../output/hashed-file.ts'
import type { OutputFiles } from '../output/output-files.ts'
import type { PlacedGraph } from '../output/placed-graph.ts'
import type { ResumableSink } from '../output/sink.ts'
import type { PreparedBuild } from '../prepare.ts'
import { writeNote } from './build-notes.ts'
import { fingerprintOf } from './fingerprint.ts'
import { FinishedWeights } from './finished-weights.ts'

/**
 * Finds what an earlier build has finished. Every file must still begin with the bytes whose hash was noted; otherwise
 * the sink is cleared and the build starts over. Files that are taken over are handed to `output`.
 */
export async function resumeBuild(
  sink: ResumableSink,
  build: PreparedBuild,
  output: OutputFiles,
  options: BuildOptions,
): Promise<FinishedWeights> {
  const fingerprint = await fingerprintOf(build, options)
  const lines = await sink.noted()
  const graphs = build.graphs.map(({ planned }) => planned)
  const finished = FinishedWeights.read(
    lines,
    fingerprint,
    graphs.flatMap(({ layers }) => layers.recipes),
    graphs.flatMap(({ pairs }) => pairs),
  )
  if (typeof finished === 'object') {
    const files = await reopenFiles(sink, finished, build.graphs, options.signal)
    if (files) {
      output.adopt(files.complete, files.incomplete)
      options.onEarlierBuild?.({ kind: 'resumed', doneBytes: finished.doneBytes, weights: finished.count })
      return finished
    }
  }
  await sink.clear()
  await sink.note(writeNote({ kind: 'build', fingerprint }))
  const reason = finished === 'changed' ? 'changed' : 'damaged'
  options.onEarlierBuild?.(lines.length === 0 ? { kind: 'none' } : { kind: 'discarded', reason })
  return new FinishedWeights()
}

interface ReopenedFiles {
  readonly complete: readonly ManifestFile[]
  /** By path. */
  readonly incomplete: ReadonlyMap<string, HashedFile>
}

/** Undefined where a file is missing, shorter than noted, or holds other bytes. */
async function reopenFiles(
  sink: ResumableSink,
  finished: FinishedWeights,
  graphs: readonly PlacedGraph[],
  signal: AbortSignal | undefined,
): Promise<ReopenedFiles | undefined> {
  const fullBytes = new Map(
    graphs.flatMap(({ folder, storage: { streams } }) =>
      [...streams.data, ...streams.scales].map(({ path, bytes }) => [folder + path, bytes] as const),
    ),
  )
  const complete: ManifestFile[] = []
  const incomplete = new Map<string, HashedFile>()
  for (const { path, bytes, sha256 } of finished.files.values()) {
    signal?.throwIfAborted()
    const hashes = await FileHashes.create()
    const file = await sink.reopen(path, bytes, (chunk) => hashes.update(chunk))
    if (!file) return undefined
    const hashed = new HashedFile(path, file, hashes)
    if (hashed.state().sha256 !== sha256) {
      await file.close()
      return undefined
    }
    if (fullBytes.get(path) === bytes) {
      await hashed.close()
      complete.push(hashed.entry())
    } else incomplete.set(path, hashed)
  }
  return { complete, incomplete }
}
