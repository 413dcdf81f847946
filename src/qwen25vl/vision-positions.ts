import type { VisionConfig } from './config.ts'
import type { Grid } from './grid.ts'
import { fillAngle, inverseFrequencies, type RotaryTable, rotaryTable } from './rotary.ts'

/** Rotary base of the vision tower; no config file names it (`Qwen2_5_VisionRotaryEmbedding`, theta = 10000). */
const visionRopeTheta = 10000

/** The height and width of a grid, in patches. All patches of a video share these positions. */
export type SpatialGrid = Pick<Grid, 'h' | 'w'>

/**
 * Visits the patches of one temporal patch in merge order: merged cells row by row, inside a cell its patches row by
 * row. This is the order of `pixel_values` and of every table here.
 */
function eachPatch(grid: SpatialGrid, merge: number, visit: (slot: number, row: number, column: number) => void): void {
  let slot = 0
  for (let cellRow = 0; cellRow < grid.h; cellRow += merge) {
    for (let cellColumn = 0; cellColumn < grid.w; cellColumn += merge) {
      for (let row = cellRow; row < cellRow + merge; row++) {
        for (let column = cellColumn; column < cellColumn + merge; column++) visit(slot++, row, column)
      }
    }
  }
}

/**
 * The rotary table of one temporal patch: S = h * w slots in merge order, headDim / 2 frequencies, the first half
 * turned by the patch's row, the second half by its column. The tower applies it to both halves of a head
 * (`rotate_half`), so it is not doubled here.
 *
 * @returns float32 [S, headDim / 2] cosines and sines
 * @see transformers `modeling_qwen2_5_vl.py`, `rot_pos_emb` and `Qwen2_5_VisionRotaryEmbedding`
 */
export function visionRotary(grid: SpatialGrid, vision: VisionConfig): RotaryTable {
  const frequencies = inverseFrequencies(visionRopeTheta, vision.headDim / 2)
  const half = frequencies.length
  const table = rotaryTable(grid.h * grid.w, 2 * half)
  eachPatch(grid, vision.spatialMergeSize, (slot, row, column) => {
    for (let i = 0; i < half; i++) {
      fillAngle(table, slot * 2 * half + i, row, frequencies[i])
      fillAngle(table, slot * 2 * half + half + i, column, frequencies[i])
    }
  })
  return table
}

/**
 * The attention window each patch of a temporal patch belongs to. Windows tile the merged cells from the top left;
 * those at the right and bottom edges may be smaller. Ids count windows row by row.
 *
 * The original reorders the patches so that windows lie side by side; as attention does not mind order, naming each
 * patch's window and masking gives the same result without the reordering.
 *
 * @returns int32 [S], S = h * w in merge order
 * @see transformers `modeling_qwen2_5_vl.py`, `get_window_index`
 */
export function windowIds(grid: SpatialGrid, vision: VisionConfig): Int32Array<ArrayBuffer> {
  const merge = vision.spatialMergeSize
  const edge = windowCells(vision)
  const across = Math.ceil(grid.w / merge / edge)
  const ids = new Int32Array(grid.h * grid.w)
  eachPatch(grid, merge, (slot, row, column) => {
    ids[slot] = Math.floor(row / merge / edge) * across + Math.floor(column / merge / edge)
  })
  return ids
}

/** A window's edge in merged cells. */
export function windowCells(vision: VisionConfig): number {
  return Math.floor(vision.windowSize / vision.spatialMergeSize / vision.patchSize)
}

/**
 * The additive attention mask of a window block: 0 between patches of the same window, `masked` elsewhere.
 *
 * @param ids as `windowIds` gives them, [S]
 * @param masked what to add to a forbidden score, a large negative number of the graph's dtype
 * @returns float32 [S, S]
 */
export function windowMask(ids: Int32Array, masked: number): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(ids.length * ids.length).fill(masked)
  for (let query = 0; query < ids.length; query++) {
    for (let key = 0; key < ids.length; key++) if (ids[query] === ids[key]) mask[query * ids.length + key] = 0
  }
  return mask
}
