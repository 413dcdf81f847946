import type { Qwen25VLConfig } from './config.ts'

/** The parsed JSON files that `publishedConfigFiles` gives. */
export interface PublishedConfigFiles {
  /** `config.json` */
  readonly config: Readonly<Record<string, unknown>>
  /** `generation_config.json` */
  readonly generation: Readonly<Record<string, unknown>>
  /** `preprocessor_config.json` */
  readonly preprocessor: Readonly<Record<string, unknown>>
}

/**
 * A configuration in one spelling, the published checkpoints': flat text fields, and every field written out. What a
 * checkpoint says in any spelling of transformers comes out as the same files, and `parseConfig` reads them as `config`.
 */
export function publishedConfigFiles({
  text,
  vision,
  tokens,
  generation,
  preprocessor,
}: Qwen25VLConfig): PublishedConfigFiles {
  return {
    config: {
      architectures: ['Qwen2_5_VLForConditionalGeneration'],
      model_type: 'qwen2_5_vl',
      vocab_size: text.vocabSize,
      hidden_size: text.hiddenSize,
      intermediate_size: text.intermediateSize,
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      num_key_value_heads: text.kvHeads,
      hidden_act: 'silu',
      max_position_embeddings: text.maxPositionEmbeddings,
      rms_norm_eps: text.rmsNormEps,
      rope_theta: text.ropeTheta,
      rope_scaling: { type: 'mrope', mrope_section: text.mropeSection },
      use_sliding_window: false,
      tie_word_embeddings: text.tieWordEmbeddings,
      image_token_id: tokens.imagePad,
      video_token_id: tokens.videoPad,
      vision_start_token_id: tokens.visionStart,
      vision_end_token_id: tokens.visionEnd,
      vision_config: {
        model_type: 'qwen2_5_vl',
        depth: vision.depth,
        hidden_size: vision.hiddenSize,
        num_heads: vision.heads,
        intermediate_size: vision.intermediateSize,
        out_hidden_size: vision.outHiddenSize,
        hidden_act: 'silu',
        in_channels: vision.inChannels,
        patch_size: vision.patchSize,
        spatial_merge_size: vision.spatialMergeSize,
        temporal_patch_size: vision.temporalPatchSize,
        window_size: vision.windowSize,
        fullatt_block_indexes: vision.fullAttentionBlocks,
        tokens_per_second: vision.tokensPerSecond,
        rms_norm_eps: vision.rmsNormEps,
      },
    },
    generation: {
      do_sample: generation.doSample,
      eos_token_id: generation.eosTokenIds,
      ...(generation.padTokenId === undefined ? {} : { pad_token_id: generation.padTokenId }),
      repetition_penalty: generation.repetitionPenalty,
      temperature: generation.temperature,
      top_k: generation.topK,
      top_p: generation.topP,
    },
    preprocessor: {
      image_processor_type: 'Qwen2VLImageProcessor',
      processor_class: 'Qwen2_5_VLProcessor',
      patch_size: vision.patchSize,
      temporal_patch_size: vision.temporalPatchSize,
      merge_size: vision.spatialMergeSize,
      image_mean: preprocessor.imageMean,
      image_std: preprocessor.imageStd,
      video_min_pixels: preprocessor.videoMinPixels,
      video_max_pixels: preprocessor.videoMaxPixels,
      video_fps: preprocessor.videoFps,
      video_min_frames: preprocessor.videoMinFrames,
      video_max_frames: preprocessor.videoMaxFrames,
    },
  }
}
