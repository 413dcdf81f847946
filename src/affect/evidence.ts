import { isMovingPart, topicOf } from './lexicon.ts'
import { attributeMatcher, expressionMatcher } from './read-sentence.ts'
import type { AttributeNode, Evidence, ExpressionNode } from './tree.ts'
import { isDegree, isFunctionWord, wordsOf } from './words.ts'

/** What a phrase is about: its labels and units, its content words, and the parts of the face it names. */
interface Gist {
  readonly labels: ReadonlySet<string>
  readonly units: ReadonlySet<string>
  readonly words: ReadonlySet<string>
  readonly parts: ReadonlySet<string>
}

// Weights of what two phrases share. A shared part of the face counts only if the reason names nothing else.
const labelWeight = 6
const unitWeight = 4
const wordWeight = 2
const partWeight = 1

const gists = new WeakMap<AttributeNode | ExpressionNode, Gist>()

/**
 * The attribute or expression that a reason rests on: the one with the greatest lexical overlap; of equals an
 * expression before an attribute, and the earlier before the later. Undefined where only a part of the face is shared.
 */
export function evidenceNode(
  reason: string,
  attributes: readonly AttributeNode[],
  expressions: readonly ExpressionNode[],
): Evidence['of'] {
  const gist = gistOf(reason)
  const least = gist.labels.size + gist.units.size + gist.words.size === 0 ? partWeight : wordWeight
  let best: Evidence['of']
  let most = least - 1
  for (const [kind, nodes] of [
    ['expression', expressions],
    ['attribute', attributes],
  ] as const) {
    for (const [index, node] of nodes.entries()) {
      const score = overlap(gist, gistOfNode(node))
      if (score > most) {
        most = score
        best = { kind, index }
      }
    }
  }
  return best
}

function overlap(one: Gist, other: Gist): number {
  const said = labelWeight * shared(one.labels, other.labels) + unitWeight * shared(one.units, other.units)
  return said + wordWeight * shared(one.words, other.words) + partWeight * shared(one.parts, other.parts)
}

function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0
  for (const each of one) if (other.has(each)) count++
  return count
}

function gistOfNode(node: AttributeNode | ExpressionNode): Gist {
  const known = gists.get(node)
  if (known !== undefined) return known
  const said = gistOf(node.text)
  const units = node.kind === 'expression' ? node.actionUnits : []
  const gist = { ...said, labels: new Set([node.label]), units: new Set([...said.units, ...units]) }
  gists.set(node, gist)
  return gist
}

function gistOf(text: string): Gist {
  const all = wordsOf(text)
  const attributes = attributeMatcher.match(all).flatMap(({ value }) => value.label ?? [])
  const expressions = expressionMatcher.match(all)
  const words = new Set<string>()
  const parts = new Set<string>()
  for (const word of all) {
    if (topicOf(word.stem) !== undefined || isMovingPart(word.stem)) parts.add(word.stem)
    else if (!isFunctionWord(word) && !isDegree(word)) words.add(word.stem)
  }
  const units = new Set<string>(expressions.flatMap(({ value }) => value.actionUnits))
  for (const { raw } of all) if (/^au\d+$/.test(raw)) units.add(raw.toUpperCase())
  return {
    labels: new Set([...attributes, ...expressions.flatMap(({ value }) => value.label ?? [])]),
    units,
    words,
    parts,
  }
}
