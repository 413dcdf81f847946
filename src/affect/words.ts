/** A word of an answer. Offsets are UTF-16 units of the stage's whole text. */
export interface Word {
  /** Lower case, straight apostrophe, without the possessive 's. */
  readonly raw: string
  /** The word without its ending, the same for raise, raises, raised and raising; see `stem`. */
  readonly stem: string
  readonly from: number
  readonly to: number
  /** What separates it from the previous word: `stop` ends a clause, `comma` may continue a list. */
  readonly before: 'none' | 'comma' | 'stop'
}

// Underscores and hyphens separate words, so that `black_hair`, `black-hair` and `black hair` are one.
const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’]\p{L}+)*/gu
const stopPattern = /[.;:!?|/—–\n()[\]{}"“”=]/
/** Longer runs of letters are not matched against the lexicon. */
const longestWord = 40

/** Words of `text` from offset `from` to `to`. */
export function wordsOf(text: string, from = 0, to = text.length): Word[] {
  const words: Word[] = []
  const part = text.slice(from, to)
  let end = 0
  for (const found of part.matchAll(wordPattern)) {
    const gap = part.slice(end, found.index)
    const lower = found[0].length > longestWord ? '' : found[0].toLowerCase().replaceAll('’', "'")
    const raw = lower.endsWith("'s") ? lower.slice(0, -2) : lower
    end = found.index + found[0].length
    words.push({
      raw,
      stem: stem(raw),
      from: from + found.index,
      to: from + end,
      before: stopPattern.test(gap) || gap.includes(' - ') ? 'stop' : gap.includes(',') ? 'comma' : 'none',
    })
  }
  return words
}

const irregular: Readonly<Record<string, string>> = {
  grey: 'gray',
  blond: 'blonde',
  worn: 'wear',
  wore: 'wear',
  drawn: 'draw',
  drew: 'draw',
  wept: 'weep',
  sang: 'sing',
  sung: 'sing',
  slept: 'sleep',
  asleep: 'sleep',
  spoke: 'speak',
  spoken: 'speak',
  ate: 'eat',
  eaten: 'eat',
  drank: 'drink',
  blew: 'blow',
  blown: 'blow',
  shook: 'shake',
  shaken: 'shake',
  moustache: 'mustache',
  made: 'make',
  early: 'early',
  curly: 'curly',
  only: 'only',
  earring: 'earring',
  earrings: 'earring',
  colour: 'color',
  coloured: 'color',
  colored: 'color',
}

/**
 * A word without its ending. The rules are crude, but lexicon and text go through the same ones, which is all that
 * matching needs.
 */
export function stem(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined
  if (known !== undefined) return known === word ? word : stem(known)
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word
  let root = word
  for (const ending of ['iness', 'ness', 'fully', 'ful', 'ily', 'ly', 'ing', 'ied', 'ies', 'ed', 'es', 's']) {
    if (!root.endsWith(ending) || (ending === 's' && root.endsWith('ss'))) continue
    const rest = root.slice(0, -ending.length)
    if (rest.length < 3 || !/[aeiouy]/.test(rest)) continue
    root = ending.startsWith('i') && ending !== 'ing' ? `${rest}i` : rest
    break
  }
  if (root.length > 3 && /([bdgmnprt])\1$/.test(root)) root = root.slice(0, -1)
  if (root.length > 3 && root.endsWith('e')) root = root.slice(0, -1)
  return root.length > 3 && root.endsWith('y') ? `${root.slice(0, -1)}i` : root
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ''))
}

/** Verbs that join a noun to its adjective: her lips *are* parted. */
export const copulas = setOf(`is are was were be being been am has have had appear appears appeared look looks looked
  seem seems seemed become becomes became remain remains remained stay stays stayed get gets getting feel feels`)

export const articles = setOf('a an the this that these those another one')
export const possessives = setOf('her his their its my your our')
export const pronouns = setOf('she he they it him them who which i you we himself herself themselves itself')
export const conjunctions = setOf('and or nor but while whereas then as although though however yet')

/** Words that may stand between a noun and its predicate. */
const degrees = setOf(`very quite rather fairly somewhat more most less bit little slight so too also both all each
  still now just well even almost much some any visible noticeable apparent pair set together same own kind sort
  type again`)

export const adjectives = setOf(`long short straight wavy curly black blonde blond brown gray grey white red dark light
  fair pale tan tanned big small large tiny thin thick narrow wide broad round rounded oval square heart shaped shape
  pointed pointy sharp arched bushy high low full plump heavy soft smooth silky shiny sleek tied neat loose medium
  shoulder length styled parted combed jet golden auburn dyed natural bright deep blue green hazel almond left right
  upper lower inner outer front thick sparse prominent defined strong weak young old older younger elderly middle aged
  beautiful handsome clear rosy chubby slim slender flat hooked gentle warm subtle faint mild wide open closed
  genuine tight tense relaxed firm simple plain metal metallic gold silver round rimmed framed clean shaven clipped
  trimmed cropped receding balding wrinkled freckled oily dry matte intense steady direct visible noticeable happy sad
  color colored pink purple orange yellow beige navy large`)

const otherFunctionWords = setOf(`of in on at to from by with without for into onto over under about around near between
  during after before behind across along through throughout against among within there here not no none never can
  could may might must shall should will would do does did done because since due if when where what whose whom how than
  such like up down out off back away toward towards first second third next last finally initially afterward later
  middle beginning start starts end ends person people man woman men women boy girl video image frame scene clip camera
  face facial features feature head hair appear appears appearance expression expressions emotion emotions emotional
  attributes attribute show shows showing shown have having wear wears wearing keep keeps hold holds make makes
  indicate indicates indicated indicating suggest suggests suggested suggesting express expresses expressed expressing
  convey conveys based given reflect reflects seen evident answer option overall likely possibly perhaps probably
  includes include including describe described individual subject speaker left right side other others only very
  that's it's isn't aren't doesn't don't action unit units none visible state background foreground lighting light
  cannot can't particular strong clear clearly sign signs sense hint mix feeling feelings mood tone gives giving
  remains while yet also another`)

export function isDegree(word: Word): boolean {
  return degrees.has(word.raw) || (word.raw.length > 4 && word.raw.endsWith('ly'))
}

export function isAdjective(word: Word): boolean {
  return adjectives.has(word.raw) || (word.raw.length > 5 && /(?:ish|ed)$/.test(word.raw))
}

/** Whether a word is a function word: an article, pronoun, preposition, auxiliary and the like. */
export function isFunctionWord(word: Word): boolean {
  const { raw } = word
  return (
    articles.has(raw) ||
    possessives.has(raw) ||
    pronouns.has(raw) ||
    conjunctions.has(raw) ||
    copulas.has(raw) ||
    degrees.has(raw) ||
    otherFunctionWords.has(raw)
  )
}

/** Whether a word is common English in answers; see `isLegible`. */
export function isCommon(word: Word): boolean {
  return isFunctionWord(word) || adjectives.has(word.raw)
}
