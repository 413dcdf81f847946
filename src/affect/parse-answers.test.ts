import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actions, actionUnits, appearances, dfewEmotions, mafwEmotions } from './labels.ts'
import { parseAnswers, type StageTexts, TreeReader } from './parse-answers.ts'
import { sentencesOf } from './sentences.ts'
import { type StageId, stageIds } from './stages.ts'
import type { AffectiveTree, AttributeNode, EmotionNode, ExpressionNode, PersonNode } from './tree.ts'

function only(tree: AffectiveTree): PersonNode {
  expect(tree.persons).toHaveLength(1)
  return tree.persons[0]
}

function attributes(text: string): string[] {
  return parseAnswers({ attributes: text }).persons.flatMap((person) => person.attributes.map(({ label }) => label))
}

function expressions(text: string): [label: string, ...units: string[]][] {
  const { persons } = parseAnswers({ expression: text })
  return persons
    .flatMap((person) => person.expressions.map(({ label, actionUnits }) => [label, ...actionUnits] as const))
    .map(([label, ...units]) => [label, ...units])
}

function units(text: string): string[] {
  const found = new Set(expressions(text).flatMap(([, ...all]) => all))
  return actionUnits.filter((unit) => found.has(unit))
}

function emotions(text: string, labels: readonly string[] = dfewEmotions): string[] {
  const { persons } = parseAnswers({ emotion: text }, [{ id: 'emotion', labels }])
  return persons.flatMap((person) => person.emotions.map(({ label }) => label))
}

describe('attributes', () => {
  it.each<[string, string[]]>([
    ['black hair, eyeglasses; oval face', ['black_hair', 'eyeglasses', 'oval_face']],
    ['black_hair, no_beard, wearing_hat', ['black_hair', 'no_beard', 'wearing_hat']],
    ['She has long, wavy, blond hair.', ['long_hair', 'wavy_hair', 'blonde_hair']],
    ['Her hair is long and black, and her eyebrows are arched.', ['long_hair', 'black_hair', 'arched_eyebrows']],
    ['He wears spectacles and a hat.', ['eyeglasses', 'wearing_hat']],
    ['- **Hair**: short, straight and gray\n- **Nose**: pointed', ['straight_hair', 'gray_hair', 'pointy_nose']],
    ['### Hair\nLong and brown.\n### Chin\nDouble chin.', ['long_hair', 'brown_hair', 'double_chin']],
    ['a brown jacket and black hair', ['brown jacket', 'black_hair']],
    ['brown hair and black glasses', ['brown_hair', 'eyeglasses']],
    ['The person appears to be a young woman.', ['young', 'female']],
    ['She may have bags under her eyes, and possibly wears lipstick.', ['bags_under_eyes', 'wearing_lipstick']],
    ["He is clean-shaven with a 5 o'clock shadow", ['no_beard', '5_o_clock_shadow']],
    ['blue eyes, a straight nose', ['blue eyes', 'straight nose']],
    ['Eyes: large and blue', ['large and blue']],
  ])('reads %j', (text, labels) => {
    expect(attributes(text)).toEqual(labels)
  })

  it.each<[string, string[]]>([
    ['no glasses', []],
    ['He has no glasses, hat or necklace.', []],
    ['No glasses, black hair', ['black_hair']],
    ['He does not wear glasses but has a mustache.', ['mustache']],
    ["She isn't wearing earrings.", []],
    ['without a beard', ['no_beard']],
    ['He has no glasses or beard.', ['no_beard']],
    ['Glasses: none\nHat: no\nBeard: none', ['no_beard']],
    ['Her hair is not black.', []],
    ['He lacks sideburns and has bangs.', ['bangs']],
    ['Not only a hat but also a necklace', ['wearing_hat', 'wearing_necklace']],
  ])('takes what is denied out of %j', (text, labels) => {
    expect(attributes(text)).toEqual(labels)
  })

  it('knows the topic and the words', () => {
    expect(only(parseAnswers({ attributes: 'Her thick, dark eyebrows stand out.' })).attributes).toEqual([
      {
        kind: 'attribute',
        label: 'bushy_eyebrows',
        topic: 'Eyebrows',
        text: 'thick, dark eyebrows',
        span: { stage: 'attributes', track: 'picture', from: 4, to: 24 },
      },
    ])
  })

  it('reads every label as it is spelt', () => {
    for (const label of appearances) expect(attributes(label)).toEqual([label])
    expect(attributes(appearances.join(', '))).toEqual([...appearances])
  })
})

