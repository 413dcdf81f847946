import type { ClosedQuestion } from '../../src/affect/closed-questions.ts'
import type { Truth } from '../../src/demo-face/truth.ts'

/** The option of a closed question that is true of what was drawn: its index. */
export function trueOption({ id, about, options }: ClosedQuestion, truth: Truth): number {
  switch (about) {
    case 'emotion':
      return options.indexOf(truth.emotion)
    case 'sentiment':
      return options.indexOf(truth.sentiment)
    case 'unit':
      return yesOrNo(options, truth.units, id)
    case 'appearance':
      return yesOrNo(options, truth.appearances, id)
    case 'action':
      return yesOrNo(options, truth.actions, id)
  }
}

function yesOrNo(options: readonly string[], present: readonly string[], id: string): number {
  return options.indexOf(present.includes(id) ? 'yes' : 'no')
}
