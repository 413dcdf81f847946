import { describe, expect, it } from 'vitest'
import { DraftPace, DraftSource, mostDrafted } from './drafts.ts'

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
function passesOf(source: DraftSource, answer: readonly number[], length: number): number {
  let passes = 0
  for (let at = 0; at < answer.length; passes++) {
    const drafted = source.next(Math.min(length, answer.length - at - 1))?.ids ?? []
    let accepted = 0
    while (accepted < drafted.length && drafted[accepted] === answer[at + accepted]) accepted++
    for (const id of answer.slice(at, at + accepted + 1)) source.push(id)
    at += accepted + 1
  }
  return passes
}

describe('DraftSource', () => {
  const before = 'the hair is short and black . the brows are thick and raised . the mouth is open and wide'

  it('drafts the last answer from its beginning', () => {
    const [likely] = ids(before)
    expect(new DraftSource(likely, []).next(4)).toEqual({ ids: likely.slice(0, 4), footing: 'firm' })
  })

  it.each([
    ['another word', 'the hair is short and brown . the brows are thick and raised . the mouth is open and wide'],
    ['a word more', 'the hair is short and very black . the brows are thick and raised . the mouth is open and wide'],
    ['a word less', 'the hair is short . the brows are thick and raised . the mouth is open and wide'],
    ['another sentence', 'the hair is short and black . a scarf hides the chin . the mouth is open and wide'],
  ])('finds its place again after %s', (_, said) => {
    const [likely, answer] = ids(before, said)
    const passes = passesOf(new DraftSource(likely, []), answer, 8)
    // Of about twenty tokens: the differences, and a few passes to find the place.
    expect(passes).toBeLessThanOrEqual(8)
    expect(passesOf(new DraftSource([], []), answer, 8)).toBeGreaterThan(12)
  })

  it('takes from the conversation what the last answer does not have', () => {
    const [likely, context, said] = ids('no', 'left inner brow raised and lip corner pulled', 'a left inner brow')
    const source = new DraftSource(likely, context)
    for (const id of said) source.push(id)
    expect(source.next(3)).toEqual({ ids: context.slice(3, 6), footing: 'firm' })
  })

  it('repeats what the answer itself repeats', () => {
    const [said] = ids('eyes open , mouth shut ; later eyes open , mouth')
    const source = new DraftSource([], [])
    for (const id of said) source.push(id)
    expect(source.next(2)?.ids).toEqual(said.slice(4, 6))
  })

  it('has nothing to say where nothing suggests anything', () => {
    const source = new DraftSource([], [1, 2, 3])
    expect(source.next(8)).toBeUndefined()
    source.push(7)
    expect(source.next(8)).toBeUndefined()
  })

  it('is loose where it had to guess its place', () => {
    const [likely, said] = ids(before, 'the hair is long')
    const source = new DraftSource(likely, [])
    for (const id of said) source.push(id)
    expect(source.next(2)).toEqual({ ids: likely.slice(4, 6), footing: 'loose' })
  })
})

describe('DraftPace', () => {
  const long = { ids: Array.from({ length: mostDrafted }, (_, i) => i), footing: 'firm' } as const

  /** Runs passes on a device where a step takes `step` ms and each drafted id `perId` more; the lengths it drafted. */
  function run(pace: DraftPace, share: number, { step, perId }: { step: number; perId: number }, passes = 60) {
    const lengths: number[] = []
    for (let i = 0; i < passes; i++) {
      const length = pace.choose(long, 64)
      lengths.push(length)
      if (length > 0) pace.verified('firm', length, Math.round(length * share))
      pace.measured(length, step + perId * length)
    }
    return lengths
  }

  it('drafts as many as it may where everything is right and rows cost nothing', () => {
    expect(run(new DraftPace(), 1, { step: 20, perId: 0.1 }).slice(-20)).toEqual(Array(20).fill(mostDrafted))
  })

  it('stops drafting what is never right, and tries again now and then', () => {
    const pace = new DraftPace()
    const lengths = run(pace, 0, { step: 20, perId: 2 }, 400)
    // What it tries in vain costs a few percent of the time that steps alone take.
    const extraMs = lengths.reduce((sum, length) => sum + 2 * length, 0)
    expect(extraMs).toBeGreaterThan(0)
    expect(extraMs).toBeLessThan(0.08 * 20 * lengths.length)
    // Right again: it comes back.
    expect(run(pace, 1, { step: 20, perId: 2 }, 200).slice(-20)).toEqual(Array(20).fill(mostDrafted))
  })

  it('drafts nothing where every row costs as much as a step and some are wrong', () => {
    const lengths = run(new DraftPace(), 0.5, { step: 20, perId: 20 }, 200)
    expect(lengths.slice(-100).filter((length) => length > 4).length).toBeLessThan(5)
  })

  it('keeps to the room there is', () => {
    const pace = new DraftPace()
    run(pace, 1, { step: 20, perId: 0.1 })
    expect(pace.choose(long, 6)).toBe(3)
    expect(pace.choose(long, 0)).toBe(0)
  })

  it('drafts no longer than what it has, padded once', () => {
    const pace = new DraftPace()
    run(pace, 1, { step: 20, perId: 0.1 })
    expect(pace.choose({ ids: [1, 2], footing: 'firm' }, 64)).toBe(3)
  })

  it('is not misled by the first pass of a length, which compiles', () => {
    const pace = new DraftPace()
    pace.measured(0, 20)
    pace.measured(0, 20)
    const first = pace.choose(long, 64)
    pace.measured(first, 5000)
    expect(pace.choose(long, 64)).toBe(first)
  })
})
