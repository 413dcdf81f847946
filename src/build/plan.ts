import { expectedTensors, parameterCount } from './checkpoint/architecture.ts'
import type { BuildPlan } from './options.ts'
import { type LargestFile, oversizeText } from './output/largest-file.ts'
import type { PlacedGraph } from './output/placed-graph.ts'
import type { PreparedBuild } from './prepare.ts'
import { totalValues } from './weights/source-ranges.ts'

/** The plan of a prepared build, for a person and for the page. */
export function planOf(build: PreparedBuild): BuildPlan {
  const { config, graphs, texts, license, bytesPerValue } = build
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  return {
    parameters: parameterCount(config),
    tensors: [...expectedTensors(config)].length,
    ...largestOf(build),
    sourceBytes: totalValues(graphs) * bytesPerValue,
    resultBytes:
      sum(graphs.map(bytesOf)) + sum(Object.values(texts).map((text) => new TextEncoder().encode(text).length)),
    license,
  }
}

/** Bytes of a graph and its data files. */
function bytesOf({ planned, storage }: PlacedGraph): number {
  const { data, scales } = storage.streams
  const graphBytes = planned.graph.serialize(storage.placements).length
  return [...data, ...scales].reduce((sum, { bytes }) => sum + bytes, graphBytes)
}

/** The largest data file, with a note where it exceeds `shardBytes`. */
export function largestOf({ graphs, shardBytes }: Pick<PreparedBuild, 'graphs' | 'shardBytes'>): {
  readonly largestFile: LargestFile
  readonly oversize?: string
} {
  const files = graphs.flatMap(({ folder, storage: { streams } }) =>
    [...streams.data, ...streams.scales].map((file) => ({ ...file, path: folder + file.path })),
  )
  const { path, bytes, tensors } = files.reduce((most, file) => (file.bytes > most.bytes ? file : most))
  if (bytes <= shardBytes) return { largestFile: { path, bytes } }
  const largestFile = { path, bytes, tensor: tensors[0].name }
  return { largestFile, oversize: oversizeText(largestFile, shardBytes) }
}