describe('expressions', () => {
  it.each<[string, ...string[]]>([
    ['her inner brows are raised', 'AU1'],
    ['she raises her outer eyebrows', 'AU2'],
    ['the eyebrows go up: raised eyebrows', 'AU1', 'AU2'],
    ['furrowed brows', 'AU4'],
    ['his brows are lowered and drawn together', 'AU4'],
    ['raised cheeks', 'AU6'],
    ['the eyelids are tightened', 'AU7'],
    ['her upper lip is slightly raised', 'AU10'],
    ['the corners of her mouth are pulled up', 'AU12'],
    ['the lip corners turn down', 'AU15'],
    ['lips tightened', 'AU23'],
    ['she presses her lips together', 'AU24'],
    ['her lips are slightly parted', 'AU25'],
    ['his jaw drops', 'AU26'],
    ['AU1, AU4 and AU25', 'AU1', 'AU4', 'AU25'],
    ['AUs 6, 12', 'AU6', 'AU12'],
    ['Action units: AU 12 + AU25', 'AU12', 'AU25'],
    ['He does not smile. No AU12, and AU4 is absent. His lips are not pressed.'],
    ['She smiles without raising her brows', 'AU12'],
  ])('finds the action units of %j', (text, ...expected) => {
    expect(units(text)).toEqual(expected)
  })

  it('joins the units of a clause to its action', () => {
    expect(expressions('She smiles with raised cheeks, then frowns.')).toEqual([
      ['smile', 'AU6', 'AU12'],
      ['frown', 'AU4'],
    ])
    expect(expressions('He talks and nods.')).toEqual([['talk'], ['nod']])
    expect(expressions('AU6 (cheek raiser), AU12: lip corner puller')).toEqual([
      ['AU6', 'AU6'],
      ['AU12', 'AU12'],
    ])
  })

  it('knows when', () => {
    const text =
      'Initially, she frowns. Around mid of the video, she laughs, then nods, and finally smiles. She yawns at the end. She sighs.'
    const found = only(parseAnswers({ expression: text })).expressions
    expect(found.map(({ label, phase }) => [label, phase])).toEqual([
      ['frown', 'beginning'],
      ['laugh', 'middle'],
      ['nod', 'middle'],
      ['smile', 'end'],
      ['yawn', 'end'],
      ['sigh', undefined],
    ])
  })

  it('keeps what no label fits in its own words', () => {
    expect(expressions('Her eyes widen. The kitchen is large.')).toEqual([['eyes widen']])
    expect(expressions('AU9')).toEqual([['AU9']])
  })

  it('reads every label as it is spelt', () => {
    for (const label of actions) expect([label, expressions(label)[0]?.[0]]).toEqual([label, label])
    for (const unit of actionUnits) expect(units(unit)).toEqual([unit])
  })
})

