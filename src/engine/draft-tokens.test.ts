import { describe, expect, it } from 'vitest'
import { DraftGenerator } from './draft-tokens.ts'

const words = (text: string) => text.split(' ')

/** Ids of words, the same for the same word. */
function ids(...texts: readonly string[]): number[][] {
  const known = new Map<string, number>()
  const idOf = (word: string) => {
    const id = known.get(word) ?? known.size
    known.set(word, id)
    return id
  }
  return texts.map((text) => words(text).map(idOf))
}

/** Passes that an answer takes, when each verifies up to `length` ids. */
function passesOf(generator: DraftGenerator, answer: readonly number[], length: number): number {
  let passes = 0
  for (let at = 0; at < answer.length; passes++) {
    const drafted = generator.next(Math.min(length, answer.length - at - 1))?.ids ?? []
    let accepted = 0
    while (accepted < drafted.length && drafted[accepted] === answer[at + accepted]) accepted++
    for (const id of answer.slice(at, at + accepted + 1)) generator.push(id)
    at += accepted + 1
  }
  return passes
}

describe('DraftGenerator', () => {
  const before = 'the hair is short and black . the brows are thick and raised . the mouth is open and wide'

  it('drafts the last answer from its beginning', () => {
    const [previous] = ids(before)
    expect(new DraftGenerator(previous, []).next(4)).toEqual({ ids: previous.slice(0, 4), match: 'strong' })
  })

  it.each([
    ['another word', 'the hair is short and brown . the brows are thick and raised . the mouth is open and wide'],
    ['a word more', 'the hair is short and very black . the brows are thick and raised . the mouth is open and wide'],
    ['a word less', 'the hair is short . the brows are thick and raised . the mouth is open and wide'],
    ['another sentence', 'the hair is short and black . a scarf hides the chin . the mouth is open and wide'],
  ])('finds its place again after %s', (_, said) => {
    const [previous, answer] = ids(before, said)
    const passes = passesOf(new DraftGenerator(previous, []), answer, 8)
    // Of about twenty tokens: the differences, and a few passes to find the place.
    expect(passes).toBeLessThanOrEqual(8)
    expect(passesOf(new DraftGenerator([], []), answer, 8)).toBeGreaterThan(12)
  })

  it('takes from the conversation what the last answer does not have', () => {
    const [previous, context, said] = ids('no', 'left inner brow raised and lip corner pulled', 'a left inner brow')
    const generator = new DraftGenerator(previous, context)
    for (const id of said) generator.push(id)
    expect(generator.next(3)).toEqual({ ids: context.slice(3, 6), match: 'strong' })
  })

  it('repeats what the answer itself repeats', () => {
    const [said] = ids('eyes open , mouth shut ; later eyes open , mouth')
    const generator = new DraftGenerator([], [])
    for (const id of said) generator.push(id)
    expect(generator.next(2)?.ids).toEqual(said.slice(4, 6))
  })

  it('has nothing to say where nothing suggests anything', () => {
    const generator = new DraftGenerator([], [1, 2, 3])
    expect(generator.next(8)).toBeUndefined()
    generator.push(7)
    expect(generator.next(8)).toBeUndefined()
  })

  it('is a weak match where it had to guess its place', () => {
    const [previous, said] = ids(before, 'the hair is long')
    const generator = new DraftGenerator(previous, [])
    for (const id of said) generator.push(id)
    expect(generator.next(2)).toEqual({ ids: previous.slice(4, 6), match: 'weak' })
  })
})
