import { adjectives, articles, copulas, isAdjective, isDegree, type Word } from './words.ts'

export type Gender = 'male' | 'female'

/** A noun or pronoun by which a text refers to a person: *the second man on the left*. */
export interface Mention {
  /** Index of its noun or pronoun, and of its first and last word. */
  readonly at: number
  readonly from: number
  readonly to: number
  readonly gender?: Gender
  /** Where in the picture the person is, if the text says so. */
  readonly place?: string
  /** Which person by number, if the text says so: 2 for *the second man*. */
  readonly ordinal?: number
  /**
   * `subject`: the words after it are about this person. `introduced`: a further person (*a man and a woman*) who does
   * not become the subject. `object`: predicate or object of another subject (*is a young woman*, *looks at the man*).
   * `pronoun`: refers to a person who was mentioned before.
   */
  readonly role: 'subject' | 'introduced' | 'object' | 'pronoun'
}

/** What tells persons apart. */
export interface PersonTraits {
  readonly gender?: Gender
  readonly place?: string
  readonly ordinal?: number
}

const genders: ReadonlyMap<string, Gender> = new Map([
  ...'man boy male gentleman guy father husband son actor'.split(' ').map((noun) => [noun, 'male'] as const),
  ...'woman girl female lady mother wife daughter actress'.split(' ').map((noun) => [noun, 'female'] as const),
])
const genericNouns = new Set(
  'person individual subject speaker child kid baby teenager host interviewer interviewee adult someone'.split(' '),
)
const pronounGenders: ReadonlyMap<string, Gender> = new Map([
  ['he', 'male'],
  ['his', 'male'],
  ['she', 'female'],
  ['her', 'female'],
])
const ordinals: ReadonlyMap<string, number> = new Map([
  ['first', 1],
  ['second', 2],
  ['third', 3],
  ['another', 2],
  ['other', 2],
  ['1', 1],
  ['2', 2],
  ['3', 3],
])
const places = new Set('left right middle center centre background foreground front back rear'.split(' '))
const introducing = new Set('shows show features feature depicts depict see contains with captures presents'.split(' '))
const openings = new Set('and while whereas but as when then meanwhile initially finally'.split(' '))
/** The most words of a noun phrase before its noun. */
const reachBack = 5

/** The mentions of persons in a sentence, in order. Words for groups (*two men*, *people*) are not mentions. */
export function mentionsOf(words: readonly Word[]): Mention[] {
  const mentions: Mention[] = []
  for (const [at, word] of words.entries()) {
    const pronoun = pronounGenders.get(word.raw)
    if (pronoun !== undefined) {
      if (opensClause(words, at)) mentions.push({ at, from: at, to: at, gender: pronoun, role: 'pronoun' })
      continue
    }
    const gender = genders.get(word.raw)
    if (gender === undefined && !genericNouns.has(word.raw)) continue
    mentions.push(nounMention(words, at, gender, mentions.at(-1)))
  }
  return mentions
}

function nounMention(
  words: readonly Word[],
  at: number,
  gender: Gender | undefined,
  before: Mention | undefined,
): Mention {
  let from = at
  let ordinal: number | undefined
  let place: string | undefined
  while (from > 0 && at - from < reachBack && words[from].before !== 'stop') {
    const word = words[from - 1]
    const isModifier = isAdjective(word) || isDegree(word) || ordinals.has(word.raw) || places.has(word.raw)
    if (!isModifier && !articles.has(word.raw) && !adjectives.has(word.raw)) break
    from--
    ordinal ??= ordinals.get(word.raw)
    if (places.has(word.raw)) place ??= word.raw
    if (articles.has(word.raw)) break
  }
  let to = at
  const number = words[at + 1]
  if (number?.before === 'none' && /^[1-9]$/.test(number.raw)) {
    ordinal ??= Number(number.raw)
    to = at + 1
  }
  const [preposition, article, ...rest] = words.slice(to + 1, to + 5)
  if (preposition?.before === 'none' && /^(?:on|in|at|to)$/.test(preposition.raw) && article !== undefined) {
    const found = [article, ...rest].findIndex(({ raw, before }) => before === 'none' && places.has(raw))
    const isNear = found >= 0 && [article, ...rest].slice(0, found).every(({ raw }) => /^(?:the|far|very)$/.test(raw))
    if (isNear) {
      place = [article, ...rest][found].raw
      to += 2 + found
    }
  }
  const isSecond = before !== undefined && from > 0 && words[from - 1].raw === 'and' && before.to === from - 2
  const isShown = from > 0 && introducing.has(words[from - 1].raw)
  const there = from > 1 && words[from - 2].raw === 'there' && copulas.has(words[from - 1].raw)
  const role = isSecond ? 'introduced' : opensClause(words, from) || there || isShown ? 'subject' : 'object'
  return {
    at,
    from,
    to,
    ...(gender === undefined ? {} : { gender }),
    ...(place === undefined ? {} : { place }),
    ...(ordinal === undefined ? {} : { ordinal }),
    role,
  }
}

function opensClause(words: readonly Word[], at: number): boolean {
  return at === 0 || words[at].before !== 'none' || openings.has(words[at - 1].raw)
}

/** Whether a mention can refer to this person: none of the traits that both have differ. */
export function fits(mention: PersonTraits, person: PersonTraits): boolean {
  return (
    agree(mention.gender, person.gender) && agree(mention.place, person.place) && agree(mention.ordinal, person.ordinal)
  )
}

function agree<T>(one: T | undefined, other: T | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

/** A person's name: the mention's own words if they tell gender or place, otherwise `Person 1`. */
export function nameOf(mention: Mention | undefined, words: readonly Word[], text: string, number: number): string {
  if (mention === undefined) return `Person ${number}`
  const isTelling = mention.gender !== undefined || mention.place !== undefined
  if (!isTelling) return `Person ${mention.ordinal ?? number}`
  const isOrdinal = words.slice(mention.from, mention.at).findIndex(({ raw }) => ordinals.has(raw))
  const first = isOrdinal < 0 ? mention.at : mention.from + isOrdinal
  const name = text
    .slice(words[first].from, words[mention.to].to)
    .replace(/['’]s$/, '')
    .replace(/\s+/g, ' ')
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase()
}
