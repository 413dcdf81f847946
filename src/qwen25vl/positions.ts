import { EngineError } from '../base/errors.ts'
import type { TextConfig, VisionConfig } from './config.ts'
import { type Grid, tokensPerTemporalPatch, videoTokens } from './grid.ts'
import { fillAngle, inverseFrequencies, type RotaryTable, rotaryTable } from './rotary.ts'

/**
 * The end of a sequence, for appending to it. It is a plain value: an earlier one rolls the sequence back.
 *
 * Positions follow the rule the model was trained with (transformers 4.49 `get_rope_index`, vLLM): inside a video t, h
 * and w count separately from its start, and text resumes at the maximum over all three axes + 1. transformers 5.x
 * resumes at max(h, w), transformers.js counts t by 1; the weights were trained with neither.
 */
export interface PositionCursor {
  /** The position the next text token takes. */
  readonly nextPosition: number
  /** The video that the last tokens belong to; further temporal patches continue it. */
  readonly video?: { readonly start: number; readonly temporalPatches: number }
}

/** Positions of the appended tokens, and the end of the sequence after them. */
export interface PositionStep {
  /** int32 [3, S], row-major: the t, h and w position of each token. */
  readonly positions: Int32Array<ArrayBuffer>
  readonly cursor: PositionCursor
}

/** The end of an empty sequence. */
export const sequenceStart: PositionCursor = { nextPosition: 0 }

/** Appends `count` text tokens (any token that is not a video pad): all three axes count on by one. */
export function textPositions(cursor: PositionCursor, count: number): PositionStep {
  const positions = new Int32Array(3 * count)
  for (let i = 0; i < count; i++) {
    const position = cursor.nextPosition + i
    positions[i] = position
    positions[count + i] = position
    positions[2 * count + i] = position
  }
  return { positions, cursor: { nextPosition: cursor.nextPosition + count } }
}

/** Duration of temporal patches. */
export interface VideoTiming {
  /**
   * `second_per_grid_ts`: the duration of one temporal patch, s. VidEmo was trained and run with 1.0 at every frame rate;
   * change it only for another checkpoint. Default: 1.
   */
  readonly secondPerGrid?: number
}

/**
 * Appends the temporal patches of a video, in one call or patch by patch: a call that follows another video call goes
 * on with the same video. Put text between two videos (their `<|vision_end|>`) or start again from a cursor without
 * `video`.
 *
 * @param grid what to append, in patches; `t` counts only the temporal patches that are new
 * @returns positions int32 [3, t * h/merge * w/merge], time first, then rows, then columns
 */
export function videoPositions(
  cursor: PositionCursor,
  grid: Grid,
  vision: VisionConfig,
  { secondPerGrid = 1 }: VideoTiming = {},
): PositionStep {
  const { fround } = Math
  const { start, temporalPatches } = cursor.video ?? { start: cursor.nextPosition, temporalPatches: 0 }
  const rows = grid.h / vision.spatialMergeSize
  const columns = grid.w / vision.spatialMergeSize
  const count = grid.t * tokensPerTemporalPatch(grid, vision)
  const positions = new Int32Array(3 * count)
  let at = 0
  let highest = cursor.nextPosition - 1
  for (let t = temporalPatches; t < temporalPatches + grid.t; t++) {
    // float32, truncated: `(arange(t) * second_per_grid * tokens_per_second).long()`
    const time = Math.trunc(fround(fround(t * fround(secondPerGrid)) * fround(vision.tokensPerSecond)))
    highest = Math.max(highest, start + time, start + rows - 1, start + columns - 1)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        positions[at] = start + time
        positions[count + at] = start + row
        positions[2 * count + at] = start + column
      }
    }
  }
  const video = { start, temporalPatches: temporalPatches + grid.t }
  return { positions, cursor: { nextPosition: highest + 1, video } }
}

