import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers'
import * as v from 'valibot'
import { CheckpointError } from '../base/errors.ts'

/** The parsed files of a checkpoint that describe its tokenizer. */
export interface TokenizerFiles {
  /** `tokenizer.json`, parsed: a byte-level BPE. */
  readonly tokenizerJson: unknown
  /** `tokenizer_config.json`, parsed; only its `added_tokens_decoder` is used. */
  readonly tokenizerConfig?: unknown
}

export interface DecodeOptions {
  /** Leave special tokens such as `<|im_end|>` out of the text. Default false, as in transformers. */
  readonly skipSpecial?: boolean
}

/** Encodes text with the ordinary part of the vocabulary, without special tokens. */
type EncodeText = (text: string) => number[]

interface Vocabulary {
  /** Ordinary tokens by id, spelled in GPT-2's byte alphabet. */
  readonly tokens: readonly (string | undefined)[]
  /** Added tokens (`<|im_end|>`, `<tool_call>`, ...), by content. */
  readonly added: ReadonlyMap<string, AddedToken>
  readonly encodeText: EncodeText
}

const addedTokenSchema = v.looseObject({
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  content: v.pipe(v.string(), v.minLength(1)),
  special: v.optional(v.boolean(), false),
})
type AddedToken = v.InferOutput<typeof addedTokenSchema>

const tokenizerSchema = v.looseObject({
  added_tokens: v.optional(v.array(addedTokenSchema), []),
  decoder: v.looseObject({ type: v.literal('ByteLevel') }),
  model: v.looseObject({
    type: v.literal('BPE'),
    // A plain loop checks its entries: a schema would be too slow for 150,000 of them.
    vocab: v.custom<Record<string, number>>(isVocab, 'an object of ids'),
    merges: v.custom<unknown[]>(Array.isArray, 'a list'),
  }),
})

function isVocab(value: unknown): value is Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const id of Object.values(value)) if (!Number.isInteger(id) || id < 0) return false
  return true
}

const tokenizerConfigSchema = v.looseObject({
  added_tokens_decoder: v.optional(v.record(v.string(), v.looseObject({ content: v.string() })), {}),
})

/**
 * Builds a tokenizer from a checkpoint's parsed files. Nothing is fetched.
 *
 * @throws CheckpointError `unknown-tokenizer` if `tokenizer.json` is not a byte-level BPE, or is damaged
 */
export function loadTokenizer({ tokenizerJson, tokenizerConfig }: TokenizerFiles): Tokenizer {
  const parsed = v.safeParse(tokenizerSchema, tokenizerJson, { abortEarly: true })
  if (!parsed.success) throw unknownTokenizer('tokenizer.json', parsed.issues[0])
  const config = v.safeParse(tokenizerConfigSchema, tokenizerConfig ?? {}, { abortEarly: true })
  if (!config.success) throw unknownTokenizer('tokenizer_config.json', config.issues[0])

  const added = new Map<string, AddedToken>()
  for (const [id, token] of Object.entries(config.output.added_tokens_decoder)) {
    const entry = v.safeParse(addedTokenSchema, { ...token, id: Number(id) })
    if (entry.success) added.set(entry.output.content, entry.output)
  }
  for (const token of parsed.output.added_tokens) added.set(token.content, token)

  const vocab = withoutAdded(parsed.output.model.vocab, added)
  // The encoder does not know added tokens, so text that spells `<|im_end|>` stays text.
  const textOnly = { ...parsed.output, added_tokens: [], model: { ...parsed.output.model, vocab } }
  return new Tokenizer({ tokens: byId(vocab), added, encodeText: textEncoder(textOnly) })
}

/** The byte-level BPE of transformers.js, from its tokenizer package, which does not include ONNX Runtime. */
function textEncoder(tokenizerJson: object): EncodeText {
  try {
    const encoder = new BpeTokenizer(tokenizerJson, { clean_up_tokenization_spaces: false })
    return (text) => encoder.encode(text, { add_special_tokens: false }).ids
  } catch (cause) {
    throw new CheckpointError({
      code: 'unknown-tokenizer',
      message: 'tokenizer.json could not be read.',
      action: 'Use the tokenizer.json of the checkpoint.',
      subject: 'tokenizer.json',
      cause,
    })
  }
}

function unknownTokenizer(file: string, issue: v.BaseIssue<unknown>): CheckpointError {
  const path = v.getDotPath(issue)
  return new CheckpointError({
    code: 'unknown-tokenizer',
    message: `${file}: ${path ?? 'the file'} should be ${issue.expected ?? 'valid'}, found ${issue.received}.`,
    action: 'Use the tokenizer files of a Qwen2.5-VL checkpoint.',
    subject: path === null ? file : `${file}: ${path}`,
  })
}