describe('emotions', () => {
  it.each<[string, readonly string[], string[]]>([
    ['(A) happy', dfewEmotions, ['happy']],
    ['A', dfewEmotions, ['happy']],
    ['B.', dfewEmotions, ['sad']],
    ['The answer is (B) sad because of the tears.', dfewEmotions, ['sad']],
    ['The answer is E', dfewEmotions, ['surprise']],
    ['(B)', mafwEmotions, ['disgust']],
    ['A, C and D', mafwEmotions, ['anger', 'fear', 'happiness']],
    ['She looks pleased.', dfewEmotions, ['happy']],
    ['She looks pleased.', mafwEmotions, ['happiness']],
    ['He is not angry but surprised.', dfewEmotions, ['surprise']],
    ['He looks anxious.', dfewEmotions, ['anxious']],
    ['He looks anxious.', mafwEmotions, ['anxiety']],
    ['Happy, sad, neutral, angry, surprise, disgust or fear: she appears sad', dfewEmotions, ['sad']],
    ['A man talks.', dfewEmotions, []],
  ])('reads %j', (text, labels, expected) => {
    expect(emotions(text, labels)).toEqual(expected)
  })

  it('reads every label of its set as it is spelt, and as an option', () => {
    for (const set of [dfewEmotions, mafwEmotions]) {
      for (const [index, label] of set.entries()) {
        const letter = String.fromCharCode(65 + index)
        for (const text of [label, letter, `(${letter})`, `(${letter}) ${label}`, `${letter}. ${label}`]) {
          expect([text, emotions(text, set)]).toEqual([text, [label]])
        }
      }
    }
  })

  it.each<[string, string[]]>([
    [
      'She is happy because of her broad smile, raised cheeks and bright eyes.',
      ['broad smile', 'raised cheeks', 'bright eyes'],
    ],
    ['He is sad, as shown by his frown.', ['frown']],
    ['Her wide and bright eyes and open mouth suggest surprise.', ['wide and bright eyes', 'open mouth']],
    ['Emotion: angry\nEvidence: furrowed brows, pressed lips', ['furrowed brows', 'pressed lips']],
    ['Happy. The corners of her mouth are raised.', ['corners of her mouth are raised']],
    ['She is pleased with the gift, that is indicated by her smile', ['smile']],
    ['Happy from her laughter', ['laughter']],
  ])('finds the reasons in %j', (text, expected) => {
    const [emotion] = only(parseAnswers({ emotion: text })).emotions
    expect(emotion.evidence.map((evidence) => evidence.text)).toEqual(expected)
  })

  it('links reasons to the nodes they rest on', () => {
    const tree = parseAnswers({
      attributes: 'She has black hair and wears eyeglasses.',
      expression: 'At first her brows are furrowed. Then she smiles with raised cheeks.',
      emotion:
        'She is happy because of her smile and lifted cheeks. The furrowed brows suggest anger, as well as the black hair. The room is quiet since nobody talks.',
    })
    const links = only(tree).emotions.map(({ label, evidence }) => [label, evidence.map(({ text, of }) => [text, of])])
    expect(links).toEqual([
      [
        'happy',
        [
          ['smile', { kind: 'expression', index: 1 }],
          ['lifted cheeks', { kind: 'expression', index: 1 }],
        ],
      ],
      [
        'angry',
        [
          ['furrowed brows', { kind: 'expression', index: 0 }],
          ['black hair', { kind: 'attribute', index: 0 }],
          ['nobody talks', undefined],
        ],
      ],
    ])
  })

  it('links to the earlier of two that are as good', () => {
    const tree = parseAnswers({
      expression: 'At first he frowns, at the end he frowns.',
      emotion: 'Sad, as shown by his frown.',
    })
    const person = only(tree)
    expect(person.expressions.map(({ label }) => label)).toEqual(['frown', 'frown'])
    expect(person.emotions[0].evidence[0].of).toEqual({ kind: 'expression', index: 0 })
  })

  it('reads all kinds from one text where the stage says so', () => {
    const text =
      'A woman with gray hair stands in a kitchen. Initially she talks, at the end she laughs. She is pleased, that is indicated by her laugh.'
    const person = only(parseAnswers({ emotion: text }, [{ id: 'emotion', reads: stageIds }]))
    expect(person.attributes.map(({ label }) => label)).toEqual(['female', 'gray_hair'])
    expect(person.expressions.map(({ label, phase }) => [label, phase])).toEqual([
      ['talk', 'beginning'],
      ['laugh', 'end'],
      ['laugh', undefined],
    ])
    expect(person.emotions[0].evidence[0].of?.kind).toBe('expression')
  })
})

describe('persons', () => {
  it('keeps several apart, over all stages', () => {
    const tree = parseAnswers({
      attributes: 'The man on the left has brown hair. The woman on the right wears earrings. He also has a mustache.',
      expression: 'The woman smiles while the man frowns.',
      emotion: 'The man is angry because he frowns. The woman is happy.',
    })
    const told = tree.persons.map(({ name, attributes, expressions, emotions }) => [
      name,
      ...[...attributes, ...expressions, ...emotions].map(({ label }) => label),
    ])
    expect(told).toEqual([
      ['Man on the left', 'male', 'brown_hair', 'mustache', 'frown', 'angry'],
      ['Woman on the right', 'female', 'wearing_earrings', 'smile', 'happy'],
    ])
  })

  it('gives a man his beard and her the smile', () => {
    const tree = parseAnswers({ expression: 'The woman looks at a man with raised brows and smiles.' })
    expect(tree.persons.map(({ name }) => name)).toEqual(['Woman', 'Man'])
    expect(tree.persons[0].expressions.map(({ label }) => label)).toContain('smile')
  })

  it('numbers those the text does not describe', () => {
    expect(only(parseAnswers({ attributes: 'The person has black hair.' })).name).toBe('Person 1')
    const two = parseAnswers({ attributes: 'Person 1: black hair\nPerson 2: brown hair' })
    expect(two.persons.map(({ name, attributes: [{ label }] }) => [name, label])).toEqual([
      ['Person 1', 'black_hair'],
      ['Person 2', 'brown_hair'],
    ])
  })
})

type AnyNode = AttributeNode | ExpressionNode | EmotionNode