/** A token sequence with the videos its pads stand for. */
export interface SequenceWithVideos {
  readonly ids: ArrayLike<number>
  /** The id of `<|video_pad|>`. */
  readonly videoPad: number
  /** One grid per video, in order. */
  readonly grids: readonly Grid[]
}

/**
 * Positions of a whole sequence: each run of video pads takes its grids in order, everything else is text.
 *
 * @param from the end of the sequence to append to. Default: an empty sequence
 * @returns positions int32 [3, ids.length]
 * @throws EngineError `video-tokens` if the pads and the grids do not match
 */
export function sequencePositions(
  { ids, videoPad, grids }: SequenceWithVideos,
  vision: VisionConfig,
  timing: VideoTiming = {},
  from: PositionCursor = sequenceStart,
): PositionStep {
  const positions = new Int32Array(3 * ids.length)
  let cursor = from
  let used = 0
  let at = 0
  while (at < ids.length) {
    let end = at
    const isVideo = ids[at] === videoPad
    if (isVideo) {
      const grid = grids[used++]
      end = at + (grid === undefined ? 0 : videoTokens(grid, vision))
      if (grid === undefined || end > ids.length || !allEqual(ids, at, end, videoPad)) throw unmatched(grids)
      const step = videoPositions(cursor, grid, vision, timing)
      copyRows(step.positions, positions, at, ids.length)
      // Two videos may touch; the next one is not a continuation of this one.
      cursor = end < ids.length ? { nextPosition: step.cursor.nextPosition } : step.cursor
    } else {
      while (end < ids.length && ids[end] !== videoPad) end++
      const step = textPositions(cursor, end - at)
      copyRows(step.positions, positions, at, ids.length)
      cursor = step.cursor
    }
    at = end
  }
  if (used !== grids.length) throw unmatched(grids)
  return { positions, cursor }
}

function allEqual(ids: ArrayLike<number>, from: number, to: number, id: number): boolean {
  for (let i = from; i < to; i++) if (ids[i] !== id) return false
  return true
}

function copyRows(from: Int32Array, to: Int32Array, at: number, length: number): void {
  const count = from.length / 3
  for (let axis = 0; axis < 3; axis++) to.set(from.subarray(axis * count, (axis + 1) * count), axis * length + at)
}

function unmatched(grids: readonly Grid[]): EngineError {
  const sizes = grids.map(({ t, h, w }) => `${t} x ${h} x ${w}`).join(', ')
  return new EngineError({
    code: 'video-tokens',
    message: `The video tokens of the prompt do not match its videos (grids: ${sizes || 'none'}).`,
    action: 'Build the prompt from the same frames as the features.',
    subject: 'grid_thw',
  })
}

/**
 * The rotary tables of the language model for given positions: the angle of frequency i is the position on the axis of its
 * section times the frequency (`mrope_section` [16, 24, 24]: the first 16 use t, the next 24 h, the last 24 w). transformers
 * doubles the table to the whole head and takes chunk i from axis i % 3; both halves are equal, so only one is computed.
 *
 * @param positions int32 [3, S]
 * @returns float32 [S, headDim / 2] cosines and sines
 * @see transformers `modeling_qwen2_5_vl.py`, `Qwen2_5_VLRotaryEmbedding`, `apply_multimodal_rotary_pos_emb`
 */
export function textRotary(positions: Int32Array, text: TextConfig): RotaryTable {
  const frequencies = inverseFrequencies(text.ropeTheta, text.headDim)
  const half = frequencies.length
  const slots = positions.length / 3
  const table = rotaryTable(slots, half)
  let axis = 0
  let sectionEnd = text.mropeSection[0]
  for (let i = 0; i < half; i++) {
    while (i === sectionEnd) sectionEnd += text.mropeSection[++axis]
    for (let slot = 0; slot < slots; slot++) {
      fillAngle(table, slot * half + i, positions[axis * slots + slot], frequencies[i])
    }
  }
  return table
}
