import type { DecoderState, PassInputs } from './backends/decoder-backend.ts'
import type { HostTensors } from './backends/tensors.ts'
import { penaltyUpdates } from './logits-processors.ts'

/** Video tokens of a pass: the id that stands for them, and how many came before in the same prompt. */
export interface VideoTokens {
  readonly pad: number
  readonly before: number
}

/**
 * The tokens of a pass and the rows whose logits are computed. Both are padded to `minRows`: padding tokens have id 0 and
 * come last, so that no other token attends to them; padding rows repeat the last row.
 *
 * @param ids [S]
 * @param rows of `ids`
 * @param video where among the ids a feature row takes the place of the token's embedding
 */
export function tokenInputs(
  host: HostTensors,
  minRows: number,
  ids: readonly number[],
  rows: readonly number[],
  video?: VideoTokens,
): Pick<PassInputs, 'input_ids' | 'source_rows' | 'logit_rows'> {
  const count = Math.max(ids.length, minRows)
  const rowCount = Math.max(rows.length, minRows)
  let feature = video?.before ?? 0
  const paddedIds: number[] = []
  const sourceRows: number[] = []
  for (let row = 0; row < count; row++) {
    paddedIds.push(ids[row] ?? 0)
    sourceRows.push(video && ids[row] === video.pad ? count + feature++ : row)
  }
  const logitRows = Array.from({ length: rowCount }, (_, row) => rows[Math.min(row, rows.length - 1)])
  return {
    input_ids: host.int64(paddedIds, [count, 1]),
    source_rows: host.int64(sourceRows, [count]),
    logit_rows: host.int64(logitRows, [rowCount]),
  }
}

/** The penalty factors that a pass sets before each of its last `rows` tokens chooses the next one. */
export function penaltyInputs(
  host: HostTensors,
  { noPenaltyUpdates }: DecoderState,
  ids: readonly number[],
  rows: number,
  repetitionPenalty: number,
): Pick<PassInputs, 'marks_at' | 'marks'> {
  if (repetitionPenalty === 1) return noPenaltyUpdates
  const pairs = penaltyUpdates(ids, rows)
  const count = pairs.length / 2
  return {
    marks_at: host.int64(pairs, [count, 2]),
    marks: host.float32(new Float32Array(count).fill(repetitionPenalty), [count]),
  }
}

export function countOf(ids: readonly number[], id: number): number {
  return ids.filter((each) => each === id).length
}
