import { SyntheticFiles, type SyntheticNetwork } from './synthetic.ts'

/**
 * The network with which the app checks a device's kernels: as small as possible with the features of the 3B model that
 * kernels depend on. Text heads of width 128, two queries per key, the published M-RoPE sections; vision heads of width
 * 80, one block with window and one with full attention; an MLP width that must be padded to whole quantization blocks.
 */
const checkNetwork: SyntheticNetwork = {
  name: 'check',
  config: {
    architectures: ['Qwen2_5_VLForConditionalGeneration'],
    model_type: 'qwen2_5_vl',
    vocab_size: 400,
    hidden_size: 256,
    intermediate_size: 192,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    hidden_act: 'silu',
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-6,
    use_sliding_window: false,
    tie_word_embeddings: true,
    rope_theta: 1e6,
    rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
    image_token_id: 396,
    video_token_id: 397,
    vision_start_token_id: 393,
    vision_end_token_id: 394,
    bos_token_id: 384,
    eos_token_id: 386,
    vision_config: {
      depth: 2,
      hidden_size: 160,
      num_heads: 2,
      intermediate_size: 108,
      out_hidden_size: 256,
      in_chans: 3,
      // Small patches: with the published size of 14, most of so small a tower would be the patch embedding.
      patch_size: 4,
      spatial_merge_size: 2,
      temporal_patch_size: 2,
      window_size: 32,
      fullatt_block_indexes: [1],
      tokens_per_second: 2,
      hidden_act: 'silu',
    },
  },
  generation: { do_sample: false, eos_token_id: [386, 384], pad_token_id: 384 },
  // Gives attention scores of about 1 at these widths: uniform attention would hide faults of a kernel.
  deviation: 0.07,
}

/** @param tokenizer tokenizer.json of fixtures/data/checkpoint, whose ids the network has */
export function checkCheckpoint(tokenizer: string): SyntheticFiles {
  return new SyntheticFiles(checkNetwork, 1, tokenizer)
}
