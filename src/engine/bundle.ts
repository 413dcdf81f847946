import { BundleError } from '../base/errors.ts'
import { type Manifest, parseManifest } from '../manifest/manifest.ts'
import {
  ChatTemplate,
  endTokenIds,
  loadTokenizer,
  parseConfig,
  type Qwen25VLConfig,
  type Tokenizer,
} from '../qwen25vl/index.ts'

/** Reads a bundle's files, from memory, disk or the browser's store. */
export interface BundleFiles {
  /** A whole file. Throws BundleError `missing-file`. */
  read(path: string): Promise<Uint8Array | Blob>
  /** The path of a file, if it is on disk. */
  pathOf?(path: string): string
}

/** A bundle whose graphs and weights have not been loaded yet. */
export interface Bundle {
  readonly files: BundleFiles
  readonly manifest: Manifest
  /** Its `eosTokenIds` are all ids that end an answer: those of `endTokenIds`. */
  readonly config: Qwen25VLConfig
  readonly tokenizer: Tokenizer
  readonly template: ChatTemplate
}

/** Throws BundleError, ConfigError or CheckpointError, each naming the file at fault. */
export async function openBundle(files: BundleFiles): Promise<Bundle> {
  const manifest = parseManifest(await text(files, 'manifest.json'))
  const listed = new Set(manifest.files.map(({ path }) => path))
  const json = async (path: string): Promise<unknown> => {
    if (!listed.has(path)) return undefined
    try {
      return JSON.parse(await text(files, path))
    } catch (cause) {
      if (cause instanceof BundleError) throw cause
      throw new BundleError({
        code: 'bad-json',
        message: `${path} is not JSON.`,
        action: 'Download or build the bundle again.',
        subject: path,
        cause,
      })
    }
  }
  const named = parseConfig({
    config: await json('config.json'),
    generation: await json('generation_config.json'),
    preprocessor: await json('preprocessor_config.json'),
  })
  const tokenizer = loadTokenizer({
    tokenizerJson: await json('tokenizer.json'),
    tokenizerConfig: await json('tokenizer_config.json'),
  })
  const generation = { ...named.generation, eosTokenIds: endTokenIds(named.generation, tokenizer) }
  const config = { ...named, generation }
  return { files, manifest, config, tokenizer, template: new ChatTemplate(tokenizer, config.tokens) }
}

async function text(files: BundleFiles, path: string): Promise<string> {
  const data = await files.read(path)
  return data instanceof Blob ? data.text() : new TextDecoder().decode(data)
}
