import { isDrawn, isPlaceholder, readsDrawnFaces } from '../../model-kind.ts'
import type { LostLoad, SessionState } from '../../session/session-state.ts'
import type { StoredName } from '../../session/stored-models.ts'
import { viewOf } from '../../shown-view.ts'

/** What a person should know of the page and its model; each is said once, as a chip, with its details on a press. */
export type Notice =
  | { readonly kind: 'update'; readonly readings: number }
  | { readonly kind: 'lost-load'; readonly lost: LostLoad }
  | { readonly kind: 'no-model' }
  | { readonly kind: 'evicted'; readonly models: readonly StoredName[] }
  | { readonly kind: 'random-weights' }
  /** A model of drawn faces is shown something else: a real face, as it is. */
  | { readonly kind: 'not-for-real-faces' }
  | { readonly kind: 'on-the-processor'; readonly text: string }
  /** Where the bundle is stored, or that its address could not be reached. */
  | { readonly kind: 'bundle'; readonly text: string }

/** Tells notices apart over time: what was dismissed stays so until its cause is another. */
export function noticeKey(notice: Notice): string {
  switch (notice.kind) {
    case 'bundle':
    case 'on-the-processor':
      return `${notice.kind} ${notice.text}`
    case 'evicted':
      return `${notice.kind} ${notice.models.map(({ key }) => key).join(' ')}`
    case 'lost-load':
      return `${notice.kind} ${notice.lost.at}`
    default:
      return notice.kind
  }
}

type NoticeParts = Pick<
  SessionState,
  'bundle' | 'load' | 'lostLoad' | 'evicted' | 'source' | 'frames' | 'current' | 'settings' | 'faces' | 'recording'
>

/** All notices, the weightiest first. A load that failed is none of them: it is an error, and shown as one. */
export function noticesOf(state: NoticeParts, isUpdateReady: boolean): readonly Notice[] {
  const { bundle, load, lostLoad, evicted, recording } = state
  const isIdle = load.state === 'idle'
  const notices: Notice[] = []
  if (isUpdateReady) notices.push({ kind: 'update', readings: recording.length })
  if (lostLoad && (isIdle || load.state === 'failed')) notices.push({ kind: 'lost-load', lost: lostLoad })
  if (isIdle && load.isCancelled && !bundle && !lostLoad) notices.push({ kind: 'no-model' })
  if (evicted.length > 0) notices.push({ kind: 'evicted', models: evicted })
  if (!bundle) return notices
  // While another model is being loaded, nothing is said of the one before.
  if (isIdle && isPlaceholder(bundle.manifest)) notices.push({ kind: 'random-weights' })
  if (isIdle && readsDrawnFaces(bundle.manifest) && isShownAStranger(state))
    notices.push({ kind: 'not-for-real-faces' })
  for (const text of bundle.notices) {
    const { reason } = bundle.check
    const isOfProcessor = bundle.provider === 'wasm' && reason !== undefined && text.includes(reason)
    notices.push({ kind: isOfProcessor ? 'on-the-processor' : 'bundle', text })
  }
  return notices
}

/** Whether the model is shown a real face as it is. What it is shown otherwise is said where the reading is. */
function isShownAStranger(state: NoticeParts): boolean {
  const { source } = state
  if (source === undefined || source.kind === 'stopped' || isDrawn(source)) return false
  return viewOf(state) !== 'twin'
}
