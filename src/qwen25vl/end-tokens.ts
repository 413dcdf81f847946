import type { GenerationConfig } from './config.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * The ids that end an answer: those of the configuration's `eos_token_id`, and two more by their meaning. `<|im_end|>` ends
 * every turn in the chat template, so a trained model generates it when it has finished; `<|endoftext|>` ends a document.
 * There are published checkpoints whose `eos_token_id` names only one of them, or neither.
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