function nodesOf({ persons }: AffectiveTree): AnyNode[] {
  return persons.flatMap((person) => [...person.attributes, ...person.expressions, ...person.emotions])
}

/** Phrases whose labels are known, to be put in the order and dress of an answer. */
const facts = fc.record({
  attributes: fc.subarray([
    ['black hair', 'black_hair'],
    ['eyeglasses', 'eyeglasses'],
    ['arched eyebrows', 'arched_eyebrows'],
    ['a mustache', 'mustache'],
    ['an oval face', 'oval_face'],
    ['full lips', 'big_lips'],
  ] as const),
  expression: fc.subarray([
    ['smiles', 'smile'],
    ['nods', 'nod'],
    ['frowns', 'frown'],
    ['closes her eyes', 'close_eyes'],
    ['shakes her head', 'shake_head'],
  ] as const),
  emotion: fc.constantFrom(...dfewEmotions),
  isBulleted: fc.boolean(),
  hedge: fc.constantFrom('', 'possibly ', 'clearly '),
  phase: fc.constantFrom(['Initially', 'beginning'], ['Around the middle of the video', 'middle'], ['Finally', 'end']),
})

function listed(phrases: readonly string[]): string {
  return phrases.length < 2 ? phrases.join('') : `${phrases.slice(0, -1).join(', ')} and ${phrases.at(-1)}`
}

const prose = fc.stringMatching(/^[A-Z][a-z]{1,8}( [a-z]{2,9}){0,6}[.,!?]? ?$/)
const said = fc.constantFrom(
  'She smiles. ',
  'The man on the left has black hair, ',
  'no glasses and no hat.\n',
  '- **Hair**: long\n',
  'AU12, AU25 and ',
  'because of her raised brows. ',
  'He is (B) sad ',
  'Finally, her lips are pressed. ',
  'not happy but ',
  'surprised. ',
  'Eyes:\n',
  'A',
  '\n\n',
)
const foreign = fc.string({ unit: 'binary', maxLength: 40 })
const answer = fc.array(fc.oneof(said, said, prose, foreign), { maxLength: 20 }).map((parts) => parts.join(''))
const answers = fc.record(
  Object.fromEntries(stageIds.map((id) => [id, answer])) as Record<StageId, typeof answer>,
) satisfies fc.Arbitrary<Required<StageTexts>>

