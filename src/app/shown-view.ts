import type { View } from '../affect/view.ts'
import { viewFor } from '../reading/view-rules.ts'
import { isDrawn, isPlaceholder } from './model-kind.ts'
import type { SessionState } from './session/session-state.ts'

type ViewParts = Pick<SessionState, 'frames' | 'current' | 'settings' | 'faces' | 'bundle' | 'source'>

/** How the model is shown the source; before its first frame, how it will be as far as that can be told. */
export function viewOf({ frames, current, settings, faces, bundle, source }: ViewParts): View {
  const shown = frames.length > 0 ? (frames.at(-1)?.view ?? 'picture') : current?.view
  if (shown) return shown
  const wished = settings.faces.view
  if (wished !== 'automatic') return wished
  const { state } = faces.status
  if (state === 'off' || state === 'failed' || !source || !bundle) return 'picture'
  return viewFor(bundle.manifest, { isDrawn: isDrawn(source) || isPlaceholder(bundle.manifest) })
}
