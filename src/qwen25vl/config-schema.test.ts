import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../base/errors.ts'
import { publishedConfigFiles } from './config-files.ts'
import { type ConfigFiles, parseConfig } from './config-schema.ts'
import { nestedConfig, publishedConfig, publishedGeneration, publishedPreprocessor } from './testing/configs.ts'

const published: ConfigFiles = {
  config: publishedConfig,
  generation: publishedGeneration,
  preprocessor: publishedPreprocessor,
}

/** The error that parsing gives, which must be a ConfigError. */
function failure(files: ConfigFiles): ConfigError {
  try {
    parseConfig(files)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    if (error instanceof ConfigError) return error
  }
  throw new Error('parsing succeeded')
}

function withConfig(change: Record<string, unknown>): ConfigFiles {
  return { ...published, config: { ...publishedConfig, ...change } }
}

function withVision(change: Record<string, unknown>): ConfigFiles {
  return withConfig({ vision_config: { ...publishedConfig.vision_config, ...change } })
}

describe('parseConfig', () => {
  it('reads the published files', () => {
    expect(parseConfig(published)).toEqual({
      text: {
        vocabSize: 151936,
        hiddenSize: 2048,
        intermediateSize: 11008,
        layers: 36,
        heads: 16,
        kvHeads: 2,
        headDim: 128,
        rmsNormEps: 1e-6,
        ropeTheta: 1000000,
        mropeSection: [16, 24, 24],
        maxPositionEmbeddings: 128000,
        tieWordEmbeddings: true,
      },
      vision: {
        depth: 32,
        hiddenSize: 1280,
        heads: 16,
        headDim: 80,
        intermediateSize: 3420,
        outHiddenSize: 2048,
        inChannels: 3,
        patchSize: 14,
        temporalPatchSize: 2,
        spatialMergeSize: 2,
        windowSize: 112,
        fullAttentionBlocks: [7, 15, 23, 31],
        tokensPerSecond: 2,
        rmsNormEps: 1e-6,
      },
      tokens: { imagePad: 151655, videoPad: 151656, visionStart: 151652, visionEnd: 151653 },
      generation: {
        eosTokenIds: [151645, 151643],
        padTokenId: 151643,
        doSample: true,
        temperature: 0.000001,
        topP: 1,
        topK: 50,
        repetitionPenalty: 1.05,
      },
      preprocessor: {
        imageMean: [0.48145466, 0.4578275, 0.40821073],
        imageStd: [0.26862954, 0.26130258, 0.27577711],
        videoMinPixels: 100352,
        videoMaxPixels: 105369,
        videoFps: 2,
        videoMinFrames: 4,
        videoMaxFrames: 16,
      },
    })
  })

  it('reads the nested spelling alike', () => {
    expect(parseConfig({ ...published, config: nestedConfig() })).toEqual(parseConfig(published))
  })

  it('finds rope_theta inside the rope object, in text_config and at the top level', () => {
    const nested = nestedConfig()
    const { rope_theta: _, ...rope } = nested.text_config.rope_parameters
    const inText = { ...nested, text_config: { ...nested.text_config, rope_parameters: rope, rope_theta: 5e5 } }
    const atTop = { ...nested, rope_theta: 7e5, text_config: { ...nested.text_config, rope_parameters: rope } }
    expect(parseConfig({ config: nested }).text.ropeTheta).toBe(1e6)
    expect(parseConfig({ config: inText }).text.ropeTheta).toBe(5e5)
    expect(parseConfig({ config: atTop }).text.ropeTheta).toBe(7e5)
  })

  it('ties embeddings when either place says so', () => {
    const nested = nestedConfig()
    const inText = {
      ...nested,
      tie_word_embeddings: false,
      text_config: { ...nested.text_config, tie_word_embeddings: true },
    }
    expect(parseConfig({ config: inText }).text.tieWordEmbeddings).toBe(true)
    expect(parseConfig(withConfig({ tie_word_embeddings: false })).text.tieWordEmbeddings).toBe(false)
    expect(parseConfig(withConfig({ tie_word_embeddings: undefined })).text.tieWordEmbeddings).toBe(false)
  })

  it('falls back on the defaults of transformers', () => {
    const { generation, preprocessor } = parseConfig({ config: publishedConfig })
    expect(generation).toEqual({
      eosTokenIds: [151645],
      padTokenId: 151645,
      doSample: false,
      temperature: 1,
      topP: 1,
      topK: 50,
      repetitionPenalty: 1,
    })
    expect(preprocessor.imageMean).toEqual([0.48145466, 0.4578275, 0.40821073])
  })

  it.each([
    [{ top_k: -1 }, { topK: 0 }],
    [{ top_k: 0 }, { topK: 0 }],
    [{ top_k: null }, { topK: 50 }],
    [{ top_p: 0 }, { topP: 1 }],
    [{ top_p: null }, { topP: 1 }],
    [{ temperature: 0 }, { doSample: false, temperature: 1 }],
    [
      { temperature: 0, do_sample: false },
      { doSample: false, temperature: 1 },
    ],
    [
      { temperature: 0, top_k: -1, top_p: 0 },
      { doSample: false, temperature: 1, topK: 0, topP: 1 },
    ],
    [{ temperature: null }, { doSample: true, temperature: 1 }],
  ])('reads %j as off', (change, expected) => {
    const generation = { ...publishedGeneration, ...change }
    expect(parseConfig({ ...published, generation }).generation).toMatchObject(expected)
  })

  it.each([{ top_k: -2 }, { top_k: 1.5 }, { top_p: -0.1 }, { temperature: -1 }])('refuses %j', (change) => {
    const field = Object.keys(change)[0]
    const error = failure({ ...published, generation: { ...publishedGeneration, ...change } })
    expect([error.code, error.subject]).toEqual(['bad-field', `generation_config.json: ${field}`])
  })

  it('takes settings out of config.json where there is no generation_config.json', () => {
    const old = { repetition_penalty: 1.05, do_sample: true, temperature: 0.5 }
    const expected = { repetitionPenalty: 1.05, doSample: true, temperature: 0.5 }
    expect(parseConfig({ config: { ...publishedConfig, ...old } }).generation).toMatchObject(expected)
    expect(parseConfig({ config: { ...publishedConfig, ...old }, generation: {} }).generation.doSample).toBe(false)
  })

  it('needs no end token, which the tokenizer knows', () => {
    const { eos_token_id: _, ...config } = publishedConfig
    expect(parseConfig({ config }).generation).toMatchObject({ eosTokenIds: [], padTokenId: undefined })
    expect(parseConfig({ config, generation: { eos_token_id: [] } }).generation.eosTokenIds).toEqual([])
  })

  it('takes fields that vision_config lacks for the defaults of transformers', () => {
    const { vision_config: _, ...rest } = publishedConfig
    const of72b = { ...rest, hidden_size: 3584, num_attention_heads: 28, num_key_value_heads: 4 }
    const { vision } = parseConfig({ config: of72b })
    expect(vision).toEqual(parseConfig({ config: { ...of72b, vision_config: {} } }).vision)
    expect(vision).toMatchObject({
      depth: 32,
      hiddenSize: 3584,
      heads: 16,
      intermediateSize: 3420,
      outHiddenSize: 3584,
      inChannels: 3,
      patchSize: 14,
      temporalPatchSize: 2,
      spatialMergeSize: 2,
      windowSize: 112,
      fullAttentionBlocks: [7, 15, 23, 31],
      tokensPerSecond: 4,
    })
    // An absent field that does not fit is called what it is.
    expect(failure(withVision({ out_hidden_size: undefined })).message).toBe(
      'config.json: vision_config.out_hidden_size is not given, which means 3584, expected the text hidden_size (2048).',
    )
  })

  it('is written out as files that say the same', () => {
    for (const files of [published, { config: nestedConfig() }]) {
      const parsed = parseConfig(files)
      const written = publishedConfigFiles(parsed)
      expect(parseConfig(JSON.parse(JSON.stringify(written)))).toEqual(parsed)
      expect(publishedConfigFiles(parseConfig(written))).toEqual(written)
    }
  })

  it('takes video pixel budgets, never image ones', () => {
    const preprocessor = { ...publishedPreprocessor, video_min_pixels: 50176, video_max_pixels: 60000 }
    const parsed = parseConfig({ ...published, preprocessor }).preprocessor
    expect([parsed.videoMinPixels, parsed.videoMaxPixels]).toEqual([50176, 60000])
  })

  it.each([
    [{}, [2, 4, 16]],
    [{ video_fps: 2, video_min_frames: 2, video_max_frames: 8 }, [2, 2, 8]],
    [{ video_fps: 0.5, video_max_frames: 3 }, [0.5, 2, 3]],
    [{ video_min_frames: 31 }, [2, 31, 32]],
    [{ video_fps: null, video_min_frames: null, video_max_frames: null }, [2, 4, 16]],
  ])('takes the frames of a clip from %j', (keys, expected) => {
    const parsed = parseConfig({ ...published, preprocessor: { ...publishedPreprocessor, ...keys } }).preprocessor
    expect([parsed.videoFps, parsed.videoMinFrames, parsed.videoMaxFrames]).toEqual(expected)
  })

  it.each([
    [{ video_fps: 0 }, 'video_fps'],
    [{ video_fps: '2' }, 'video_fps'],
    [{ video_min_frames: 1 }, 'video_min_frames'],
    [{ video_max_frames: 7.5 }, 'video_max_frames'],
    [{ video_min_frames: 10, video_max_frames: 8 }, 'video_max_frames'],
    // Ten frames, rounded up to pairs, are more than nine.
    [{ video_min_frames: 9, video_max_frames: 9 }, 'video_max_frames'],
  ])('refuses frames of %j', (keys, field) => {
    const files = { ...published, preprocessor: { ...publishedPreprocessor, ...keys } }
    const subject = `preprocessor_config.json: ${field}`
    expect(() => parseConfig(files)).toThrow(expect.objectContaining({ code: 'bad-field', subject }))
  })

  it.each([
    [withConfig({ model_type: 'qwen3_vl' }), 'other-architecture', 'config.json: model_type'],
    [withConfig({ architectures: ['LlamaForCausalLM'] }), 'other-architecture', 'config.json: architectures'],
    [withConfig({ rope_scaling: undefined }), 'unknown-rope', 'config.json: rope_scaling'],
    [
      withConfig({ rope_scaling: { type: 'yarn', factor: 4, mrope_section: [16, 24, 24] } }),
      'unknown-rope',
      'config.json: rope_scaling.type',
    ],
    [withConfig({ rope_scaling: { type: 'mrope' } }), 'unknown-rope', 'config.json: rope_scaling.mrope_section'],
    [
      withConfig({ rope_scaling: { type: 'mrope', mrope_section: [16, 24, 25] } }),
      'bad-field',
      'config.json: rope_scaling.mrope_section',
    ],
    [withConfig({ use_sliding_window: true }), 'sliding-window', 'config.json: use_sliding_window'],
    [withConfig({ hidden_size: 2049 }), 'bad-field', 'config.json: num_attention_heads'],
    [withConfig({ num_key_value_heads: 3 }), 'bad-field', 'config.json: num_key_value_heads'],
    [withConfig({ num_hidden_layers: undefined }), 'bad-field', 'config.json: num_hidden_layers'],
    [withConfig({ num_hidden_layers: 1.5 }), 'bad-field', 'config.json: num_hidden_layers'],
    [withConfig({ vocab_size: 0 }), 'bad-field', 'config.json: vocab_size'],
    [withConfig({ vocab_size: 2e7 }), 'bad-field', 'config.json: vocab_size'],
    [withConfig({ vocab_size: '151936' }), 'bad-field', 'config.json: vocab_size'],
    [withConfig({ video_token_id: 151936 }), 'bad-field', 'config.json: video_token_id'],
    [withConfig({ video_token_id: 151655 }), 'bad-field', 'config.json: video_token_id'],
    [withConfig({ vision_config: undefined }), 'bad-field', 'config.json: vision_config.out_hidden_size'],
    [withConfig({ vision_config: [] }), 'bad-field', 'config.json: vision_config'],
    [withConfig({ text_config: [] }), 'bad-field', 'config.json: text_config'],
    [withVision({ depth: 31 }), 'bad-field', 'config.json: vision_config.fullatt_block_indexes'],
    [withVision({ hidden_act: 'gelu' }), 'bad-field', 'config.json: vision_config.hidden_act'],
    [withVision({ num_heads: 15 }), 'bad-field', 'config.json: vision_config.num_heads'],
    [withVision({ out_hidden_size: 3584 }), 'bad-field', 'config.json: vision_config.out_hidden_size'],
    [withVision({ in_chans: 1 }), 'bad-field', 'config.json: vision_config.in_chans'],
    [{ config: null }, 'bad-field', 'config.json'],
    [{ ...published, generation: { eos_token_id: [151936] } }, 'bad-field', 'generation_config.json: eos_token_id'],
    [{ ...published, generation: { top_p: 2 } }, 'bad-field', 'generation_config.json: top_p'],
    [{ ...published, preprocessor: { image_std: [0.5, 0, 0.5] } }, 'bad-field', 'preprocessor_config.json: image_std'],
    [{ ...published, preprocessor: { patch_size: 16 } }, 'bad-field', 'preprocessor_config.json: patch_size'],
    [
      { ...published, preprocessor: { do_normalize: false } },
      'unsupported-preprocessing',
      'preprocessor_config.json: do_normalize',
    ],
  ] satisfies [ConfigFiles, string, string][])('refuses damage %#: %j', (files, code, subject) => {
    const error = failure(files)
    expect([error.code, error.subject]).toEqual([code, subject])
    expect(error.message).toContain(subject)
  })

  it('says what was found and what was expected', () => {
    expect(failure(withVision({ depth: 0 })).message).toBe('config.json: vision_config.depth is 0, expected >=1.')
    expect(failure(withConfig({ vocab_size: undefined })).message).toBe(
      'config.json: vocab_size is missing, expected a value.',
    )
  })

  it('names a nested field by its path', () => {
    const nested = nestedConfig()
    const text_config = { ...nested.text_config, num_attention_heads: -1 }
    expect(failure({ config: { ...nested, text_config } }).subject).toBe('config.json: text_config.num_attention_heads')
  })

  it('never throws anything but ConfigError, whatever is damaged', () => {
    const spot = fc.record({ path: fc.nat(), value: fc.jsonValue({ maxDepth: 2 }), remove: fc.boolean() })
    const files = fc.constantFrom(published, { ...published, config: nestedConfig() })
    fc.assert(
      fc.property(files, fc.array(spot, { minLength: 1, maxLength: 3 }), (original, spots) => {
        const damaged = structuredClone(original)
        for (const { path, value, remove } of spots) damage(damaged, path, value, remove)
        try {
          parseConfig(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never throws anything but ConfigError, given arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (config, generation, preprocessor) => {
        for (const files of [{ config }, { config: publishedConfig, generation, preprocessor }]) {
          try {
            parseConfig(files)
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** Replaces or removes the n-th field, counting depth first. */
function damage(root: object, nth: number, value: unknown, remove: boolean): void {
  const places: [object, string][] = []
  const visit = (node: object): void => {
    for (const [key, child] of Object.entries(node)) {
      places.push([node, key])
      if (typeof child === 'object' && child !== null) visit(child)
    }
  }
  visit(root)
  const place = places[nth % Math.max(places.length, 1)]
  if (place === undefined) return
  const [node, key] = place
  if (remove) Reflect.deleteProperty(node, key)
  else Reflect.set(node, key, value)
}
