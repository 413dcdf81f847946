import { sha256 } from 'hash-wasm'
import { manifestFixture } from '../../manifest/manifest.fixture.ts'
import { type BundleManifest, readManifest } from '../bundle-manifest.ts'

export interface SampleBundle {
  readonly manifest: BundleManifest
  /** By path, without the manifest. */
  readonly contents: Readonly<Record<string, string>>
  readonly totalBytes: number
}

export const sampleContents: Readonly<Record<string, string>> = {
  'vision.onnx': 'vision graph',
  'data/vision.000': 'v'.repeat(5000),
  'decoder.onnx': 'decoder graph',
  'data/decoder.000': 'd'.repeat(3000),
  empty: '',
}

/**
 * A bundle as far as this room looks into it: files and a manifest that describes them. ASCII only.
 *
 * @param chunkBytes of chunks with hashes of their own
 */
export async function sampleBundle(contents = sampleContents, chunkBytes?: number): Promise<SampleBundle> {
  const graph = (name: string) => ({ graph: `${name}.onnx`, data: [`data/${name}.000`], compute: 'f32' })
  const list = Object.entries(contents).map(async ([path, text]) => {
    const chunks = chunkBytes === undefined ? {} : { chunks: await hashChunks(text, chunkBytes) }
    return { path, bytes: text.length, sha256: await sha256(text), ...chunks }
  })
  const manifest = {
    ...manifestFixture,
    graphs: { vision: graph('vision'), decoder: graph('decoder') },
    files: await Promise.all(list),
  }
  const read = await readManifest(new TextEncoder().encode(JSON.stringify(manifest)))
  return { manifest: read, contents, totalBytes: read.totalBytes }
}

async function hashChunks(text: string, bytes: number) {
  const parts = Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) =>
    text.slice(at * bytes, (at + 1) * bytes),
  )
  return { bytes, sha256: await Promise.all(parts.map((part) => sha256(part))) }
}
