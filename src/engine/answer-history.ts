import { AdaptiveDraftLength, type DraftLengthPolicy } from './draft-length.ts'

/** What the draft tokens of an answer are made from. */
export interface Drafting {
  /** The previous answer to the same question, in ids; empty if there is none. */
  readonly previousAnswer: readonly number[]
  readonly lengthPolicy: DraftLengthPolicy
}

/** The previous answer to each question, from update to update, for drafting the next one. */
export class AnswerHistory<Id extends string = string> {
  private readonly answers = new Map<Id, readonly number[]>()

  constructor(private readonly lengthPolicy: DraftLengthPolicy = new AdaptiveDraftLength()) {}

  draftingFor(question: Id): Drafting {
    return { previousAnswer: this.answers.get(question) ?? [], lengthPolicy: this.lengthPolicy }
  }

  keep(question: Id, answer: readonly number[]): void {
    this.answers.set(question, answer)
  }
}
