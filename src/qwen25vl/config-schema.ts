import * as v from 'valibot'
import { ConfigError } from '../base/errors.ts'
import type {
  GenerationConfig,
  PreprocessorConfig,
  Qwen25VLConfig,
  TextConfig,
  TokenIds,
  VisionConfig,
} from './config.ts'
import { Fields, show } from './fields.ts'

/** The parsed JSON files of a checkpoint; missing ones take Hugging Face's defaults. */
export interface ConfigFiles {
  /** `config.json` */
  readonly config: unknown
  /** `generation_config.json` */
  readonly generation?: unknown
  /** `preprocessor_config.json`, or the image processor of another file that `preprocessorFile` names. */
  readonly preprocessor?: unknown
  /** The file name for error messages about the preprocessor. Default: `preprocessor_config.json`. */
  readonly preprocessorFile?: string
}

/**
 * Reads and checks the configuration of a Qwen2.5-VL checkpoint, in every spelling of transformers 4.49 to 5: flat text
 * fields or `text_config`, `rope_scaling` or `rope_parameters`, and fields of `vision_config` that
 * are missing because they have the class's default.
 *
 * @throws ConfigError, whose `subject` is file and field (`config.json: vision_config.depth`): `other-architecture`,
 *   `unknown-rope`, `sliding-window`, `unsupported-preprocessing`, and `bad-field` for a field that is missing, has the
 *   wrong type or size, or contradicts another
 * @see transformers `configuration_qwen2_5_vl.py`, `generation/configuration_utils.py`
 */
export function parseConfig({
  config,
  generation,
  preprocessor,
  preprocessorFile = 'preprocessor_config.json',
}: ConfigFiles): Qwen25VLConfig {
  const root = new Fields('config.json', config)
  checkArchitecture(root)
  const text = parseText(root)
  const vision = parseVision(root.childOrEmpty('vision_config'), text)
  return {
    text,
    vision,
    tokens: parseTokens(root, text),
    generation: parseGeneration(generation, root, text),
    preprocessor: parsePreprocessor(new Fields(preprocessorFile, preprocessor ?? {}), vision),
  }
}

/** VidEmo's pixel budget: the minimum is that of qwen_vl_utils (128 * 28 * 28), the maximum is 1.05 times as much. */
const videmoPixels = { min: 100352, max: 105369 }

/** The defaults of qwen_vl_utils, but at most 16 frames: VidEmo was run with `FPS_MAX_FRAMES=16`. */
const videmoFrames = { perSecond: 2, min: 4, max: 16 }

/** OPENAI_CLIP_MEAN and OPENAI_CLIP_STD, the defaults of `Qwen2VLImageProcessor`. */
const clipMean = [0.48145466, 0.4578275, 0.40821073] as const
const clipStd = [0.26862954, 0.26130258, 0.27577711] as const

const maxSize = 1e7
const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxSize))
const frames = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(maxSize))
const layerCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxSize))
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0))
const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const topK = v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(maxSize))
const epsilon = v.pipe(v.number(), v.gtValue(0), v.ltValue(1))
const silu = v.literal('silu')
const triple = <T extends v.GenericSchema<unknown, number>>(item: T) => v.strictTuple([item, item, item])
const idList = v.union([
  v.pipe(
    count,
    v.transform((id) => [id]),
  ),
  v.array(count),
])

/**
 * Checks that a config.json is one of Qwen2.5-VL, before anything else of it is read.
 *
 * @throws ConfigError `other-architecture`, and `bad-field` if it is not an object
 */
export function refuseOtherArchitecture(config: unknown): void {
  checkArchitecture(new Fields('config.json', config))
}

function checkArchitecture(root: Fields): void {
  const architectures = root.optional('architectures', v.array(v.string()))
  const type = root.optional('model_type', v.string())
  const expected = 'Qwen2_5_VLForConditionalGeneration'
  if (type !== 'qwen2_5_vl') throw otherArchitecture(root, 'model_type', type, 'qwen2_5_vl')
  if (architectures !== undefined && !architectures.includes(expected)) {
    throw otherArchitecture(root, 'architectures', architectures, expected)
  }
}

/** Names of models that are easily mistaken for Qwen2.5-VL, by `model_type`. */
const otherModels: Readonly<Record<string, string>> = {
  qwen2_vl: 'Qwen2-VL',
  qwen3_vl: 'Qwen3-VL',
  qwen3_vl_moe: 'Qwen3-VL',
  qwen2_5_omni: 'Qwen2.5-Omni',
  qwen2: 'Qwen2 or Qwen2.5, which see no pictures',
  qwen3: 'Qwen3, which sees no pictures',
}

