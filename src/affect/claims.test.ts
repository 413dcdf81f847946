import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, claimsOf, countVerdicts, doubts, type Held, verdictOf } from './claims.ts'
import { actions } from './labels.ts'
import { curvePoints } from './level-curve.ts'
import { measurables, measuringOf } from './measurables.ts'
import { unitGrades } from './measured-units.ts'
import { faceEvent, measuredFaces } from './measures.fixture.ts'
import { faceEventKinds, faceFlaws, type MeasuredFace, measuredUnits } from './measures.ts'
import { parseAnswers } from './parse-answers.ts'
import { emptyTree } from './tree.ts'
import { views } from './view.ts'

/** Nine seconds, so that each third lasts three. */
function held(at: Parameters<typeof measuredFaces>[1], events: Held['measured']['events'] = []): Held {
  return { measured: { faces: measuredFaces(9, at), events }, startS: 0, endS: 9, view: 'face' }
}

function claims(expression: string, against: Held): readonly Claim[] {
  return claimsOf(parseAnswers({ expression }), against)
}

/** `AU12: seen`, `nod: cannot-tell small` ... */
function told(expression: string, against: Held): string[] {
  return claims(expression, against).map(({ what = 'nothing', ...claim }) => {
    return `${what}: ${claim.verdict}${claim.verdict === 'cannot-tell' ? ` ${claim.reason}` : ''}`
  })
}

const smiling = held((timeS) => ({ units: { AU12: timeS >= 4 && timeS <= 8 ? 0.8 : 0.02 } }))
const atRest = held(() => ({}))

