import type { PreprocessorConfig } from '../../src/qwen25vl/index.ts'
import type { Closeness, PixelCloseness, TokenMatch } from './report.ts'

/** Compares over the entries where the reference is finite: goldens mask special ids with -inf. */
export function compareFloats(ours: Float32Array, reference: Float32Array): Closeness {
  let maxAbs = ours.length === reference.length ? 0 : Number.POSITIVE_INFINITY
  let dot = 0
  let ourPower = 0
  let referencePower = 0
  let notFinite = 0
  for (let i = 0; i < reference.length; i++) {
    const a = ours[i]
    const b = reference[i]
    if (!Number.isFinite(b)) continue
    if (!Number.isFinite(a)) {
      notFinite++
      continue
    }
    maxAbs = Math.max(maxAbs, Math.abs(a - b))
    dot += a * b
    ourPower += a * a
    referencePower += b * b
  }
  return { maxAbs, cosine: dot / Math.sqrt(ourPower * referencePower), notFinite }
}

/** A step whose margin is below this may flip in other arithmetic; comparison ends there. */
export const nearTie = 2e-3

export function compareTokens(
  ours: readonly number[],
  reference: readonly number[],
  margins: readonly number[],
  tie = nearTie,
): TokenMatch {
  const difference = reference.findIndex((token, step) => ours[step] !== token)
  if (difference < 0) return { matched: reference.length, of: reference.length, nearTieAt: null }
  return {
    matched: difference,
    of: reference.length,
    nearTieAt: margins[difference] < tie ? difference : null,
  }
}

export function tokensAgree(match: TokenMatch): boolean {
  return match.matched === match.of || match.nearTieAt !== null
}

/** Collects gray-level differences of normalized patches and of resized images. */
export class PixelComparison {
  private equal = 0
  private count = 0
  private maxLevels = 0

  /** Patches f32 [n, 3 * values]: each third of a row is one channel. */
  addPatches(
    ours: Float32Array,
    reference: Float32Array,
    width: number,
    { imageStd }: Pick<PreprocessorConfig, 'imageStd'>,
  ): void {
    for (let i = 0; i < reference.length; i++) {
      const channel = Math.floor(((i % width) * 3) / width)
      this.add(Math.round(Math.abs(ours[i] - reference[i]) * imageStd[channel] * 255))
    }
  }

  /** RGB bytes against an RGBA image's. */
  addImage(ours: Uint8Array, rgba: Uint8Array): void {
    for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        this.add(Math.abs(ours[pixel * 3 + channel] - rgba[pixel * 4 + channel]))
      }
    }
  }

  get result(): PixelCloseness {
    return { equalShare: this.count === 0 ? 0 : this.equal / this.count, maxLevels: this.maxLevels }
  }

  private add(levels: number): void {
    this.count++
    if (levels === 0) this.equal++
    // A NaN must not pass for equality.
    this.maxLevels = Number.isNaN(levels) ? Number.POSITIVE_INFINITY : Math.max(this.maxLevels, levels)
  }
}
