import type { StageId } from '../affect/stages.ts'
import type { View } from '../affect/view.ts'
import type { Manifest } from '../manifest/manifest.ts'

/**
 * How a model is shown a source where nobody chose. A model that was taught on drawn faces is shown drawn ones as they
 * are, and of real ones a drawing that moves as they do, because it misreads what it has never seen; any other is shown
 * the face itself. Whoever follows no faces shows the picture.
 *
 * @param isDrawn whether the source shows a drawn face
 */
export function viewFor({ reads }: Pick<Manifest, 'reads'>, { isDrawn }: { readonly isDrawn: boolean }): View {
  if (isDrawn) return 'picture'
  return reads === 'drawn-faces' ? 'twin' : 'face'
}

/** Whether a stage is asked in a view: the hair, the age and the clothes of a drawing say nothing of the person it moves as. */
export function isAskedIn(view: View, stage: StageId): boolean {
  return view !== 'twin' || stage !== 'attributes'
}