describe('TreeReader', () => {
  it('recovers what sentences were made of', () => {
    fc.assert(
      fc.property(facts, ({ attributes, expression, emotion, isBulleted, hedge, phase: [phase, expectedPhase] }) => {
        const looks = attributes.map(([phrase]) => phrase)
        const tree = parseAnswers({
          attributes: isBulleted ? looks.map((look) => `- ${look}\n`).join('') : `The person has ${listed(looks)}.`,
          expression: expression.map(([phrase]) => `${phase}, she ${phrase}. `).join(''),
          emotion: `She ${hedge}appears ${emotion}, as indicated by ${listed(looks)}.`,
        })
        const person = only(tree)
        expect(person.attributes.map(({ label }) => label)).toEqual(attributes.map(([, label]) => label))
        expect(person.expressions.map(({ label }) => label)).toEqual(expression.map(([, label]) => label))
        expect(person.expressions.every(({ phase }) => phase === expectedPhase)).toBe(true)
        expect(person.emotions.map(({ label }) => label)).toEqual([emotion])
        const linked = person.emotions[0].evidence.map(({ of }) => of)
        expect(linked).toEqual(attributes.map((_, index) => ({ kind: 'attribute', index })))
      }),
    )
  })

  it('reads any text, and every node says where it stands', () => {
    const check = (texts: StageTexts) => {
      const tree = parseAnswers(texts, [{ id: 'expression', reads: stageIds }])
      const reasons = nodesOf(tree).flatMap((node) => (node.kind === 'emotion' ? node.evidence : []))
      for (const { text, span } of [...nodesOf(tree), ...reasons]) {
        expect(text).not.toBe('')
        expect((texts[span.stage] ?? '').slice(span.from, span.to)).toBe(text)
      }
      for (const { attributes, expressions, emotions } of tree.persons) {
        for (const { of } of emotions.flatMap(({ evidence }) => evidence)) {
          if (of !== undefined) expect((of.kind === 'attribute' ? attributes : expressions)[of.index]).toBeDefined()
        }
      }
    }
    fc.assert(fc.property(answers, check), { numRuns: 300 })
    const wild = fc.string({ unit: 'binary' })
    fc.assert(fc.property(fc.record({ attributes: wild, expression: wild, emotion: wild }), check))
  })

  it('keeps the nodes of complete sentences while a text grows', () => {
    const cut = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(answers, fc.constantFrom(...stageIds), cut, (whole, id, share) => {
        const prefix = whole[id].slice(0, Math.floor(share * whole[id].length))
        let done = 0
        for (const sentence of sentencesOf(prefix)) if (sentence.isComplete) done = sentence.to
        const sure = nodesOf(parseAnswers({ ...whole, [id]: prefix.slice(0, done) })).filter(
          (node) => node.span.stage === id,
        )
        const all = nodesOf(parseAnswers(whole))
        for (const node of sure) {
          if (node.kind !== 'emotion') expect(all).toContainEqual(node)
          else {
            const { evidence, ...rest } = node
            const after = all.find((other) => other.kind === 'emotion' && isAt(other, node))
            expect(after).toMatchObject(rest)
            expect(after).toMatchObject({ evidence: { ...evidence } })
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same tree read bit by bit as read at once', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat({ max: 30 }), { maxLength: 30 }), (whole, steps) => {
        const reader = new TreeReader()
        const texts: Partial<Record<StageId, string>> = {}
        for (const id of stageIds) {
          let to = 0
          for (const step of steps) {
            to += step
            texts[id] = whole[id].slice(0, to)
            reader.read(texts)
          }
          texts[id] = whole[id]
          reader.read(texts)
        }
        expect(reader.read(whole)).toEqual(parseAnswers(whole))
      }),
    )
  })

  it('starts over when a text is another', () => {
    const reader = new TreeReader()
    reader.read({ attributes: 'She has black hair. She has bangs.', expression: 'She smiles.' })
    const texts = { attributes: 'A man with a hat.', expression: 'He nods. ' }
    expect(reader.read(texts)).toEqual(parseAnswers(texts))
    expect(reader.read({})).toEqual({ persons: [] })
  })

  it('hands out the very nodes it gave before', () => {
    const reader = new TreeReader()
    const [before] = reader.read({ attributes: 'She has black hair. ' }).persons
    const [after] = reader.read({ attributes: 'She has black hair. She wears a h' }).persons
    expect(after.attributes[1]).toBe(before.attributes[1])
    expect(reader.read({ attributes: 'She has black hair. She wears a h' }).persons[0]).toBe(after)
  })

  it('reads nothing in noise', () => {
    const junk = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
        fc.constant('\ufffd'),
        fc.constantFrom(' xq', ' zlorp', '}{', '的', 'ский'),
      ),
      { minLength: 10, maxLength: 200 },
    )
    fc.assert(
      fc.property(junk, (parts) => {
        const text = parts.join('')
        expect(nodesOf(parseAnswers({ attributes: text, expression: text, emotion: text })).length).toBeLessThan(3)
      }),
    )
    expect(parseAnswers({ emotion: 'foo bar smile qux happy lorem ipsum dolor sit amet' }).persons).toEqual([])
    expect(parseAnswers({ expression: '\ufffd\ufffd smile \ufffd\ufffd }}{{' }).persons).toEqual([])
  })

  /** Bounded sentences and lists are what makes reading linear in the text's length. */
  it('bounds what long texts give, and each sentence', () => {
    const texts = [
      'a',
      'her ',
      'black ',
      'and ',
      'no, ',
      'AU1 ',
      '(A)',
      'happy ',
      'raised ',
      ': ',
      'smile and black hair ',
    ]
    for (const part of texts) {
      const text = part.repeat(Math.ceil(20_000 / part.length))
      for (const { from, to } of sentencesOf(text)) expect(to - from).toBeLessThanOrEqual(1201)
      const tree = parseAnswers({ attributes: text, expression: text, emotion: text })
      expect(nodesOf(tree).length).toBeLessThan(3 * 128)
    }
  })
})

function isAt(one: AnyNode, other: AnyNode): boolean {
  return one.span.from === other.span.from && one.label === other.label
}

describe('sentencesOf', () => {
  it('parts a text without loss', () => {
    fc.assert(
      fc.property(answer, (text) => {
        expect([...sentencesOf(text)].map(({ from, to }) => text.slice(from, to)).join('')).toBe(text)
      }),
    )
  })

  it('keeps list marks with what they mark', () => {
    const text = '1. Hair: black. 2. long\nB. sad. 0.5 of it'
    expect([...sentencesOf(text)].map(({ from, to }) => text.slice(from, to))).toEqual([
      '1. Hair: black. ',
      '2. long\n',
      'B. sad. ',
      '0.5 of it',
    ])
  })
})