function otherArchitecture(root: Fields, field: string, found: unknown, expected: string): ConfigError {
  const name = typeof found === 'string' ? otherModels[found] : undefined
  const known = name === undefined ? '' : ` (${name})`
  return new ConfigError({
    code: 'other-architecture',
    message: `${root.subject(field)} is ${show(found)}${known}, which is another architecture than Qwen2.5-VL (${expected}).`,
    action: 'Choose a Qwen2.5-VL checkpoint such as VidEmo-3B.',
    subject: root.subject(field),
  })
}

function parseText(root: Fields): TextConfig {
  const fields = root.has('text_config') ? root.child('text_config').withFallback(root) : root
  fields.optional('hidden_act', silu)
  if (fields.optional('use_sliding_window', v.boolean()) === true) throw slidingWindow(fields, 'use_sliding_window')
  const layerTypes = fields.optional('layer_types', v.array(v.string()))
  if (layerTypes?.some((type) => type !== 'full_attention')) throw slidingWindow(fields, 'layer_types')

  const hiddenSize = fields.required('hidden_size', size)
  const heads = fields.required('num_attention_heads', size)
  const kvHeads = fields.optional('num_key_value_heads', size) ?? heads
  fields.check('num_attention_heads', hiddenSize % heads === 0, heads, `a divisor of hidden_size (${hiddenSize})`)
  fields.check('num_key_value_heads', heads % kvHeads === 0, kvHeads, `a divisor of num_attention_heads (${heads})`)
  const headDim = fields.optional('head_dim', size) ?? hiddenSize / heads
  // transformers derives the projections from hidden_size / heads and the rotary table from head_dim.
  fields.check('head_dim', headDim === hiddenSize / heads, headDim, `hidden_size / heads = ${hiddenSize / heads}`)
  return {
    vocabSize: fields.required('vocab_size', size),
    hiddenSize,
    intermediateSize: fields.required('intermediate_size', size),
    layers: fields.required('num_hidden_layers', layerCount),
    heads,
    kvHeads,
    headDim,
    rmsNormEps: fields.required('rms_norm_eps', epsilon),
    ...parseRope(fields, headDim),
    maxPositionEmbeddings: fields.required('max_position_embeddings', size),
    // transformers ties the embeddings if either place says so.
    tieWordEmbeddings:
      root.optional('tie_word_embeddings', v.boolean()) === true ||
      fields.optional('tie_word_embeddings', v.boolean()) === true,
  }
}

function slidingWindow(fields: Fields, name: string): ConfigError {
  return new ConfigError({
    code: 'sliding-window',
    message: `${fields.subject(name)} asks for sliding window attention, which is not supported.`,
    action: 'Choose a checkpoint with full attention, such as VidEmo-3B.',
    subject: fields.subject(name),
  })
}

function parseRope(fields: Fields, headDim: number): Pick<TextConfig, 'ropeTheta' | 'mropeSection'> {
  const name = ['rope_scaling', 'rope_parameters'].find((key) => fields.has(key))
  if (name === undefined) throw unknownRope(fields.subject('rope_scaling'), 'nothing')
  const rope = fields.child(name)
  const types = ['rope_type', 'type'].filter((key) => rope.has(key))
  if (types.length === 0) throw unknownRope(rope.subject('rope_type'), 'nothing')
  for (const key of types) {
    const type = rope.required(key, v.unknown())
    if (type !== 'mrope' && type !== 'default') throw unknownRope(rope.subject(key), type)
  }
  if (!rope.has('mrope_section')) throw unknownRope(rope.subject('mrope_section'), 'nothing')
  // Qwen3-VL's interleaved sections and the rotation of only a part of each head are not supported.
  if (rope.optional('mrope_interleaved', v.unknown()) === true) {
    throw unknownRope(rope.subject('mrope_interleaved'), true)
  }
  const partial = rope.optional('partial_rotary_factor', v.unknown()) ?? 1
  if (partial !== 1) throw unknownRope(rope.subject('partial_rotary_factor'), partial)

  const mropeSection = rope.required('mrope_section', triple(count))
  const sum = mropeSection.reduce((total, part) => total + part, 0)
  rope.check('mrope_section', sum * 2 === headDim, mropeSection, `three numbers that sum to ${headDim / 2}`)
  const ropeTheta = rope.has('rope_theta')
    ? rope.required('rope_theta', positive)
    : fields.required('rope_theta', positive)
  return { mropeSection, ropeTheta }
}

