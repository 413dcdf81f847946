import { EngineError } from '../base/errors.ts'
import { textPositions } from '../qwen25vl/index.ts'
import type { ProbeFigures } from '../reading/events.ts'
import type { Probe } from '../reading/probes.ts'
import type { LogitQuery } from './backends/decoder-backend.ts'
import type { Bundle } from './bundle.ts'
import type { Decoder } from './decoder.ts'
import type { BranchPoint, LiveWindow } from './live-window.ts'

export interface ProbeReading<Id extends string = string> {
  readonly id: Id
  /** [options], sum 1 */
  readonly probabilities: readonly number[]
  /** [askings][options]: log-probabilities before temperature; the probabilities of each asking have sum 1. */
  readonly byAsking: readonly (readonly number[])[]
  readonly figures: ProbeFigures
}

export interface ProbeOptions {
  /** Checked before every pass. */
  readonly signal?: AbortSignal
  /** Waited for before every pass. */
  readonly gate?: () => Promise<void>
  /** Passes handed to the device before the oldest is read, at least 1. Default 3. */
  readonly passesInFlight?: number
}

/** A probe in token ids. */
export interface PreparedProbe<Id extends string = string> {
  readonly id: Id
  readonly temperature: number
  readonly askings: readonly PreparedAsking[]
}

interface PreparedAsking {
  /** Everything between the end of the video and the token that tells the options apart. */
  readonly ids: readonly number[]
  /** [options]: that token of each option. */
  readonly optionIds: readonly number[]
}

/**
 * Encodes a probe in tokens. The tokens that all answers begin with become part of the question: `(` if the tokenizer
 * splits `(A` in two, none if it does not. Throws EngineError `options-alike` if the token after them does not tell all
 * options apart.
 */
export function prepareProbe<Id extends string>(
  { template, tokenizer }: Pick<Bundle, 'template' | 'tokenizer'>,
  { id, askings, temperature = 1 }: Probe<Id>,
): PreparedProbe<Id> {
  const prepared = askings.map(({ prompt, answers }) => {
    const spelled = answers.map((answer) => tokenizer.encode(answer))
    const common = spelled.slice(1).reduce((most, ids) => Math.min(most, commonPrefix(spelled[0], ids)), Infinity)
    const optionIds = spelled.flatMap((ids) => ids.slice(common, common + 1))
    if (new Set(optionIds).size < Math.max(2, answers.length)) throw optionsAlike(answers)
    return { ids: [...template.closing(prompt), ...spelled[0].slice(0, common)], optionIds }
  })
  return { id, temperature, askings: prepared }
}

/** KV slots for a full window and the longest probe, but never more than the model's context length. */
export function probeSlots(
  { template, manifest }: Pick<Bundle, 'template' | 'manifest'>,
  window: { readonly pairs: number; readonly tokensPerPair: number },
  probes: readonly PreparedProbe[],
): number {
  const lengths = probes.flatMap(({ askings }) => askings.map(({ ids }) => ids.length))
  const slots = template.opening().length + window.pairs * window.tokensPerPair + Math.max(0, ...lengths)
  return Math.min(slots, manifest.contextLength)
}

/**
 * Answers probes about the video so far, in their order, with one pass for each asking and no decoding. The probabilities
 * are exactly those of forcing each option after the question: softmax over the options cancels their common denominator.
 * A conversation on the window is forgotten, and all tokens are rolled back at the end. Aborting the signal ends it before
 * the next pass.
 *
 * Questions are asked one after the other, because several in one pass would need an attention mask. The WebGPU provider's
 * GroupQueryAttention has an input for one (`attention_bias`), but a graph either has that input or has not: every prefill
 * would carry [S, total] zeros, and every decode step a row that grows from step to step, which a recorded step cannot.
 * Tokens that a question shares with the beginning of the one before stay in the cache.
 *
 * Throws EngineError `context-full`.
 */
export async function* askProbes<Id extends string>(
  window: LiveWindow,
  probes: readonly PreparedProbe<Id>[],
  { signal, gate, passesInFlight = 3 }: ProbeOptions = {},
): AsyncGenerator<ProbeReading<Id>> {
  const branch = new Branch(window.branchPoint())
  const queued: { readonly probe: PreparedProbe<Id>; readonly passes: readonly ScoredPass[] }[] = []
  let since = performance.now()
  const read = async (): Promise<ProbeReading<Id> | undefined> => {
    const next = queued.shift()
    if (!next) return undefined
    const { probe, passes } = next
    const byAsking = (await Promise.all(passes.map(({ scores }) => scores))).map((logits) => logSoftmax([...logits]))
    const now = performance.now()
    const figures = { tokens: passes.reduce((sum, { tokens }) => sum + tokens, 0), ms: now - since }
    since = now
    return { id: probe.id, probabilities: combine(byAsking, probe.temperature), byAsking, figures }
  }
  try {
    for (const probe of probes) {
      const passes: ScoredPass[] = []
      for (const { ids, optionIds } of probe.askings) {
        await gate?.()
        if (signal?.aborted) return
        passes.push(await branch.score(ids, { as: 'logits', picks: afterLast(optionIds) }))
      }
      queued.push({ probe, passes })
      while (queued.reduce((sum, each) => sum + each.passes.length, 0) >= Math.max(1, passesInFlight)) {
        const reading = await read()
        if (reading) yield reading
      }
    }
    for (let reading = await read(); reading; reading = await read()) {
      if (signal?.aborted) return
      yield reading
    }
  } finally {
    branch.end()
  }
}

