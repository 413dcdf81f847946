import type { GenerationConfig } from './config.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * The ids that end an answer: those that the configuration names, and two that do by their meaning whatever it names.
 * `<|im_end|>` is what the chat template closes every turn with, so a trained model says it when it has finished;
 * `<|endoftext|>` ends a document. Checkpoints are published whose `eos_token_id` names only one of them, or neither.
 *
 * @throws CheckpointError `no-special-token` if the tokenizer has no `<|im_end|>`
 */
export function endTokenIds(
  { eosTokenIds }: Pick<GenerationConfig, 'eosTokenIds'>,
  tokenizer: Pick<Tokenizer, 'special' | 'has'>,
): number[] {
  const byMeaning = ['<|im_end|>', ...(tokenizer.has('<|endoftext|>') ? ['<|endoftext|>'] : [])]
  return [...new Set([...eosTokenIds, ...byMeaning.map((content) => tokenizer.special(content))])]
}
