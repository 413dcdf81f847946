import { describe, expect, it } from 'vitest'
import { wholePicture } from '../../../affect/track.ts'
import type { AffectiveTree, PersonNode } from '../../../affect/tree.ts'
import { framesOfPhases, indexRows, pathTo, rowsByStage } from './tree-rows.ts'

const span = (stage: 'attributes' | 'expression' | 'emotion', from: number, to: number) => ({
  stage,
  track: wholePicture,
  from,
  to,
})

const person: PersonNode = {
  name: 'Person 1',
  attributes: [
    { kind: 'attribute', label: 'brown_hair', topic: 'hair', text: 'brown hair', span: span('attributes', 2, 12) },
  ],
  expressions: [
    {
      kind: 'expression',
      label: 'smile',
      text: 'smiles',
      actionUnits: ['AU12'],
      phase: 'end',
      span: span('expression', 4, 10),
    },
  ],
  emotions: [
    {
      kind: 'emotion',
      label: 'happy',
      text: 'happy',
      span: span('emotion', 0, 5),
      evidence: [
        { text: 'her smile', span: span('emotion', 10, 19), of: { kind: 'expression', index: 0 } },
        { text: 'the light', span: span('emotion', 20, 29) },
        { text: 'lost', span: span('emotion', 30, 34), of: { kind: 'attribute', index: 7 } },
      ],
    },
  ],
}
const one: AffectiveTree = { persons: [person] }
const two: AffectiveTree = { persons: [person, { ...person, name: 'Person 2', attributes: [] }] }

describe('rowsByStage', () => {
  it('gives each expression what was measured of it', () => {
    const claims = [
      { of: { person: 0, index: 0 }, what: 'AU12', verdict: 'not-seen', strength: 0.1 },
      { of: { person: 1, index: 0 }, what: 'AU12', verdict: 'cannot-tell', reason: 'dark' },
    ] as const
    const [first, second] = rowsByStage(two, claims).expression
    expect(first.rows[0].claims).toEqual([claims[0]])
    expect(second.rows[0].claims).toEqual([claims[1]])
    expect(rowsByStage(one).expression[0]).not.toHaveProperty('claims')
  })

  it('lists one person’s nodes below their stage', () => {
    const rows = rowsByStage(one)
    expect(rows.attributes).toEqual([expect.objectContaining({ label: 'brown hair', kind: 'attribute' })])
    expect(rows.expression).toEqual([
      expect.objectContaining({ label: 'smile', phases: ['end'], actionUnits: ['AU12'] }),
    ])
    expect(rows.emotion[0]?.rows.map(({ label }) => label)).toEqual(['her smile', 'the light', 'lost'])
  })

  it('gives what is said of several parts of the clip one row, with each unit once', () => {
    const smile = person.expressions[0]
    const said = [
      smile,
      { ...smile, label: 'AU4', actionUnits: ['AU4'] as const },
      { ...smile, phase: 'beginning' as const, actionUnits: ['AU6', 'AU12'] as const },
    ]
    const claims = [
      { of: { person: 0, index: 0 }, what: 'AU12', verdict: 'not-seen', strength: 0.1 },
      { of: { person: 0, index: 2 }, what: 'AU12', verdict: 'cannot-tell', reason: 'dark' },
    ] as const
    const [first, second, ...none] = rowsByStage({ persons: [{ ...person, expressions: said }] }, claims).expression
    expect(none).toEqual([])
    expect(first).toMatchObject({ label: 'smile', phases: ['beginning', 'end'], actionUnits: ['AU12', 'AU6'], claims })
    expect(first.spans).toHaveLength(2)
    expect(second.label).toBe('brow lowerer AU4')
  })

  it('links evidence to the row it rests on, where that is there', () => {
    const [smile, light, lost] = rowsByStage(one).emotion[0]?.rows ?? []
    const index = indexRows(Object.values(rowsByStage(one)).flat())
    expect(index.get(smile.restsOn?.key ?? '')?.label).toBe('smile')
    expect(smile.spans).toEqual([span('emotion', 10, 19), span('expression', 4, 10)])
    expect(light.restsOn).toBeUndefined()
    expect(lost.restsOn).toBeUndefined()
  })

  it('puts a row for each of several persons between, and none for one who has nothing there', () => {
    const rows = rowsByStage(two)
    expect(rows.attributes.map(({ label }) => label)).toEqual(['Person 1'])
    expect(rows.emotion.map(({ label, kind }) => [label, kind])).toEqual([
      ['Person 1', 'person'],
      ['Person 2', 'person'],
    ])
  })

  it('gives what is said again the same key, wherever in the answer it is said', () => {
    const frown = { ...person.expressions[0], label: 'frown' }
    const keysOf = (expressions: PersonNode['expressions']) =>
      rowsByStage({ persons: [{ ...person, expressions }] }).expression.map(({ key }) => key)
    expect(keysOf([...person.expressions, frown]).toReversed()).toEqual(keysOf([frown, ...person.expressions]))
  })

  it('gives every row a key of its own, the same each time', () => {
    const keys = [...indexRows(Object.values(rowsByStage(two)).flat()).keys()]
    expect(keys.length).toBe(new Set(keys).size)
    expect([...indexRows(Object.values(rowsByStage(structuredClone(two))).flat()).keys()]).toEqual(keys)
    expect(keys).toHaveLength(16)
  })
})

it('pathTo names all that must be open', () => {
  const rows = rowsByStage(two)
  const target = rows.emotion[1]?.rows[0]?.rows[0]
  expect(pathTo(target?.key ?? '', rows)).toEqual(['emotion', rows.emotion[1]?.key, rows.emotion[1]?.rows[0]?.key])
  expect(pathTo('nowhere', rows)).toEqual([])
})

it.each([
  [6, 'beginning', [0, 1]],
  [6, 'middle', [2, 3]],
  [6, 'end', [4, 5]],
  [4, 'middle', [1, 2]],
  [2, 'end', [0, 1]],
  [3, undefined, [0, 1, 2]],
] as const)('of %d frames, the %s', (count, phase, expected) => {
  expect(
    framesOfPhases(
      Array.from({ length: count }, (_, index) => index),
      phase && [phase],
    ),
  ).toEqual(expected)
})
