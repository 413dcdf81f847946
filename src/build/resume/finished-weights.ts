import type { HashedFile } from '../output/hashed-file.ts'
import { type Balance, balanceOf } from '../precision/balance.ts'
import { type MlpPair, type WeightRecipe, weightName } from '../weights/recipe.ts'
import { type BuildNote, type FileState, readNote } from './build-notes.ts'

/** The weights of an earlier build that need not be made again. */
export class KeptWeights {
  readonly balances = new Map<string, Balance>()
  /** The latest state of every file, in the order in which they were ended. */
  readonly files = new Map<string, FileState>()
  /** Files to go on with. */
  readonly open = new Map<string, HashedFile>()
  doneBytes = 0
  private readonly weights: Extract<BuildNote, { kind: 'weight' }>[] = []
  private passed = 0

  /** Or why the notes are of no use: they are of another build, or not as they were written. */
  static read(
    lines: readonly string[],
    fingerprint: string,
    recipes: readonly WeightRecipe[],
    pairs: readonly MlpPair[],
  ): KeptWeights | 'changed' | 'damaged' {
    const kept = new KeptWeights()
    const [first, ...rest] = lines.map(readNote)
    if (first?.kind !== 'build') return 'damaged'
    if (first.fingerprint !== fingerprint) return 'changed'
    for (const note of rest) {
      if (note?.kind === 'balance') {
        const pair = pairs.find(({ name }) => name === note.mlp)
        if (pair?.channels !== note.exponents.length) return 'damaged'
        kept.balances.set(note.mlp, balanceOf(note.exponents))
      } else {
        const recipe = recipes[kept.count]
        if (note?.kind !== 'weight' || !recipe || note.weight !== weightName(recipe)) return 'damaged'
        kept.weights.push(note)
        for (const file of note.files) {
          kept.files.delete(file.path)
          kept.files.set(file.path, file)
        }
      }
      kept.doneBytes = note.doneBytes
    }
    return kept
  }

  get count(): number {
    return this.weights.length
  }

  /** The note of the next weight in turn, if it is kept. */
  next(recipe: WeightRecipe) {
    const note = this.weights[this.passed]
    if (!note || note.weight !== weightName(recipe)) return undefined
    this.passed++
    return note
  }
}
