import { createHash } from 'node:crypto'
import { buildBundle } from '../src/build/build.ts'
import type { CheckpointFiles } from '../src/build/checkpoint/source.ts'
import type { BuildOptions, BuildResult } from '../src/build/options.ts'
import { DirectorySink } from './directory-sink.ts'
import { QuantizerPool } from './quantizer-pool.ts'

/**
 * Builds a checkpoint into a folder, quantizing in one thread per core, with the SHA-256 of every file. Throws as
 * `buildBundle` does.
 */
export async function buildToFolder(
  files: CheckpointFiles,
  out: string,
  options: Omit<BuildOptions, 'createHash' | 'quantizer'>,
): Promise<BuildResult> {
  const sink = await DirectorySink.open(out)
  const pool = new QuantizerPool()
  try {
    return await buildBundle(files, sink, { ...options, createHash: nodeHash, quantizer: pool })
  } finally {
    await pool.close()
  }
}

function nodeHash() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
}
