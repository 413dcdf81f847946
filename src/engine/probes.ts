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
  /** One an option, of sum 1. */
  readonly probabilities: readonly number[]
  /** Log-probabilities by asking and option, before temperature; each asking's probabilities have sum 1. */
  readonly byAsking: readonly (readonly number[])[]
  readonly figures: ProbeFigures
}

export interface ProbeOptions {
  /** Looked at before every pass. */
  readonly signal?: AbortSignal
  /** Waited for before every pass. */
  readonly gate?: () => Promise<void>
  /** Passes handed to the device before the oldest is read, at least 1. Default 3. */
  readonly passesInFlight?: number
}

/** A probe as ids. */
export interface PreparedProbe<Id extends string = string> {
  readonly id: Id
  readonly temperature: number
  readonly askings: readonly PreparedAsking[]
}

interface PreparedAsking {
  /** From the end of the video to before the token that tells the options apart. */
  readonly ids: readonly number[]
  /** That token, one an option. */
  readonly optionIds: readonly number[]
}

/**
 * Spells a probe in tokens. What all answers begin with is forced: `(` where the tokenizer cuts `(A` in two, nothing
 * where it does not; the next token tells them apart. Throws EngineError `options-alike` where it does not.
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

/** Slots of the cache that a full window and the longest probe take. */
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
 * Answers probes about the video so far, in their order, each with one pass an asking and no decoding: exactly what
 * forcing each option after the question would give, since softmax over the options takes their common denominator out.
 * A conversation on the window is forgotten, and nothing is left behind. A stop ends it before the next pass.
 *
 * Questions are asked one after the other. Packed into one pass they would need a mask to keep them apart. The WebGPU
 * provider's GroupQueryAttention takes one (`attention_bias`), but a graph has that input or has not: every prefill
 * would carry [S, total] zeros, and every decoded token a row whose length changes from step to step, which a captured
 * step cannot. What can be shared exactly is: each question's beginning, as far as it is the one before's.
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
        passes.push(await branch.score(ids, { as: 'logits', picks: after(optionIds) }))
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

/** Whole words in place of letters. */
export interface LabelScores {
  /** Sum over a label's tokens of their log-probabilities, each after the question and the tokens before. */
  readonly logProbabilities: readonly number[]
  readonly figures: ProbeFigures
}

/**
 * Scores labels as what is answered word by word, for questions that give no options: a pass a label, in which its own
 * tokens are forced. Longer labels have smaller sums by nature.
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
 * The same tokens as a plain pass that chooses a next one, and reading that: what a probe's cost is held against.
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
  /** Tokens that were not in the cache yet. */
  readonly tokens: number
}

interface QuestionQuery {
  readonly as: LogitQuery['as']
  /** `at` counts the ids of the whole question; after the last one where unsaid. */
  readonly picks: readonly { readonly at?: number; readonly id: number }[]
}

function after(ids: readonly number[]): QuestionQuery['picks'] {
  return ids.map((id) => ({ id }))
}

/** Questions behind the video, of which each takes the place of the one before from where the two differ. */
class Branch {
  private readonly decoder: Decoder
  /** What stands behind the video in the cache. */
  private cached: readonly number[] = []

  constructor(private readonly point: BranchPoint) {
    this.decoder = point.decoder
  }

  async score(ids: readonly number[], { as, picks }: QuestionQuery): Promise<ScoredPass> {
    const { start, cursor } = this.point
    const wanted = picks.map(({ at = ids.length - 1, id }) => ({ at, id }))
    // Rows that are asked for are computed now.
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
  const most = Math.max(...values)
  const logSum = most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0))
  return values.map((value) => value - logSum)
}

/** Log-probabilities of several askings averaged, and sharpened or flattened. */
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
