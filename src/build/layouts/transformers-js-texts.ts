import { isRecord } from '../../base/json.ts'
import { endTokenIds, loadTokenizer, publishedConfigFiles, type Qwen25VLConfig } from '../../qwen25vl/index.ts'
import { imageProcessor, parseJson } from '../checkpoint/read-config.ts'
import { readOptional, type Sidecars } from '../checkpoint/sidecars.ts'
import type { CheckpointFiles } from '../checkpoint/source.ts'
import { jsonText } from '../output/json-text.ts'

/** What the small files of this layout are made from. */
export interface TransformersJsSidecars {
  readonly sidecars: Sidecars
  readonly config: Qwen25VLConfig
  /** The chat template's text; see `readChatTemplate`. */
  readonly chatTemplate: string
}

/**
 * Finds the chat template. Places, newest first: `chat_template.jinja`, which transformers writes now,
 * `chat_template.json`, `tokenizer_config.json`. Default: the template that Qwen2.5-VL was published with.
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

/** The template in a file's `chat_template` field: a text, or the entry `default` of a list of named templates. */
function templateIn(file: unknown): string | undefined {
  const template = isRecord(file) ? file.chat_template : undefined
  if (typeof template === 'string') return template
  const named: unknown[] = Array.isArray(template) ? template : []
  const found = named.find((each) => isRecord(each) && each.name === 'default')
  return isRecord(found) && typeof found.template === 'string' ? found.template : undefined
}

/**
 * The small files of the layout of transformers.js, by path. For this model, transformers.js reads the chat template
 * from tokenizer_config.json only, expects preprocessor_config.json to name the processor (transformers 5 keeps it
 * elsewhere), and needs preprocessing steps spelled out for which PyTorch has defaults.
 *
 * @param dataFiles how many data files each graph has, by the graph's file name
 * @throws CheckpointError `bad-json`, `unknown-tokenizer` or `no-special-token`.
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

/** The published settings, and the checkpoint's own for those that they lack: pixels of a still image, resizing. */
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

/** `min_pixels` and `max_pixels` of a still image in the preprocessor_config.json of Qwen2.5-VL. */
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
