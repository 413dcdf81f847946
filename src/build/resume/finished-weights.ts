import type { FileState } from '../output/hashed-file.ts'
import { type Balance, balanceOf } from '../precision/balance.ts'
import { type MlpPair, type WeightRecipe, weightName } from '../weights/recipe.ts'
import { type BuildNote, readNote } from './build-notes.ts'

/** What an earlier build has finished, in the order of its notes: weights are skipped up to where the notes end. */
export class FinishedWeights {
  /** Measured balances by MLP. */
  readonly balances = new Map<string, Balance>()
  /** The latest noted state of every file; those that were completed first come first. */
  readonly files = new Map<string, FileState>()
  doneBytes = 0
  private readonly weights: Extract<BuildNote, { kind: 'weight' }>[] = []
  private skipped = 0

  /** Returns `changed` where the notes belong to another build, `damaged` where they are not as they were written. */
  static read(
    lines: readonly string[],
    fingerprint: string,
    recipes: readonly WeightRecipe[],
    pairs: readonly MlpPair[],
  ): FinishedWeights | 'changed' | 'damaged' {
    const finished = new FinishedWeights()
    const [first, ...rest] = lines.map(readNote)
    if (first?.kind !== 'build') return 'damaged'
    if (first.fingerprint !== fingerprint) return 'changed'
    for (const note of rest) {
      if (note?.kind === 'balance') {
        const pair = pairs.find(({ name }) => name === note.mlp)
        if (pair?.channels !== note.exponents.length) return 'damaged'
        finished.balances.set(note.mlp, balanceOf(note.exponents))
      } else {
        const recipe = recipes[finished.count]
        if (note?.kind !== 'weight' || !recipe || note.weight !== weightName(recipe)) return 'damaged'
        finished.weights.push(note)
        for (const file of note.files) {
          finished.files.delete(file.path)
          finished.files.set(file.path, file)
        }
      }
      finished.doneBytes = note.doneBytes
    }
    return finished
  }

  get count(): number {
    return this.weights.length
  }

  /** The note of a weight that is finished, which then counts as skipped. Call it for each weight in order. */
  next(recipe: WeightRecipe) {
    const note = this.weights[this.skipped]
    if (!note || note.weight !== weightName(recipe)) return undefined
    this.skipped++
    return note
  }
}
