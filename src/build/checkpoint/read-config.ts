import { CheckpointError } from '../../base/errors.ts'
import { isRecord } from '../../base/json.ts'
import { parseConfig, type Qwen25VLConfig } from '../../qwen25vl/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { PreprocessorText } from './sidecars.ts'
import { imageProcessorFiles } from './spellings.ts'

/** The config that the checkpoint's own files give. Throws ConfigError, or CheckpointError `bad-json`. */
export function readConfig({ sidecars }: Pick<Checkpoint, 'sidecars'>): Qwen25VLConfig {
  const { config, generationConfig, preprocessor } = sidecars
  return parseConfig({
    config: parseJson('config.json', config),
    generation: parseJson('generation_config.json', generationConfig),
    ...(preprocessor ? imageProcessor(preprocessor) : {}),
  })
}

/** The image processor's settings and where they are, for messages; empty where the file has none. */
export function imageProcessor({ file, text }: PreprocessorText) {
  const parsed = parseJson(file, text)
  const sections = imageProcessorFiles.find((each) => each.file === file)?.sections
  if (sections === undefined || !isRecord(parsed)) return { preprocessor: parsed, preprocessorFile: file }
  const name = sections.find((section) => isRecord(parsed[section]))
  return name === undefined ? {} : { preprocessor: parsed[name], preprocessorFile: `${file}: ${name}` }
}

/** The file's content; undefined for a file that is not there. Throws CheckpointError `bad-json`. */
export function parseJson(name: string, text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch (cause) {
    throw new CheckpointError({
      code: 'bad-json',
      message: `${name} is not JSON.`,
      action: 'Download this file again; it is damaged.',
      subject: name,
      cause,
    })
  }
}