/** Scores of labels that are spelled out, where the options of a probe are letters. */
export interface LabelScores {
  /** [labels]: the log-probability of each label after the question, summed over its tokens. */
  readonly logProbabilities: readonly number[]
  readonly figures: ProbeFigures
}

/**
 * Scores labels as answers to a question that gives no options, with one pass for each label, which contains the label's
 * tokens. A label of more tokens has a smaller sum for that reason alone.
 *
 * @param labels as an answer would spell them, first character included: `happy`, not ` happy`
 * Throws EngineError `context-full`.
 */
export async function scoreLabels(window: LiveWindow, prompt: string, labels: readonly string[]): Promise<LabelScores> {
  const started = performance.now()
  const point = window.branchPoint()
  const { template, tokenizer } = point.bundle
  const branch = new Branch(point)
  const question = template.closing(prompt)
  const last = question.length - 1
  try {
    const passes: ScoredPass[] = []
    for (const label of labels) {
      const ids = tokenizer.encode(label)
      const picks = ids.map((id, index) => ({ at: last + index, id }))
      passes.push(await branch.score([...question, ...ids.slice(0, -1)], { as: 'log-probabilities', picks }))
    }
    const scores = await Promise.all(passes.map((pass) => pass.scores))
    return {
      logProbabilities: scores.map((each) => each.reduce((sum, value) => sum + value, 0)),
      figures: { tokens: passes.reduce((sum, { tokens }) => sum + tokens, 0), ms: performance.now() - started },
    }
  } finally {
    branch.end()
  }
}

/**
 * Runs a probe's tokens as a plain pass that chooses the next token: the cost of a probe is compared with it.
 * Throws EngineError `context-full`.
 */
export async function barePass(window: LiveWindow, { askings: [{ ids }] }: PreparedProbe): Promise<ProbeFigures> {
  const { decoder, start, cursor } = window.branchPoint()
  const started = performance.now()
  try {
    const { token } = await decoder.enqueue({ ids, positions: textPositions(cursor, ids.length).positions })
    await token
    return { tokens: ids.length, ms: performance.now() - started }
  } finally {
    decoder.rollback(start)
  }
}

interface ScoredPass {
  readonly scores: Promise<Float32Array>
  /** Tokens that the pass appended. */
  readonly tokens: number
}

/** What is wanted of the logits of a question. */
interface QuestionQuery {
  readonly as: LogitQuery['as']
  /** `at` is an index into the ids of the whole question. Default: the last one. */
  readonly picks: readonly { readonly at?: number; readonly id: number }[]
}

/** Picks these ids after the last token. */
function afterLast(ids: readonly number[]): QuestionQuery['picks'] {
  return ids.map((id) => ({ id }))
}

/** The branch behind the video: each question replaces the one before from the first token in which they differ. */
class Branch {
  private readonly decoder: Decoder
  /** Ids behind the video in the cache. */
  private cached: readonly number[] = []

  constructor(private readonly point: BranchPoint) {
    this.decoder = point.decoder
  }

  async score(ids: readonly number[], { as, picks }: QuestionQuery): Promise<ScoredPass> {
    const { start, cursor } = this.point
    const wanted = picks.map(({ at = ids.length - 1, id }) => ({ at, id }))
    // A row whose logits are wanted has to be part of the pass, even if its token is cached.
    const shared = Math.min(commonPrefix(this.cached, ids), ...wanted.map(({ at }) => at))
    this.decoder.rollback(start + shared)
    this.cached = ids.slice(0, shared)
    const rest = ids.slice(shared)
    const { positions } = textPositions({ nextPosition: cursor.nextPosition + shared }, rest.length)
    const { scores } = await this.decoder.enqueueScores(
      { ids: rest, positions },
      { as, picks: wanted.map(({ at, id }) => ({ row: at - shared, id })) },
    )
    this.cached = ids
    return { scores, tokens: rest.length }
  }

  end(): void {
    this.decoder.rollback(this.point.start)
  }
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

/** log(exp(x) / sum exp(x)) */
function logSoftmax(values: readonly number[]): number[] {
  const highest = Math.max(...values)
  const logSum = highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0))
  return values.map((value) => value - logSum)
}

/** Probabilities from the mean log-probabilities of several askings, divided by the temperature. */
function combine(byAsking: readonly (readonly number[])[], temperature: number): number[] {
  const [first] = byAsking
  const means = first.map((_, option) => byAsking.reduce((sum, each) => sum + each[option], 0) / byAsking.length)
  return logSoftmax(means.map((value) => value / temperature)).map(Math.exp)
}

function optionsAlike(answers: readonly string[]): EngineError {
  return new EngineError({
    code: 'options-alike',
    message: `The tokenizer does not tell these options apart by one token: ${answers.join(', ')}.`,
    action: 'Ask with other options.',
  })
}
