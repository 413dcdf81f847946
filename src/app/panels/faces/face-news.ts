import type { FacesState } from '../../session/faces-state.ts'

/** Screen readers hear of found and lost faces at most this often, ms. */
export const newsEveryMs = 10_000

/** Says how many faces are in the picture: when that has changed, and not more often than every ten seconds. */
export class FaceNews {
  private toldCount = 0
  private toldAtMs = Number.NEGATIVE_INFINITY

  /** @returns the text to say now; or in how many ms to ask again; or nothing, where nothing has changed */
  take(faces: FacesState, nowMs: number): { readonly text: string } | { readonly againMs: number } | undefined {
    const count = faces.tracks.filter(({ isHere }) => isHere).length
    if (count === this.toldCount) return undefined
    const againMs = this.toldAtMs + newsEveryMs - nowMs
    if (againMs > 0) return { againMs }
    this.toldCount = count
    this.toldAtMs = nowMs
    return { text: countText(count) }
  }
}

function countText(count: number): string {
  if (count === 0) return 'There is no face in the picture any more.'
  return count === 1 ? 'One face is followed.' : `${count} faces are followed.`
}
