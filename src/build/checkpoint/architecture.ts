import { CheckpointError } from '../../base/errors.ts'
import { show } from '../../base/json.ts'
import type { Qwen25VLConfig, TextConfig, VisionConfig } from '../../qwen25vl/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { refuseForeignTensors } from './unusable.ts'

export interface ExpectedTensor {
  readonly name: string
  readonly shape: readonly number[]
}

/**
 * Every tensor that a checkpoint of this config has, by canonical name, with its shape. Linear weights are
 * [out, in]. `lm_head.weight` is expected only if the config does not tie it to the embeddings.
 */
export function* expectedTensors(config: Qwen25VLConfig): Generator<ExpectedTensor> {
  yield* textTensors(config.text)
  yield* visionTensors(config.vision)
}

export function parameterCount(config: Qwen25VLConfig): number {
  let count = 0
  for (const { shape } of expectedTensors(config)) count += shape.reduce((product, dim) => product * dim, 1)
  return count
}

function* textTensors(text: TextConfig): Generator<ExpectedTensor> {
  const { hiddenSize, intermediateSize, vocabSize } = text
  const queries = text.heads * text.headDim
  const keys = text.kvHeads * text.headDim
  yield { name: 'model.embed_tokens.weight', shape: [vocabSize, hiddenSize] }
  for (let layer = 0; layer < text.layers; layer++) {
    const at = `model.layers.${layer}`
    yield { name: `${at}.input_layernorm.weight`, shape: [hiddenSize] }
    yield* linear(`${at}.self_attn.q_proj`, queries, hiddenSize)
    yield* linear(`${at}.self_attn.k_proj`, keys, hiddenSize)
    yield* linear(`${at}.self_attn.v_proj`, keys, hiddenSize)
    yield { name: `${at}.self_attn.o_proj.weight`, shape: [hiddenSize, queries] }
    yield { name: `${at}.post_attention_layernorm.weight`, shape: [hiddenSize] }
    yield { name: `${at}.mlp.gate_proj.weight`, shape: [intermediateSize, hiddenSize] }
    yield { name: `${at}.mlp.up_proj.weight`, shape: [intermediateSize, hiddenSize] }
    yield { name: `${at}.mlp.down_proj.weight`, shape: [hiddenSize, intermediateSize] }
  }
  yield { name: 'model.norm.weight', shape: [hiddenSize] }
  if (!text.tieWordEmbeddings) yield { name: 'lm_head.weight', shape: [vocabSize, hiddenSize] }
}

function* visionTensors(vision: VisionConfig): Generator<ExpectedTensor> {
  const { hiddenSize, intermediateSize, inChannels, temporalPatchSize, patchSize } = vision
  const attention = vision.heads * vision.headDim
  yield {
    name: 'visual.patch_embed.proj.weight',
    shape: [hiddenSize, inChannels, temporalPatchSize, patchSize, patchSize],
  }
  for (let block = 0; block < vision.depth; block++) {
    const at = `visual.blocks.${block}`
    yield { name: `${at}.norm1.weight`, shape: [hiddenSize] }
    yield* linear(`${at}.attn.qkv`, 3 * attention, hiddenSize)
    yield* linear(`${at}.attn.proj`, hiddenSize, attention)
    yield { name: `${at}.norm2.weight`, shape: [hiddenSize] }
    yield* linear(`${at}.mlp.gate_proj`, intermediateSize, hiddenSize)
    yield* linear(`${at}.mlp.up_proj`, intermediateSize, hiddenSize)
    yield* linear(`${at}.mlp.down_proj`, hiddenSize, intermediateSize)
  }
  const merged = hiddenSize * vision.spatialMergeSize ** 2
  yield { name: 'visual.merger.ln_q.weight', shape: [hiddenSize] }
  yield* linear('visual.merger.mlp.0', merged, merged)
  yield* linear('visual.merger.mlp.2', vision.outHiddenSize, merged)
}

function* linear(name: string, out: number, into: number): Generator<ExpectedTensor> {
  yield { name: `${name}.weight`, shape: [out, into] }
  yield { name: `${name}.bias`, shape: [out] }
}

/** How many tensors a message lists. The search stops there, however many layers a damaged config claims. */
const listed = 8

/**
 * Checks a checkpoint against its config before any work begins: no tensor is missing, has another shape or an
 * unreadable dtype, and no other tensor changes the result. Throws CheckpointError `lora-adapter` or
 * `quantized-checkpoint` for tensors of these kinds, otherwise `missing-tensor`, `wrong-shape`, `unsupported-dtype` or
 * `unexpected-tensor`.
 */
export function checkArchitecture(checkpoint: Checkpoint, config: Qwen25VLConfig): void {
  refuseForeignTensors(
    checkpoint.origin,
    checkpoint.names.map((name) => checkpoint.tensor(name)),
  )
  const expected = new Set<string>()
  const missing: string[] = []
  for (const { name, shape } of expectedTensors(config)) {
    expected.add(name)
    if (checkpoint.has(name)) checkpoint.expectFloats(name, shape)
    else if (missing.push(name) === listed) break
  }
  if (missing.length > 0) {
    throw new CheckpointError({
      code: 'missing-tensor',
      message: `${checkpoint.origin} lacks ${list(missing)}.`,
      action: 'Use a complete Qwen2.5-VL checkpoint, with adapters merged and without extra quantization.',
      subject: missing[0],
    })
  }
  const unexpected = checkpoint.names.filter((name) => !expected.has(name) && changesResult(name))
  if (unexpected.length > 0) {
    throw new CheckpointError({
      code: 'unexpected-tensor',
      message: `${checkpoint.origin} holds tensors that config.json does not account for: ${list(unexpected)}.`,
      action: 'Use config.json and weights of the same checkpoint, and a Qwen2.5-VL one.',
      subject: unexpected[0],
    })
  }
}

/** Whether ignoring a tensor would change the network's result. Rotary frequencies are recomputed from the config. */
function changesResult(name: string): boolean {
  return (name.startsWith('model.') || name.startsWith('visual.')) && !name.endsWith('.inv_freq')
}

function list(names: readonly string[]): string {
  return names.slice(0, listed).map(show).join(', ') + (names.length < listed ? '' : ', ...')
}