describe('claims', () => {
  it('says where and how strongly what is said was seen', () => {
    const [smile] = claims('The lip corners are pulled up (AU12).', smiling)
    expect(smile).toMatchObject({ what: 'AU12', verdict: 'seen', strength: 0.8, startS: 4, endS: 8 })
    expect(smile.of).toEqual({ person: 0, index: 0 })
    expect(smile.curve?.levels).toHaveLength(curvePoints)
    expect(smile.curve?.levels[0]).toBe(0.02)
    expect(smile.curve?.levels.at(-4)).toBe(0.8)
  })

  it('says what was not seen', () => {
    expect(told('She smiles and raises her eyebrows.', atRest)).toEqual([
      'AU12: not-seen',
      'AU1: not-seen',
      'AU2: not-seen',
    ])
    expect(claims('The brows are lowered.', smiling)).toMatchObject([{ what: 'AU4', verdict: 'not-seen', strength: 0 }])
  })

  it('makes no claim of what the words deny, nor of what no expression says', () => {
    expect(told('She does not smile. No frown is visible.', smiling)).toEqual([])
    expect(claimsOf(parseAnswers({ attributes: 'She has black hair.', emotion: 'She is happy.' }), smiling)).toEqual([])
    expect(claimsOf(emptyTree, smiling)).toEqual([])
  })

  it('holds each phase against its third, and tells where else it was', () => {
    expect(told('At the end, she smiles.', smiling)).toEqual(['AU12: seen'])
    expect(told('In the middle, she smiles.', smiling)).toEqual(['AU12: seen'])
    expect(claims('At first, she smiles.', smiling)).toMatchObject([
      {
        what: 'AU12',
        phase: 'beginning',
        verdict: 'not-seen',
        strength: 0.02,
        elsewhere: { strength: 0.8, startS: 4, endS: 8 },
      },
    ])
    const [never] = claims('At first, she smiles.', atRest)
    expect(never).not.toHaveProperty('elsewhere')
  })

  it('holds rest, and other absence of movement, for most of the part that is named', () => {
    expect(told('At first, the face is at rest.', smiling)).toEqual(['rest: seen'])
    expect(told('At the end, the face is at rest.', smiling)).toEqual(['rest: not-seen'])
    expect(told('The mouth is closed. Her eyes are open.', atRest)).toEqual(['mouth-closed: seen', 'eyes-open: seen'])
    const open = held(() => ({ units: { AU25: 0.9 }, closedLeft: 0.9, closedRight: 0.9 }))
    expect(told('The mouth is closed. Her eyes are open.', open)).toEqual([
      'mouth-closed: not-seen',
      'eyes-open: not-seen',
    ])
  })

  it('takes movements from the events, within the part that is named', () => {
    const nodding = held(() => ({}), [faceEvent('nod', 7, 8, 0.4)])
    expect(claims('He nods.', nodding)).toMatchObject([
      { what: 'nod', verdict: 'seen', strength: 0.4, startS: 7, endS: 8 },
    ])
    expect(told('At the end he nods.', nodding)).toEqual(['nod: seen'])
    expect(claims('At first he nods.', nodding)).toMatchObject([{ verdict: 'not-seen', elsewhere: { startS: 7 } }])
    expect(told('He shakes his head. He blinks, winks, talks.', nodding)).toEqual([
      'shake: not-seen',
      'blink: not-seen',
      'wink: not-seen',
      'talk: not-seen',
    ])
  })

  it('cannot tell what is fainter than seen and stronger than rest', () => {
    expect(
      told(
        'She smiles.',
        held(() => ({ units: { AU12: 0.27 } })),
      ),
    ).toEqual(['AU12: cannot-tell faint'])
    expect(
      told(
        'The face is at rest.',
        held((timeS) => ({ units: { AU12: timeS > 5 ? 0.36 : 0.2 } })),
      ),
    ).toEqual(['rest: seen'])
    expect(
      told(
        'The face is at rest.',
        held(() => ({ units: { AU12: 0.35 } })),
      ),
    ).toEqual(['rest: cannot-tell faint'])
  })

  it('takes a single measure among many for noise', () => {
    const flicker = held((timeS) => ({ units: { AU12: timeS === 3 ? 0.9 : 0 } }))
    expect(told('She smiles.', flicker)).toEqual(['AU12: cannot-tell faint'])
  })

  it('cannot tell that a poorly measured unit was absent', () => {
    expect(unitGrades.AU6).toBe('poor')
    expect(told('The cheeks are raised (AU6).', atRest)).toEqual(['AU6: cannot-tell poor'])
    expect(
      told(
        'The cheeks are raised (AU6).',
        held(() => ({ units: { AU6: 0.8 } })),
      ),
    ).toEqual(['AU6: seen'])
  })

  it.each(faceFlaws.filter((flaw) => flaw !== 'still'))('cannot tell of a face that is %s, and says so', (flaw) => {
    expect(
      told(
        'She smiles. The face is at rest.',
        held(() => ({ flaws: [flaw] })),
      ),
    ).toEqual([`AU12: cannot-tell ${flaw}`, `rest: cannot-tell ${flaw}`])
    // For a part of the time only, the rest of it decides.
    expect(
      told(
        'She smiles.',
        held((timeS) => ({ flaws: timeS < 3 ? [flaw] : [] })),
      ),
    ).toEqual(['AU12: not-seen'])
    const shown = held((timeS) => ({ flaws: timeS < 6 ? [flaw] : [], units: { AU12: timeS > 7 ? 0.8 : 0 } }))
    expect(told('She smiles.', shown)).toEqual(['AU12: seen'])
  })

  it('believes nothing of what was measured of a covered face', () => {
    const covered = held((timeS) => ({ flaws: ['covered'], units: { AU12: timeS > 7 ? 0.8 : 0 } }))
    expect(told('She smiles.', covered)).toEqual(['AU12: cannot-tell covered'])
  })

  it('sees the turn of a face that is turned away, though not its units', () => {
    const turned = held(() => ({ flaws: ['turned-away'], head: { yaw: 40, pitch: 0, roll: 0 } }))
    expect(told('She turns her head and smiles.', turned)).toEqual(['turn: seen', 'AU12: cannot-tell turned-away'])
  })

  it('cannot tell where nobody was followed for most of the time', () => {
    expect(
      told(
        'She smiles.',
        held(() => undefined),
      ),
    ).toEqual(['AU12: cannot-tell nobody'])
    const late = held((timeS) => (timeS > 6 ? {} : undefined))
    expect(told('She smiles.', late)).toEqual(['AU12: cannot-tell nobody'])
    expect(told('At the end, she smiles.', late)).toEqual(['AU12: not-seen'])
    expect(told('At first, she smiles.', late)).toEqual(['AU12: cannot-tell nobody'])
  })

  it('cannot tell what nothing measures', () => {
    expect(told('He drinks.', atRest)).toEqual(['nothing: cannot-tell not-measurable'])
    expect(claims('He drinks.', atRest)[0]).not.toHaveProperty('curve')
  })

  it('cannot tell whom words about several people mean, unless the model was shown one face', () => {
    const text = 'A man smiles. A woman frowns.'
    expect(told(text, smiling)).toEqual(['AU12: seen', 'AU4: not-seen'])
    expect(told(text, { ...smiling, view: 'picture' })).toEqual(Array(2).fill('nothing: cannot-tell several-people'))
  })

  it('holds a picture by its one measure, and tells of no movement in it', () => {
    const one = measuredFaces(0, () => ({ units: { AU12: 0.9 } }))
    const picture: Held = { measured: { faces: one, events: [] }, startS: 0, endS: 0, view: 'face' }
    expect(told('At the end she smiles, brows lowered. She nods.', picture)).toEqual([
      'AU12: seen',
      'AU4: not-seen',
      'nod: cannot-tell too-short',
    ])
  })

  it('claims something of every action that it says it can measure', () => {
    const sentences = actions.map((action) => claims(`He can ${action}.`.replaceAll('_', ' '), atRest))
    expect(sentences.filter((of) => of.some(({ what }) => what)).length).toBeGreaterThanOrEqual(15)
  })

  it('counts verdicts', () => {
    expect(countVerdicts(claims('She smiles, brows lowered, cheeks raised (AU6). She drinks.', smiling))).toEqual({
      seen: 1,
      'not-seen': 1,
      'cannot-tell': 2,
    })
  })
})

