import { bundleVersion, type Manifest, type ManifestFile } from '../manifest/manifest.ts'
import { parameterCount } from './checkpoint/architecture.ts'
import type { BuildOptions } from './options.ts'
import type { PlacedGraph } from './output/placed-graph.ts'
import { bitsOf } from './precision/choices.ts'
import type { PreparedBuild } from './prepare.ts'

/** The manifest of a bundle. @param files all files that were written before it */
export function manifestOf(build: PreparedBuild, options: BuildOptions, files: readonly ManifestFile[]): Manifest {
  const { checkpoint, graphs, license } = build
  const { text, vision, preprocessor } = build.config
  const largest = Math.max(...graphs.flatMap(({ planned }) => planned.graph.externals.map(({ bytes }) => bytes)))
  const graphEntries = { vision: graphEntry(graphs, 'vision'), decoder: graphEntry(graphs, 'decoder') }
  const needsHalf = Object.values(graphEntries).some(({ compute }) => compute === 'f16')
  const revision = options.source?.revision
  return {
    format: 'videmo-bundle',
    version: bundleVersion,
    source: {
      origin: options.source?.origin ?? checkpoint.origin,
      ...(revision === undefined ? {} : { revision }),
      architecture: 'Qwen2_5_VLForConditionalGeneration',
    },
    license,
    model: {
      parameters: parameterCount(build.config),
      layers: text.layers,
      hiddenSize: text.hiddenSize,
      heads: text.heads,
      kvHeads: text.kvHeads,
      headDim: text.headDim,
      vocabSize: text.vocabSize,
      visionDepth: vision.depth,
      visionHiddenSize: vision.hiddenSize,
    },
    ...(options.reads ? { reads: options.reads } : {}),
    video: {
      framesPerSecond: preprocessor.videoFps,
      minFrames: preprocessor.videoMinFrames,
      maxFrames: preprocessor.videoMaxFrames,
      maxPixels: preprocessor.videoMaxPixels,
    },
    dtype: options.dtype,
    bits: bitsOf(options),
    needs: {
      features: needsHalf ? ['shader-f16'] : [],
      limits: { maxBufferSize: largest, maxStorageBufferBindingSize: largest },
    },
    contextLength: text.maxPositionEmbeddings,
    graphs: graphEntries,
    files: files.slice(),
  }
}

function graphEntry(graphs: readonly PlacedGraph[], name: 'vision' | 'decoder') {
  const graph = graphs.find((each) => each.name === name)
  if (!graph) throw new Error(`no graph named ${name}`)
  const { data, scales } = graph.storage.streams
  return {
    graph: graph.path,
    data: [...data, ...scales].map(({ path }) => path),
    compute: graph.planned.layers.compute,
  }
}
