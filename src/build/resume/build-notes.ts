import { isCount, isRecord } from '../../base/json.ts'
import type { WeightError } from '../weight-writer.ts'

/** How much of a file is written, and the SHA-256 of that much. */
export interface FileState {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** What a build notes for a later one that goes on from there. */
export type BuildNote =
  /** The first: of what source, with what options, by what builder. */
  | { readonly kind: 'build'; readonly fingerprint: string }
  /** An MLP was measured: exponents of its balance. */
  | (Progress & { readonly kind: 'balance'; readonly mlp: string; readonly exponents: readonly number[] })
  /** A weight is written whole, as are all those noted before. */
  | (Progress & {
      readonly kind: 'weight'
      readonly weight: string
      /** Files that have grown since the note before, in the order in which they were ended. */
      readonly files: readonly FileState[]
      readonly error?: WeightError
    })

/** Bytes of the checkpoint that were needed up to here, and in all. */
export interface Progress {
  readonly doneBytes: number
  readonly totalBytes: number
}

export function writeNote(note: BuildNote): string {
  return JSON.stringify(note)
}

/** Undefined for a line that is none: what follows it is worth nothing. */
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
