import { isCount, isRecord } from '../../base/json.ts'
import type { FileState } from '../output/hashed-file.ts'
import type { WeightError } from '../precision/quantization-error.ts'
import type { ProgressBytes } from '../progress.ts'

/** One line that a build writes down, so that a later one can resume after it. */
export type BuildNote =
  /** The first note: identifies source, options and builder. */
  | { readonly kind: 'build'; readonly fingerprint: string }
  /** An MLP was measured: exponents of its balance, one per channel. */
  | (ProgressBytes & { readonly kind: 'balance'; readonly mlp: string; readonly exponents: readonly number[] })
  /** A weight is written whole, as is every weight noted before it. */
  | (ProgressBytes & {
      readonly kind: 'weight'
      readonly weight: string
      /** Files that have grown since the previous note, in the order in which they first grew. */
      readonly files: readonly FileState[]
      readonly error?: WeightError
    })

export function writeNote(note: BuildNote): string {
  return JSON.stringify(note)
}

/** Undefined for a line that is not a note; notes after it must not be used either. */
export function readNote(line: string): BuildNote | undefined {
  let note: unknown
  try {
    note = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(note)) return undefined
  const { kind, doneBytes, totalBytes } = note
  if (kind === 'build') {
    return typeof note.fingerprint === 'string' ? { kind, fingerprint: note.fingerprint } : undefined
  }
  if (!isCount(doneBytes) || !isCount(totalBytes)) return undefined
  const progress = { doneBytes, totalBytes }
  switch (kind) {
    case 'balance': {
      const { mlp, exponents } = note
      if (typeof mlp !== 'string' || !Array.isArray(exponents) || !exponents.every(Number.isInteger)) return undefined
      return { ...progress, kind, mlp, exponents }
    }
    case 'weight': {
      const { weight, files, error } = note
      if (typeof weight !== 'string' || !Array.isArray(files) || !files.every(isFileState)) return undefined
      if (error !== undefined && !isWeightError(error)) return undefined
      return { ...progress, kind, weight, files, ...(error ? { error } : {}) }
    }
    default:
      return undefined
  }
}

function isFileState(value: unknown): value is FileState {
  return (
    isRecord(value) &&
    typeof value.path === 'string' &&
    isCount(value.bytes) &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256)
  )
}

function isWeightError(value: unknown): value is WeightError {
  const isRatio = (ratio: unknown) => ratio === null || typeof ratio === 'number'
  return (
    isRecord(value) &&
    typeof value.weight === 'string' &&
    isCount(value.bits) &&
    isCount(value.values) &&
    isRatio(value.snr) &&
    isRatio(value.plainSnr) &&
    isRecord(value.worstBlock) &&
    [value.worstBlock.row, value.worstBlock.block].every(Number.isInteger) &&
    isRatio(value.worstBlock.snr)
  )
}
