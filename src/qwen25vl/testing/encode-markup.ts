import type { Tokenizer } from '../tokenizer.ts'

/** Text to ids in which special tokens such as `<|im_end|>` are meant, as `encode` of the Python tokenizer. */
export function encodeMarkup(tokenizer: Tokenizer, text: string): number[] {
  return text
    .split(/(<\|\w+\|>)/)
    .flatMap((part) => (tokenizer.has(part) ? tokenizer.special(part) : tokenizer.encode(part)))
}