function unknownRope(subject: string, found: unknown): ConfigError {
  return new ConfigError({
    code: 'unknown-rope',
    message: `${subject} is ${show(found)}; only rope type mrope (or default) with an mrope_section is supported.`,
    action: 'Choose a Qwen2.5-VL checkpoint with its own config.json, without added context extension.',
    subject,
  })
}

/**
 * Defaults of transformers' `Qwen2_5_VLVisionConfig`. Version 4.49 does not write fields that have them to config.json;
 * later versions write all fields.
 */
const visionDefaults = {
  depth: 32,
  hidden_size: 3584,
  num_heads: 16,
  intermediate_size: 3420,
  patch_size: 14,
  spatial_merge_size: 2,
  temporal_patch_size: 2,
  tokens_per_second: 4,
  window_size: 112,
  out_hidden_size: 3584,
} as const
const defaultFullAttentionBlocks = [7, 15, 23, 31]

function parseVision(fields: Fields, text: TextConfig): VisionConfig {
  fields.optional('hidden_act', silu)
  const sizeOf = (name: keyof typeof visionDefaults) => fields.optional(name, size) ?? visionDefaults[name]
  const hiddenSize = sizeOf('hidden_size')
  const heads = sizeOf('num_heads')
  const headDim = hiddenSize / heads
  fields.check('num_heads', hiddenSize % heads === 0, heads, `a divisor of hidden_size (${hiddenSize})`)
  // Rotary embeddings take a quarter of the head for rows and a quarter for columns, each twice.
  fields.check('num_heads', headDim % 4 === 0, heads, `a number giving heads whose width (${headDim}) 4 divides`)

  const outHiddenSize = sizeOf('out_hidden_size')
  const { hiddenSize: textWidth } = text
  fields.check('out_hidden_size', outHiddenSize === textWidth, outHiddenSize, `the text hidden_size (${textWidth})`)

  const depth = fields.optional('depth', layerCount) ?? visionDefaults.depth
  const fullAttentionBlocks = fields.optional('fullatt_block_indexes', v.array(count)) ?? defaultFullAttentionBlocks
  const withinDepth = fullAttentionBlocks.every((index) => index < depth)
  fields.check('fullatt_block_indexes', withinDepth, fullAttentionBlocks, `indexes below depth (${depth})`)

  const channelsField = fields.has('in_channels') ? 'in_channels' : 'in_chans'
  const inChannels = fields.optional(channelsField, size) ?? 3
  fields.check(channelsField, inChannels === 3, inChannels, '3 (red, green, blue)')

  const patchSize = sizeOf('patch_size')
  const spatialMergeSize = sizeOf('spatial_merge_size')
  const windowSize = sizeOf('window_size')
  const cell = patchSize * spatialMergeSize
  fields.check('window_size', windowSize >= cell, windowSize, `at least one merged patch (${cell} px)`)
  return {
    depth,
    hiddenSize,
    heads,
    headDim,
    intermediateSize: sizeOf('intermediate_size'),
    outHiddenSize,
    inChannels,
    patchSize,
    temporalPatchSize: sizeOf('temporal_patch_size'),
    spatialMergeSize,
    windowSize,
    fullAttentionBlocks,
    tokensPerSecond: fields.optional('tokens_per_second', positive) ?? visionDefaults.tokens_per_second,
    // transformers has this value in its code; no published file contains it.
    rmsNormEps: fields.optional('rms_norm_eps', epsilon) ?? 1e-6,
  }
}

function parseTokens(root: Fields, text: TextConfig): TokenIds {
  const names = ['image_token_id', 'video_token_id', 'vision_start_token_id', 'vision_end_token_id'] as const
  const [imagePad, videoPad, visionStart, visionEnd] = names.map((name) => {
    const id = root.required(name, count)
    root.check(name, id < text.vocabSize, id, `an id below vocab_size (${text.vocabSize})`)
    return id
  })
  const ids = [imagePad, videoPad, visionStart, visionEnd]
  names.forEach((name, i) => {
    root.check(name, ids.indexOf(ids[i]) === i, ids[i], 'an id of its own, not another vision token’s')
  })
  return { imagePad, videoPad, visionStart, visionEnd }
}

/**
 * Which tokens end an answer, and how tokens are chosen. `eos_token_id` may be missing, because the end of a turn, which
 * the tokenizer knows, always ends an answer (`endTokenIds`). Values by which other programs switch a setting off are
 * accepted: temperature 0 is greedy decoding, `top_p` 0 and `top_k` 0 or -1 exclude no token.
 */
