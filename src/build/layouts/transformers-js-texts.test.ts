import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AutoConfig, AutoProcessor, AutoTokenizer, env, RawImage } from '@huggingface/transformers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryFiles, text } from '../checkpoint/checkpoint.fixture.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { readConfig } from '../checkpoint/read-config.ts'
import { readChatTemplate, transformersJsTexts } from './transformers-js-texts.ts'

const data = fileURLToPath(new URL('../../../fixtures/data/', import.meta.url))
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(data + path, 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'videmo-stock-texts-'))

beforeAll(() => {
  env.allowRemoteModels = false
  env.localModelPath = folder
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes the small files for stock transformers.js, of the project's checkpoint with some files replaced or, by null, removed. */
async function write(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const contents = new Map<string, Uint8Array>()
  for (const each of readdirSync(`${data}checkpoint`)) contents.set(each, readFileSync(`${data}checkpoint/${each}`))
  for (const [each, content] of Object.entries(changes)) {
    if (content === null) contents.delete(each)
    else contents.set(each, text(content))
  }
  const files = new MemoryFiles(contents)
  const checkpoint = await openCheckpoint(files)
  const config = readConfig(checkpoint)
  const { sidecars } = checkpoint
  const chatTemplate = await readChatTemplate(files, sidecars)
  const model = mkdtempSync(join(folder, 'model-'))
  for (const [path, content] of Object.entries(transformersJsTexts({ sidecars, config, chatTemplate }, 'q4', {}))) {
    writeFileSync(join(model, path), content)
  }
  return basename(model)
}

const template = "{% for m in messages %}<|im_start|>{{ m['role'] }}\nours: {{ m['content'] }}<|im_end|>\n{% endfor %}"
const ours = '<|im_start|>user\nours: Who?<|im_end|>\n'
const published =
  '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n'
const inTokenizer = { ...json('checkpoint/tokenizer_config.json'), chat_template: template }

describe('what stock transformers.js finds beside the graphs', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['chat_template.jinja', { 'chat_template.jinja': template }, ours],
    ['chat_template.json', { 'chat_template.json': { chat_template: template } }, ours],
    ['a template in tokenizer_config.json', { 'tokenizer_config.json': inTokenizer }, ours],
    ['no template at all', {}, published],
    ['no tokenizer_config.json', { 'tokenizer_config.json': null }, published],
  ])('is a chat template, from %s', async (_what, changes, expected) => {
    const name = await write(changes)
    const tokenizer = await AutoTokenizer.from_pretrained(name)
    const messages = [{ role: 'user', content: 'Who?' }]
    expect(tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true })).toBe(expected)
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['preprocessor_config.json of transformers 4.49', {}],
    [
      'that of transformers 5, which names no processor',
      { 'preprocessor_config.json': json('spellings/5.18.0/preprocessor_config.json') },
    ],
    [
      'processor_config.json',
      {
        'preprocessor_config.json': null,
        'processor_config.json': { image_processor: json('spellings/5.18.0/preprocessor_config.json') },
      },
    ],
    [
      'video_preprocessor_config.json',
      {
        'preprocessor_config.json': null,
        'video_preprocessor_config.json': json('spellings/4.57.6/preprocessor_config.json'),
      },
    ],
    ['nothing', { 'preprocessor_config.json': null }],
  ])('is a processor of images, from %s', async (_what, changes) => {
    const name = await write(changes)
    const processor = await AutoProcessor.from_pretrained(name)
    const image = new RawImage(new Uint8ClampedArray(56 * 84 * 3).fill(99), 84, 56, 3)
    const inputs: Record<string, { tolist(): unknown; dims: number[] }> = await processor('<|image_pad|>Who?', image)
    expect(inputs.image_grid_thw.tolist()).toEqual([[1n, 4n, 6n]])
    expect(inputs.pixel_values.dims).toEqual([24, 1176])
    expect(inputs.input_ids.dims[1]).toBeGreaterThan(6)
  })

  it('is a config with every field that transformers 4.49 leaves out', async () => {
    const name = await write({ 'config.json': json('spellings/4.49.0/config.json') })
    const config = await AutoConfig.from_pretrained(name)
    expect(config).toMatchObject({ vision_config: { spatial_merge_size: 2 }, text_config: { hidden_size: 256 } })
    const generation = JSON.parse(readFileSync(join(folder, name, 'generation_config.json'), 'utf8'))
    expect(generation.eos_token_id).toEqual([386, 384])
  })
})
