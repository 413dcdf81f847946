import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAnswers } from './parse-answers.ts'
import { emptyTree } from './tree.ts'
import { type LabelledTree, labelledTree, treeDistance, treeReward } from './tree-distance.ts'

/** Trees of up to `most` nodes: every node but the first hangs on an earlier one. */
function trees(most: number): fc.Arbitrary<LabelledTree> {
  const node = fc.record({ label: fc.constantFrom('a', 'b', 'c'), parent: fc.nat() })
  return fc.array(node, { minLength: 1, maxLength: most }).map((nodes) => {
    const made = nodes.map(({ label }): { label: string; children: LabelledTree[] } => ({ label, children: [] }))
    for (const [at, { parent }] of nodes.entries()) if (at > 0) made[parent % at].children.push(made[at])
    return made[0]
  })
}

function t(label: string, ...children: LabelledTree[]): LabelledTree {
  return { label, children }
}

function size(tree: LabelledTree): number {
  return 1 + tree.children.reduce((sum, child) => sum + size(child), 0)
}

/** The definition, by recursion on the rightmost roots of two forests. */
function bruteForce(
  one: readonly LabelledTree[],
  other: readonly LabelledTree[],
  known = new Map<string, number>(),
): number {
  if (one.length === 0) return other.reduce((sum, tree) => sum + size(tree), 0)
  if (other.length === 0) return one.reduce((sum, tree) => sum + size(tree), 0)
  const key = JSON.stringify([one, other])
  const found = known.get(key)
  if (found !== undefined) return found
  const [a, b] = [one[one.length - 1], other[other.length - 1]]
  const [restA, restB] = [one.slice(0, -1), other.slice(0, -1)]
  const least = Math.min(
    1 + bruteForce([...restA, ...a.children], other, known),
    1 + bruteForce(one, [...restB, ...b.children], known),
    bruteForce(restA, restB, known) + bruteForce(a.children, b.children, known) + (a.label === b.label ? 0 : 1),
  )
  known.set(key, least)
  return least
}

describe('treeDistance', () => {
  it("gives the paper's example", () => {
    const one = t('f', t('d', t('a'), t('c', t('b'))), t('e'))
    const other = t('f', t('c', t('d', t('a'), t('b'))), t('e'))
    expect(treeDistance(one, other)).toBe(2)
  })

  it('counts inserted, deleted and changed nodes', () => {
    const tree = t('r', t('a'), t('b', t('c')))
    expect(treeDistance(tree, t('r', t('a'), t('x', t('c'))))).toBe(1)
    expect(treeDistance(tree, t('r', t('a'), t('c')))).toBe(1)
    expect(treeDistance(tree, t('r', t('a'), t('b', t('y', t('c')))))).toBe(1)
    expect(treeDistance(t('a'), t('b', t('c'), t('d')))).toBe(3)
  })

  it('equals the definition', () => {
    fc.assert(
      fc.property(trees(8), trees(8), (one, other) => {
        expect(treeDistance(one, other)).toBe(bruteForce([one], [other]))
      }),
    )
  })

  it('is a metric within the bounds of the sizes', () => {
    fc.assert(
      fc.property(trees(30), trees(30), trees(30), (a, b, c) => {
        const [ab, bc, ac] = [treeDistance(a, b), treeDistance(b, c), treeDistance(a, c)]
        expect(treeDistance(a, a)).toBe(0)
        expect(treeDistance(b, a)).toBe(ab)
        expect(ac).toBeLessThanOrEqual(ab + bc)
        expect(ab === 0).toBe(JSON.stringify(a) === JSON.stringify(b))
        expect(ab).toBeGreaterThanOrEqual(Math.abs(size(a) - size(b)))
        expect(ab).toBeLessThanOrEqual(size(a) + size(b) - 1)
      }),
    )
  })
})

describe('treeReward', () => {
  const texts = {
    attributes: 'black hair, eyeglasses',
    expression: 'She smiles.',
    emotion: 'Happy because of her smile.',
  }

  it('shows what is compared', () => {
    expect(labelledTree(parseAnswers(texts))).toEqual(
      t(
        'reading',
        t(
          'person',
          t('attributes', t('black_hair'), t('eyeglasses')),
          t('expressions', t('smile', t('AU12'))),
          t('emotions', t('happy', t('smile'))),
        ),
      ),
    )
  })

  it('falls with every difference, and does not heed the order of attributes', () => {
    const tree = parseAnswers(texts)
    expect(treeReward(tree, tree, 0.5)).toBe(1)
    expect(treeReward(tree, parseAnswers({ ...texts, attributes: 'eyeglasses and black hair' }), 0.5)).toBe(1)
    const other = parseAnswers({ ...texts, emotion: 'Sad because of her smile.' })
    expect(treeReward(tree, other, 0.5)).toBeCloseTo(Math.exp(-0.5), 12)
    expect(treeReward(tree, emptyTree, 0.1)).toBeCloseTo(Math.exp(-0.1 * 10), 12)
  })
})
