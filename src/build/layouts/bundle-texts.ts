import { isRecord } from '../../base/json.ts'
import { publishedConfigFiles, type Qwen25VLConfig } from '../../qwen25vl/index.ts'
import { parseJson } from '../checkpoint/read-config.ts'
import type { Sidecars } from '../checkpoint/sidecars.ts'
import { jsonText } from '../output/json-text.ts'

/**
 * The small files of a bundle, by path. The configuration is written anew, in one spelling and with every field, so that
 * a checkpoint gives the same bundle, byte for byte, whichever version of transformers saved its config.json.
 * Throws CheckpointError `bad-json`.
 */
export function bundleTexts(sidecars: Sidecars, config: Qwen25VLConfig): Readonly<Record<string, string>> {
  const files = publishedConfigFiles(config)
  const addedTokens = addedTokensText(sidecars)
  return {
    'config.json': jsonText(files.config),
    'generation_config.json': jsonText(files.generation),
    'preprocessor_config.json': jsonText(files.preprocessor),
    'tokenizer.json': sidecars.tokenizer,
    ...(addedTokens === undefined ? {} : { 'tokenizer_config.json': addedTokens }),
  }
}

/** A tokenizer_config.json with the added tokens that tokenizer.json lacks; undefined where it lacks none. */
function addedTokensText({ tokenizer, tokenizerConfig }: Sidecars): string | undefined {
  const decoder = field(parseJson('tokenizer_config.json', tokenizerConfig), 'added_tokens_decoder')
  if (!isRecord(decoder)) return undefined
  const added = field(parseJson('tokenizer.json', tokenizer), 'added_tokens')
  const known = new Set((Array.isArray(added) ? added : []).map((token) => field(token, 'content')))
  const missing = Object.entries(decoder).filter(([, token]) => !known.has(field(token, 'content')))
  return missing.length === 0 ? undefined : jsonText({ added_tokens_decoder: Object.fromEntries(missing) })
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}
