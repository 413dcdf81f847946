import { isRecord } from '../../base/json.ts'
import { endTokenIds, loadTokenizer, publishedConfigFiles, type Qwen25VLConfig } from '../../qwen25vl/index.ts'
import { imageProcessor, parseJson } from '../checkpoint/read-config.ts'
import { readOptional, type Sidecars } from '../checkpoint/sidecars.ts'
import type { CheckpointFiles } from '../checkpoint/source.ts'
import { jsonText } from '../output/json-text.ts'

/** What stock transformers.js needs besides config.json, read once. */
export interface TransformersJsSidecars {
  readonly sidecars: Sidecars
  readonly config: Qwen25VLConfig
  /** The chat template's text, wherever the checkpoint keeps it. */
  readonly chatTemplate: string
}

/**
 * Finds the chat template: `chat_template.jinja`, as transformers writes it now; `chat_template.json`, as it did;
 * `tokenizer_config.json`, as older ones did; else the one that Qwen2.5-VL was published with.
 * Throws CheckpointError `bad-json`, or the source's own errors.
 */
export async function readChatTemplate(
  files: CheckpointFiles,
  sidecars: Sidecars,
  signal?: AbortSignal,
): Promise<string> {
  const jinja = await readOptional(files, 'chat_template.jinja', signal)
  if (jinja !== undefined) return jinja
  const json = parseJson('chat_template.json', await readOptional(files, 'chat_template.json', signal))
  const inTokenizer = parseJson('tokenizer_config.json', sidecars.tokenizerConfig)
  return templateIn(json) ?? templateIn(inTokenizer) ?? publishedChatTemplate
}

/** The template of a file's `chat_template`: a text, or the default one of a list of named ones. */
function templateIn(file: unknown): string | undefined {
  const template = isRecord(file) ? file.chat_template : undefined
  if (typeof template === 'string') return template
  const named: unknown[] = Array.isArray(template) ? template : []
  const found = named.find((each) => isRecord(each) && each.name === 'default')
  return isRecord(found) && typeof found.template === 'string' ? found.template : undefined
}

/**
 * The small files of the layout of transformers.js, by path. It reads no `chat_template.*` for this model, but the
 * template in tokenizer_config.json; it wants preprocessor_config.json to name the processor, which transformers 5 keeps
 * elsewhere; and it takes only what it is told of the steps that PyTorch has defaults for.
 *
 * @param dataFiles how many data files each graph has, by the graph's file name
 * Throws CheckpointError `bad-json`, `unknown-tokenizer` or `no-special-token`.
 */
export function transformersJsTexts(
  { sidecars, config, chatTemplate }: TransformersJsSidecars,
  dtype: string,
  dataFiles: Readonly<Record<string, number>>,
): Readonly<Record<string, string>> {
  const files = publishedConfigFiles(config)
  const tokenizer = loadTokenizer({
    tokenizerJson: parseJson('tokenizer.json', sidecars.tokenizer),
    tokenizerConfig: parseJson('tokenizer_config.json', sidecars.tokenizerConfig),
  })
  const { vision_config: _vision, ...textFields } = files.config
  return {
    'config.json': jsonText({
      ...files.config,
      text_config: { ...textFields, model_type: 'qwen2_5_vl_text' },
      'transformers.js_config': { dtype, use_external_data_format: dataFiles },
    }),
    'generation_config.json': jsonText({
      ...files.generation,
      eos_token_id: endTokenIds(config.generation, tokenizer),
    }),
    'preprocessor_config.json': jsonText(preprocessor(sidecars, files.preprocessor)),
    'tokenizer.json': sidecars.tokenizer,
    'tokenizer_config.json': jsonText(tokenizerConfig(sidecars, chatTemplate)),
    'chat_template.jinja': chatTemplate,
  }
}

/** `published` wins, but for what it does not know: the pixels of a still image, and steps like resizing. */
function preprocessor(sidecars: Sidecars, published: Readonly<Record<string, unknown>>): unknown {
  const { preprocessor: own } = sidecars.preprocessor ? imageProcessor(sidecars.preprocessor) : {}
  const given = isRecord(own) ? own : {}
  const size = isRecord(given.size) ? given.size : {}
  return {
    do_resize: true,
    do_rescale: true,
    do_normalize: true,
    do_convert_rgb: true,
    rescale_factor: 1 / 255,
    resample: 3,
    ...given,
    ...published,
    min_pixels: given.min_pixels ?? size.shortest_edge ?? publishedPixels.min,
    max_pixels: given.max_pixels ?? size.longest_edge ?? publishedPixels.max,
  }
}

/** Of a still image, as the preprocessor_config.json of Qwen2.5-VL names them. */
const publishedPixels = { min: 3136, max: 12845056 }

function tokenizerConfig({ tokenizerConfig: text }: Sidecars, chatTemplate: string): unknown {
  const own = parseJson('tokenizer_config.json', text)
  const defaults = {
    tokenizer_class: 'Qwen2Tokenizer',
    eos_token: '<|im_end|>',
    pad_token: '<|endoftext|>',
    clean_up_tokenization_spaces: false,
  }
  return { ...defaults, ...(isRecord(own) ? own : {}), chat_template: chatTemplate }
}

/** chat_template.json of Qwen2.5-VL. */
const publishedChatTemplate = `{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}<|im_end|>
{% else %}{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or 'video' in content %}{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`