/** Removes added tokens from the ordinary vocabulary, where some files list them, too, and text could produce them. */
function withoutAdded(vocab: Record<string, number>, added: ReadonlyMap<string, AddedToken>): Record<string, number> {
  if (![...added.keys()].some((content) => Object.hasOwn(vocab, content))) return vocab
  return Object.fromEntries(Object.entries(vocab).filter(([token]) => !added.has(token)))
}

/**
 * Text to token ids and back.
 *
 * `encode` treats everything as plain text: a typed `<|im_end|>` becomes the tokens `<`, `|`, `im`, ... and can never end a
 * turn or stand for a video. Special tokens are added by id only, through `special`.
 */
export class Tokenizer {
  readonly #vocabulary: Vocabulary
  readonly #addedById: ReadonlyMap<number, AddedToken>

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#addedById = new Map([...vocabulary.added.values()].map((token) => [token.id, token]))
  }

  /**
   * Plain text to ids; special tokens spelled in it stay text. Text is first put in Unicode's composed form (NFC), so
   * decoding gives that form back. A lone surrogate becomes U+FFFD.
   */
  encode(text: string): number[] {
    return text === '' ? [] : this.#vocabulary.encodeText(text)
  }

  /**
   * The id of a special token, e.g. `<|im_end|>`.
   *
   * @throws CheckpointError `no-special-token` if the tokenizer does not have it
   */
  special(content: string): number {
    const token = this.#vocabulary.added.get(content)
    if (token !== undefined) return token.id
    throw new CheckpointError({
      code: 'no-special-token',
      message: `The tokenizer has no token ${content}.`,
      action: 'Use the tokenizer files of a Qwen2.5-VL checkpoint.',
      subject: 'tokenizer.json: added_tokens',
    })
  }

  /** Whether `special` knows this token. */
  has(content: string): boolean {
    return this.#vocabulary.added.has(content)
  }

  /** The ids of all tokens marked special, in order of id. */
  get specialIds(): number[] {
    return [...this.#addedById.values()]
      .filter(({ special }) => special)
      .map(({ id }) => id)
      .sort((a, b) => a - b)
  }

  /**
   * Ids to text. Bytes that are not UTF-8 become U+FFFD; ids that the tokenizer does not know become an empty string, since
   * models pad their vocabulary.
   */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const stream = this.stream(options)
    let text = ''
    for (const id of ids) text += stream.push(id)
    return text + stream.end()
  }

  /** A decoder for ids that arrive one by one. */
  stream(options: DecodeOptions = {}): TokenStream {
    return new TokenStream((id) => {
      const token = this.#vocabulary.tokens[id]
      return token === undefined ? this.#addedById.get(id) : bytesOf(token)
    }, options.skipSpecial ?? false)
  }
}

/** What an id stands for: bytes of text, or an added token. */
type Lookup = (id: number) => Uint8Array | AddedToken | undefined

/**
 * Turns ids into text as they come. A character whose bytes are spread over several tokens is held back until it is
 * whole, so no half character is ever shown.
 */
export class TokenStream {
  readonly #lookup: Lookup
  readonly #skipSpecial: boolean
  // ignoreBOM keeps a U+FEFF in an answer, which is text there.
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

  constructor(lookup: Lookup, skipSpecial: boolean) {
    this.#lookup = lookup
    this.#skipSpecial = skipSpecial
  }

  /** The text that this id completes; often the whole token, sometimes nothing yet. */
  push(id: number): string {
    const token = this.#lookup(id)
    if (token === undefined) return ''
    if (token instanceof Uint8Array) return this.#utf8.decode(token, { stream: true })
    if (this.#skipSpecial && token.special) return ''
    return this.end() + token.content
  }

  /** Ends the text: an unfinished character comes out as U+FFFD. The stream can be used again. */
  end(): string {
    return this.#utf8.decode()
  }
}

function byId(vocab: Record<string, number>): string[] {
  const tokens: string[] = []
  for (const [token, id] of Object.entries(vocab)) tokens[id] = token
  return tokens
}

/** The bytes an ordinary token stands for. */
function bytesOf(token: string): Uint8Array {
  const bytes: number[] = []
  for (const character of token) {
    const byte = byteAlphabet.get(character)
    // A character outside the alphabet stands for itself, as in the original decoder.
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character))
    else bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

/**
 * GPT-2's alphabet: printable bytes are written as themselves, the others as characters from U+0100 on.
 *
 * @see transformers `tokenization_gpt2.py`, `bytes_to_unicode`
 */
const byteAlphabet: ReadonlyMap<string, number> = makeByteAlphabet()

function makeByteAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>()
  let next = 256
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
    alphabet.set(String.fromCodePoint(printable ? byte : next++), byte)
  }
  return alphabet
}
