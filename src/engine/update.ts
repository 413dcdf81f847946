import type { AnswerHistory } from './answer-history.ts'
import type { Bundle } from './bundle.ts'
import type { Answer, AnswerOptions } from './conversation.ts'
import type { LiveWindow } from './live-window.ts'

export interface Question<Id extends string = string> {
  readonly id: Id
  readonly prompt: string
  /** Its answer stands for a whole window: later updates recall it instead of asking again. */
  readonly isStanding?: boolean
  /** Known beforehand: it opens the conversation as if the model had given it, and nothing is asked or reported. */
  readonly answer?: string
}

/** Answers that stand until the window moves on, by question. */
export type StandingAnswers<Id extends string> = Map<Id, Pick<Answer, 'ids' | 'text'>>

export type UpdateEvent<Id extends string> =
  | { readonly type: 'stage'; readonly id: Id }
  | { readonly type: 'reused'; readonly id: Id; readonly text: string }
  | { readonly type: 'token'; readonly id: Id; readonly tokenId: number; readonly text: string }
  | { readonly type: 'answer'; readonly id: Id; readonly answer: Answer }

/**
 * Asks the questions in turn, as one conversation on a branch of the window. Answers in `standing` are recalled instead
 * of asked; new answers of standing questions are added to it, unless they were stopped. Aborting the signal ends the
 * update within one token, and the answer so far is reported.
 *
 * @param history draft tokens come from the previous answers in it, and new answers are added; default: no draft tokens
 * Throws EngineError `context-full` when a question does not fit.
 */
export async function* readUpdate<Id extends string>(
  window: Pick<LiveWindow, 'branch'>,
  questions: readonly Question<Id>[],
  standing: StandingAnswers<Id>,
  options: Omit<AnswerOptions, 'drafting'>,
  history?: AnswerHistory<Id>,
): AsyncGenerator<UpdateEvent<Id>> {
  const conversation = window.branch()
  for (const { id, prompt, isStanding, answer: given } of questions) {
    if (options.signal?.aborted) return
    if (given !== undefined) {
      conversation.recall(prompt, given)
      continue
    }
    const known = isStanding ? standing.get(id) : undefined
    if (known) {
      conversation.recall(prompt, known.ids)
      yield { type: 'reused', id, text: known.text }
      continue
    }
    yield { type: 'stage', id }
    const answer = conversation.ask(prompt, history ? { ...options, drafting: history.draftingFor(id) } : options)
    let step = await answer.next()
    while (!step.done) {
      yield { type: 'token', id, tokenId: step.value.id, text: step.value.text }
      step = await answer.next()
    }
    if (step.value.finish !== 'stopped') {
      if (isStanding) standing.set(id, step.value)
      history?.keep(id, step.value.ids)
    }
    yield { type: 'answer', id, answer: step.value }
  }
}

/**
 * Ids that an answer must not contain: special tokens that do not end it, and the ids behind the tokenizer's last one,
 * with which models pad their vocabulary.
 */
export function bannedIds({ config, tokenizer }: Pick<Bundle, 'config' | 'tokenizer'>): number[] {
  const { eosTokenIds } = config.generation
  const banned = tokenizer.specialIds.filter((id) => !eosTokenIds.includes(id))
  for (let id = config.text.vocabSize - 1; id >= 0 && tokenizer.decode([id]) === ''; id--) banned.push(id)
  return banned
}

/**
 * KV slots for a full window and one conversation about it, but never more than the model's context length: where that is
 * smaller, the last answer ends with `context-full`.
 */
export function slotsFor(
  { template, tokenizer, manifest }: Bundle,
  window: { readonly pairs: number; readonly tokensPerPair: number },
  questions: readonly Question[],
  maxTokens: number,
): number {
  let slots = template.opening().length + window.pairs * window.tokensPerPair
  for (const [turn, { prompt, answer }] of questions.entries()) {
    const answerTokens = answer === undefined ? maxTokens : Math.max(maxTokens, tokenizer.encode(answer).length)
    slots += (turn === 0 ? template.closing(prompt) : template.nextTurn(prompt)).length + answerTokens
  }
  return Math.min(slots, manifest.contextLength)
}
