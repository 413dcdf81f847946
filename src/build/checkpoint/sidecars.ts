import { CheckpointError } from '../../base/errors.ts'
import { refuseOtherArchitecture } from '../../qwen25vl/index.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'
import { imageProcessorFiles } from './spellings.ts'
import { refuseLfsPointer, refuseQuantizedConfig, unusableContents } from './unusable.ts'

/** The text of the small files beside the weights, unparsed. */
export interface Sidecars {
  readonly config: string
  readonly tokenizer: string
  readonly generationConfig: string | undefined
  /** Undefined if the checkpoint has none of the files. */
  readonly preprocessor: PreprocessorText | undefined
  readonly tokenizerConfig: string | undefined
}

/** The file that holds the image processor's settings; see `imageProcessorFiles`. */
export interface PreprocessorText {
  readonly file: string
  readonly text: string
}

const limitBytes = 64 * 2 ** 20

/**
 * Reads the small files of a checkpoint. Throws CheckpointError `missing-file`, or an error that names what is there
 * instead (see `unusableContents`), `quantized-checkpoint`, `too-large`, `not-utf8`, `lfs-pointer`; ConfigError
 * `other-architecture`; or the source's own errors.
 */
export async function readSidecars(files: CheckpointFiles, signal?: AbortSignal): Promise<Sidecars> {
  // First and alone, so that errors about a missing or forbidden checkpoint name this file.
  const config = await readRequired(files, 'config.json', signal)
  const parsed = parsedOrNothing(config)
  if (parsed !== undefined) {
    refuseOtherArchitecture(parsed)
    refuseQuantizedConfig(files.origin, parsed)
  }
  return {
    config,
    tokenizer: await readRequired(files, 'tokenizer.json', signal),
    generationConfig: await readOptional(files, 'generation_config.json', signal),
    preprocessor: await readPreprocessor(files, signal),
    tokenizerConfig: await readOptional(files, 'tokenizer_config.json', signal),
  }
}

async function readPreprocessor(files: CheckpointFiles, signal?: AbortSignal): Promise<PreprocessorText | undefined> {
  for (const { file } of imageProcessorFiles) {
    const text = await readOptional(files, file, signal)
    if (text !== undefined) return { file, text }
  }
  return undefined
}

/**
 * A small text file of the checkpoint; undefined when there is none. Throws CheckpointError `too-large` beyond
 * 64 MiB, `not-utf8`, `lfs-pointer`, or the source's own errors.
 */
export async function readText(
  files: CheckpointFiles,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const source = await files.open(name, signal)
  if (source === undefined) return undefined
  if (source.size > limitBytes) {
    throw new CheckpointError({
      code: 'too-large',
      message: `${name} holds ${source.size} bytes, far more than such a file has.`,
      action: 'Check that this is the right file, and download it again.',
      subject: name,
    })
  }
  const text = await decoded(source, name, signal)
  refuseLfsPointer(name, text)
  return text
}

async function decoded(source: ByteSource, name: string, signal?: AbortSignal): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, source.size, signal))
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new CheckpointError({
      code: 'not-utf8',
      message: `${name} is not UTF-8 text.`,
      action: 'Download the file again; it is damaged.',
      subject: name,
      cause,
    })
  }
}

async function readRequired(files: CheckpointFiles, name: string, signal?: AbortSignal): Promise<string> {
  const text = await readText(files, name, signal)
  if (text === undefined) throw await missingFile(files, name, signal)
  return text
}

/** As `readText`, but undefined also for a forbidden file: some stores answer so for files that do not exist. */
export async function readOptional(
  files: CheckpointFiles,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    return await readText(files, name, signal)
  } catch (error) {
    // config.json was readable, so a forbidden file is taken to be absent.
    if (error instanceof CheckpointError && error.code === 'not-allowed') return undefined
    throw error
  }
}

/** The error for a missing file: names what is there instead, if that is known. */
export async function missingFile(
  files: CheckpointFiles,
  name: string,
  signal?: AbortSignal,
): Promise<CheckpointError> {
  return (
    (await unusableContents(files, signal)) ??
    new CheckpointError({
      code: 'missing-file',
      message: `${files.origin} has no ${name}.`,
      action: 'Point at the folder or address that holds config.json, tokenizer.json and the .safetensors files.',
      subject: name,
    })
  )
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // `readConfig` reports it.
    return undefined
  }
}
