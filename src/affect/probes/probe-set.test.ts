import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedQuestions, emotionQuestion } from '../closed-questions.ts'
import { askingsOf, liveProbes, probeKinds, topOptions } from './probe-set.ts'

describe('liveProbes', () => {
  it('asks the emotion first, and nothing twice', () => {
    expect(liveProbes[0]).toBe(emotionQuestion)
    expect(new Set(liveProbes.map(({ id }) => id)).size).toBe(liveProbes.length)
    expect(liveProbes.filter(({ about }) => about === 'unit')).toHaveLength(12)
    for (const { about } of liveProbes) expect(probeKinds).toContain(about)
  })
})

describe('askingsOf', () => {
  it('asks as the model is trained: after a full stop, with the letters of this order', () => {
    const [given, reversed] = askingsOf({ question: 'Does this person nod', options: ['yes', 'no'] }, 'both')
    expect(given).toEqual({
      prompt: '. Does this person nod: (A) yes (B) no? Answer with one option.',
      answers: ['(A) yes', '(B) no'],
    })
    expect(reversed).toEqual({
      prompt: '. Does this person nod: (A) no (B) yes? Answer with one option.',
      answers: ['(B) yes', '(A) no'],
    })
  })

  it('offers each option under the letter by which it is answered', () => {
    for (const question of closedQuestions) {
      for (const { prompt, answers } of askingsOf(question, 'both')) {
        for (const answer of answers) expect(prompt).toContain(answer)
        expect(answers.map((answer) => answer.slice(4))).toEqual(question.options)
      }
    }
  })
})

describe('topOptions', () => {
  it('ranks the two likeliest', () => {
    const options = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 11 })
    const cases = options.chain((labels) =>
      fc.record({
        labels: fc.constant(labels),
        values: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
          minLength: labels.length,
          maxLength: labels.length,
        }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ labels, values }) => {
        const top = topOptions(labels, values)
        const sorted = values.toSorted((a, b) => b - a)
        expect(top?.first.probability).toBe(sorted[0])
        expect(top?.second.probability).toBe(sorted[1])
        expect(top?.first.label).not.toBe(top?.second.label)
      }),
    )
    expect(topOptions(['one'], [1])).toBeUndefined()
  })
})
