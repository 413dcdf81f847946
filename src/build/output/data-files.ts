import type { Layers } from '../graphs/layers.ts'
import type { ExternalTensor, Placement } from '../graphs/onnx.ts'

/** Offsets in data files are multiples of this. WebGPU copies need 4; more keeps tensors on cache lines. */
export const alignment = 256

/**
 * A block of rows yields weights and scales at the same time but in different amounts. They go to separate files, so
 * that each file can be written and hashed from front to back.
 */
export type StreamName = 'data' | 'scales'

export interface StoragePlan {
  readonly placements: ReadonlyMap<string, Placement>
  readonly streams: Readonly<Record<StreamName, readonly PlannedFile[]>>
}

export interface PlannedFile {
  readonly path: string
  readonly bytes: number
  readonly tensors: readonly ExternalTensor[]
}

/**
 * Names a data file relative to the graph's folder.
 *
 * @param index of the file in its stream
 * @param number of the file among all data files of its graph; files of scales come after files of weights
 */
export type NameDataFile = (stream: StreamName, index: number, number: number) => string

/**
 * Assigns a graph's weights to files of at most `shardBytes`. Tensors are not divided: a larger one, such as the token
 * table in float16, gets a file of its own.
 */
export function planStorage(layers: Layers, shardBytes: number, nameFile: NameDataFile): StoragePlan {
  const tensors: Record<StreamName, ExternalTensor[]> = { data: [], scales: [] }
  for (const recipe of layers.recipes) {
    if (recipe.kind === 'dense') tensors.data.push(recipe.external)
    else {
      tensors.data.push(recipe.data)
      tensors.scales.push(recipe.scales, ...(recipe.zeroPoints ? [recipe.zeroPoints] : []))
    }
  }
  const placements = new Map<string, Placement>()
  const plan = (stream: StreamName, filesBefore: number): PlannedFile[] => {
    const files: { path: string; bytes: number; tensors: ExternalTensor[] }[] = []
    for (const tensor of tensors[stream]) {
      let file = files[files.length - 1]
      const offset = file === undefined ? 0 : Math.ceil(file.bytes / alignment) * alignment
      if (file === undefined || offset + tensor.bytes > shardBytes) {
        file = { path: nameFile(stream, files.length, filesBefore + files.length), bytes: 0, tensors: [] }
        files.push(file)
      }
      const at = file.tensors.length === 0 ? 0 : offset
      placements.set(tensor.name, { file: file.path, offset: at })
      file.bytes = at + tensor.bytes
      file.tensors.push(tensor)
    }
    return files
  }
  const data = plan('data', 0)
  const streams = { data, scales: plan('scales', data.length) }
  for (const { external, of } of layers.aliases) {
    const original = placements.get(of)
    if (!original) throw new Error(`${external.name} is another name for ${of}, which is not stored`)
    placements.set(external.name, original)
  }
  return { placements, streams }
}
