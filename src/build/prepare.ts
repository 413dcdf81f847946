import type { Manifest } from '../manifest/manifest.ts'
import type { Qwen25VLConfig } from '../qwen25vl/index.ts'
import { checkArchitecture } from './checkpoint/architecture.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint.ts'
import { readLicense } from './checkpoint/license.ts'
import { readConfig } from './checkpoint/read-config.ts'
import type { CheckpointFiles } from './checkpoint/source.ts'
import type { Layout } from './layouts/layout.ts'
import { layouts } from './layouts/layouts.ts'
import { type BuildOptions, defaultShardBytes } from './options.ts'
import { type PlacedGraph, placeGraph } from './output/placed-graph.ts'
import { bitsOf, checkWidths, precisionsOf } from './precision/choices.ts'

/** Everything that is known and decided before the first weight is read. */
export interface PreparedBuild {
  readonly checkpoint: Checkpoint
  readonly config: Qwen25VLConfig
  readonly layout: Layout
  readonly graphs: readonly PlacedGraph[]
  /** The small files by path, in the order in which they are written. */
  readonly texts: Readonly<Record<string, string>>
  readonly license: Manifest['license']
  readonly shardBytes: number
  /** Of the checkpoint's weights. */
  readonly bytesPerValue: number
}

/**
 * Reads the checkpoint's small files and headers, checks that it is a Qwen2.5-VL one whose widths the dtype allows, and
 * lays out the graphs. Throws ConfigError, CheckpointError, BuildError `width-not-divisible`.
 */
export async function prepareBuild(files: CheckpointFiles, options: BuildOptions): Promise<PreparedBuild> {
  const { dtype, signal, shardBytes = defaultShardBytes } = options
  const checkpoint = await openCheckpoint(files, signal)
  const config = readConfig(checkpoint)
  checkArchitecture(checkpoint, config)
  if (bitsOf(options).linear < 16) checkWidths(config)

  const layout: Layout = layouts[options.layout ?? 'bundle']
  const graphs = layout
    .graphs(config, precisionsOf(options), dtype)
    .map((graphFiles) => placeGraph(graphFiles, shardBytes))
  const source = { files, sidecars: checkpoint.sidecars, config, signal }
  return {
    checkpoint,
    config,
    layout,
    graphs,
    texts: await layout.texts(source, dtype, graphs),
    license: await licenseFor(files, checkpoint, options),
    shardBytes,
    bytesPerValue: checkpoint.tensor('model.embed_tokens.weight').dtype === 'F32' ? 4 : 2,
  }
}

async function licenseFor(
  files: CheckpointFiles,
  checkpoint: Checkpoint,
  { license, source, signal }: BuildOptions,
): Promise<Manifest['license']> {
  return license ?? (await readLicense(files, signal)) ?? { link: source?.origin ?? checkpoint.origin }
}