const anyNumber = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }))
const anyFace: fc.Arbitrary<MeasuredFace> = fc.record({
  timeS: fc.oneof(fc.double({ min: -1, max: 11 }), fc.double()),
  box: fc.record({ x: anyNumber, y: anyNumber, width: anyNumber, height: anyNumber }),
  units: fc.record(Object.fromEntries(measuredUnits.map((unit) => [unit, anyNumber]))) as fc.Arbitrary<
    MeasuredFace['units']
  >,
  head: fc.record({ yaw: anyNumber, pitch: anyNumber, roll: anyNumber }),
  gaze: fc.record({ x: anyNumber, y: anyNumber }),
  closedLeft: anyNumber,
  closedRight: anyNumber,
  mouthOpen: anyNumber,
  quality: fc.record({
    heightPx: anyNumber,
    sharpness: anyNumber,
    light: anyNumber,
    turn: anyNumber,
    cut: anyNumber,
    covered: anyNumber,
    flaws: fc.subarray([...faceFlaws]),
  }),
})
const anyEvent = fc.record({
  track: fc.constant('face-1' as const),
  kind: fc.constantFrom(...faceEventKinds),
  startS: anyNumber,
  endS: anyNumber,
  strength: anyNumber,
})
const anyHeld: fc.Arbitrary<Held> = fc.record({
  measured: fc.record({
    faces: fc.array(anyFace, { maxLength: 40 }),
    events: fc.array(anyEvent, { maxLength: 5 }),
  }),
  startS: fc.oneof(fc.constant(0), fc.double()),
  endS: fc.oneof(fc.constant(10), fc.constant(0), fc.double()),
  view: fc.constantFrom(...views),
})
const sentence = fc.constantFrom(
  'At first, the face is at rest.',
  'At the end, the lip corners are pulled up (AU12).',
  'A man nods while a woman talks.',
  'He looks at the camera, eyes wide open, and AU5, AU99 and AU43 are active.',
  'The head tilts down in the middle.',
)
const anyWords = fc.oneof(
  fc.array(sentence).map((all) => all.join(' ')),
  fc.string({ unit: 'grapheme' }),
)

describe('claims of anything', () => {
  it('never throw, and hold no number that is none', () => {
    fc.assert(
      fc.property(anyWords, anyHeld, (words, against) => {
        const tree = parseAnswers({ expression: words })
        const all = claimsOf(tree, against)
        const nodes = tree.persons.flatMap(({ expressions }) => expressions)
        expect(all.length).toBeGreaterThanOrEqual(nodes.length)
        for (const claim of all) {
          const { of } = claim
          expect(tree.persons[of.person].expressions[of.index]).toBeDefined()
          if (claim.verdict === 'cannot-tell') expect(doubts).toContain(claim.reason)
          else expect(claim.strength >= 0 && claim.strength <= 1).toBe(true)
          if (claim.verdict === 'seen') expect(claim.startS <= claim.endS && Number.isFinite(claim.endS)).toBe(true)
          for (const level of claim.curve?.levels ?? []) expect(level === null || (level >= 0 && level <= 1)).toBe(true)
        }
      }),
    )
  })

  it('are seen nowhere at rest but for rest itself', () => {
    for (const what of measurables) {
      const { rule, isPoor } = measuringOf[what]
      const { verdict } = verdictOf(what, undefined, atRest)
      expect([what, verdict]).toEqual([what, rule.type === 'mostly' ? 'seen' : isPoor ? 'cannot-tell' : 'not-seen'])
    }
  })
})
