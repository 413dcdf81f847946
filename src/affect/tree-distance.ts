import { actionUnits } from './labels.ts'
import type { AffectiveTree, EmotionNode, PersonNode } from './tree.ts'

/** An ordered tree with labels. */
export interface LabelledTree {
  readonly label: string
  readonly children: readonly LabelledTree[]
}

/**
 * Ordered tree edit distance: the fewest nodes to insert, delete (its children take its place) or relabel to turn one
 * tree into the other. O(n m min(depth, leaves)^2) time, O(n m) space.
 *
 * @see Zhang and Shasha, Simple Fast Algorithms for the Editing Distance between Trees and Related Problems, SIAM J.
 *   Comput. 18(6), 1989; names follow the paper: l(i) is the leftmost leaf under node i, nodes in postorder
 */
export function treeDistance(one: LabelledTree, other: LabelledTree): number {
  const [a, b] = [postorder(one), postorder(other)]
  const width = b.labels.length + 1
  const trees = new Uint32Array(a.labels.length * width)
  const forests = new Uint32Array((a.labels.length + 1) * width)
  for (const i of a.keyroots) {
    for (const j of b.keyroots) {
      const [li, lj] = [a.leftmost[i], b.leftmost[j]]
      // forests[x, y]: distance of the nodes li .. li+x-1 from lj .. lj+y-1.
      forests[0] = 0
      for (let x = 1; x <= i - li + 1; x++) forests[x * width] = x
      for (let y = 1; y <= j - lj + 1; y++) forests[y] = y
      for (let x = 1; x <= i - li + 1; x++) {
        for (let y = 1; y <= j - lj + 1; y++) {
          const [m, n] = [li + x - 1, lj + y - 1]
          const isTree = a.leftmost[m] === li && b.leftmost[n] === lj
          const edited = Math.min(forests[(x - 1) * width + y], forests[x * width + y - 1]) + 1
          const matched = isTree
            ? forests[(x - 1) * width + y - 1] + (a.labels[m] === b.labels[n] ? 0 : 1)
            : forests[(a.leftmost[m] - li) * width + b.leftmost[n] - lj] + trees[m * width + n]
          const least = Math.min(edited, matched)
          forests[x * width + y] = least
          if (isTree) trees[m * width + n] = least
        }
      }
    }
  }
  return trees[(a.labels.length - 1) * width + b.labels.length - 1]
}

interface Postorder {
  readonly labels: readonly string[]
  /** l(i): index of the leftmost leaf under each node. */
  readonly leftmost: readonly number[]
  /** The root, and every node with a sibling on its left; ascending. */
  readonly keyroots: readonly number[]
}

function postorder(root: LabelledTree): Postorder {
  const labels: string[] = []
  const leftmost: number[] = []
  const visit = (node: LabelledTree): number => {
    const first = node.children.map(visit)[0] ?? labels.length
    labels.push(node.label)
    leftmost.push(first)
    return first
  }
  visit(root)
  const last = new Map(leftmost.map((leaf, node) => [leaf, node]))
  return { labels, leftmost, keyroots: [...last.values()].sort((x, y) => x - y) }
}

/**
 * The part of a reading that is compared: per person the attributes' labels, the expressions' labels with their action
 * units in order of time, the emotions' labels with what they rest on. Names, topics, words, phases and places in the
 * text are not compared. Attributes, units and evidence have no order of their own and are sorted, so that the order in
 * which a text lists them does not count.
 */
export function labelledTree({ persons }: AffectiveTree): LabelledTree {
  return { label: 'reading', children: persons.map(personTree) }
}

function personTree(person: PersonNode): LabelledTree {
  return {
    label: 'person',
    children: [
      { label: 'attributes', children: leaves(person.attributes.map(({ label }) => label).sort()) },
      {
        label: 'expressions',
        children: person.expressions.map((expression) => ({
          label: expression.label,
          children: leaves(actionUnits.filter((unit) => expression.actionUnits.includes(unit))),
        })),
      },
      {
        label: 'emotions',
        children: person.emotions.map((emotion) => ({
          label: emotion.label,
          children: leaves(emotion.evidence.map((evidence) => evidenceLabel(evidence, person)).sort()),
        })),
      },
    ],
  }
}

/** Two reasons are the same if they rest on nodes with the same label, whatever their words. */
function evidenceLabel({ text, of }: EmotionNode['evidence'][number], person: PersonNode): string {
  if (of === undefined) return text.toLowerCase()
  const nodes = of.kind === 'attribute' ? person.attributes : person.expressions
  return nodes[of.index]?.label ?? text.toLowerCase()
}

function leaves(labels: readonly string[]): LabelledTree[] {
  return labels.map((label) => ({ label, children: [] }))
}

/**
 * VidEmo's emotion-tree reward (arXiv 2511.02712): exp(-lambda TED), 1 for equal trees, toward 0 as they differ. The
 * paper's caption parser and its lambda are not public; trees and labels here are this project's.
 */
export function treeReward(one: AffectiveTree, other: AffectiveTree, lambda: number): number {
  return Math.exp(-lambda * treeDistance(labelledTree(one), labelledTree(other)))
}