function parseGeneration(generation: unknown, root: Fields, text: TextConfig): GenerationConfig {
  const inConfig = root.has('text_config') ? root.child('text_config').withFallback(root) : root
  // As in transformers: without the file, the settings are in config.json, where older versions wrote them.
  const fields = generation === undefined ? inConfig : new Fields('generation_config.json', generation ?? {})
  const holder = [fields, inConfig]
  const eosFrom = holder.find((candidate) => candidate.has('eos_token_id'))
  const eosTokenIds = eosFrom?.required('eos_token_id', idList) ?? []
  const known = eosTokenIds.every((id) => id < text.vocabSize)
  eosFrom?.check('eos_token_id', known, eosTokenIds, `ids below vocab_size (${text.vocabSize})`)

  const padFrom = holder.find((candidate) => candidate.has('pad_token_id'))
  // As in transformers: without a pad token, the first end token pads.
  const padTokenId = padFrom?.required('pad_token_id', count) ?? eosTokenIds[0]
  padFrom?.check('pad_token_id', padTokenId < text.vocabSize, padTokenId, `an id below ${text.vocabSize}`)

  const temperature = fields.optional('temperature', nonNegative) ?? 1
  return {
    eosTokenIds,
    padTokenId,
    doSample: temperature > 0 && (fields.optional('do_sample', v.boolean()) ?? false),
    temperature: temperature || 1,
    topP: fields.optional('top_p', share) || 1,
    topK: Math.max(0, fields.optional('top_k', topK) ?? 50),
    repetitionPenalty: fields.optional('repetition_penalty', positive) ?? 1,
  }
}

function parsePreprocessor(fields: Fields, vision: VisionConfig): PreprocessorConfig {
  const agreed = [
    ['patch_size', vision.patchSize],
    ['temporal_patch_size', vision.temporalPatchSize],
    ['merge_size', vision.spatialMergeSize],
  ] as const
  for (const [name, expected] of agreed) {
    const found = fields.optional(name, size) ?? expected
    fields.check(name, found === expected, found, `${expected}, as config.json has it`)
  }
  for (const name of ['do_rescale', 'do_normalize'] as const) {
    if (fields.optional(name, v.boolean()) === false) throw unsupportedPreprocessing(fields.subject(name), false)
  }
  const factor = fields.optional('rescale_factor', positive) ?? 1 / 255
  if (Math.abs(factor * 255 - 1) > 1e-6) throw unsupportedPreprocessing(fields.subject('rescale_factor'), factor)

  // `min_pixels` and `max_pixels` are for images and do not bound video frames.
  const videoMinPixels = fields.optional('video_min_pixels', size) ?? videmoPixels.min
  const videoMaxPixels = fields.optional('video_max_pixels', size) ?? Math.max(videmoPixels.max, videoMinPixels)
  fields.check(
    'video_max_pixels',
    videoMaxPixels >= videoMinPixels,
    videoMaxPixels,
    `at least video_min_pixels (${videoMinPixels})`,
  )
  const mostFrames = fields.optional('video_max_frames', frames)
  const videoMinFrames =
    fields.optional('video_min_frames', frames) ??
    Math.min(videmoFrames.min, 2 * Math.floor((mostFrames ?? maxSize) / 2))
  // Frames come in pairs: the minimum is rounded up.
  const leastMaximum = 2 * Math.ceil(videoMinFrames / 2)
  const videoMaxFrames = mostFrames ?? Math.max(videmoFrames.max, leastMaximum)
  fields.check('video_max_frames', videoMaxFrames >= leastMaximum, videoMaxFrames, `at least ${leastMaximum}`)
  return {
    imageMean: fields.optional('image_mean', triple(v.pipe(v.number(), v.finite()))) ?? clipMean,
    imageStd: fields.optional('image_std', triple(positive)) ?? clipStd,
    videoMinPixels,
    videoMaxPixels,
    videoFps: fields.optional('video_fps', positive) ?? videmoFrames.perSecond,
    videoMinFrames,
    videoMaxFrames,
  }
}

function unsupportedPreprocessing(subject: string, found: unknown): ConfigError {
  return new ConfigError({
    code: 'unsupported-preprocessing',
    message: `${subject} is ${show(found)}; frames are always divided by 255 and normalized.`,
    action: 'Use the preprocessor_config.json of the checkpoint.',
    subject,
  })
}
