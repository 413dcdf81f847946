import type { Dtype } from '../../manifest/manifest.ts'
import type { Qwen25VLConfig } from '../../qwen25vl/index.ts'
import type { Sidecars } from '../checkpoint/sidecars.ts'
import type { CheckpointFiles } from '../checkpoint/source.ts'
import type { GraphFiles, PlacedGraph } from '../output/placed-graph.ts'
import type { Precisions } from '../precision/precision.ts'

/** How a built model is divided into graphs and files, and what else lies beside them. */
export interface Layout {
  /** Whether a manifest.json lists the files. */
  readonly hasManifest: boolean
  graphs(config: Qwen25VLConfig, precisions: Precisions, dtype: Dtype): readonly GraphFiles[]
  /**
   * The small files by path, in the order in which they are written.
   * Throws CheckpointError `bad-json`, or the source's own errors.
   */
  texts(source: TextSource, dtype: Dtype, graphs: readonly PlacedGraph[]): Promise<Readonly<Record<string, string>>>
}

/** What the small files are made from. */
export interface TextSource {
  readonly files: CheckpointFiles
  readonly sidecars: Sidecars
  readonly config: Qwen25VLConfig
  readonly signal: AbortSignal | undefined
}
