import type { PlannedGraph } from '../graphs/decoder-graph.ts'
import { type NameDataFile, planStorage, type StoragePlan } from './data-files.ts'

/** A graph and the names of its files. */
export interface GraphFiles {
  readonly name: string
  /** Path of the graph in the bundle; its data files lie in the same folder. */
  readonly path: string
  readonly planned: PlannedGraph
  readonly nameDataFile: NameDataFile
}

/** A graph whose weights have their places in data files. */
export interface PlacedGraph extends GraphFiles {
  /** The folder of graph and data files: empty, or a path that ends in a slash. */
  readonly folder: string
  readonly storage: StoragePlan
}

export function placeGraph(files: GraphFiles, shardBytes: number): PlacedGraph {
  const folder = files.path.slice(0, files.path.lastIndexOf('/') + 1)
  return { ...files, folder, storage: planStorage(files.planned.layers, shardBytes, files.nameDataFile) }
}
