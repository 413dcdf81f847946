import type { Store } from '../store.ts'
import type { SessionState } from './session-state.ts'

/** Whether leaving the page would lose readings. */
export function hasUnsaved({ recording, savedReadings }: Pick<SessionState, 'recording' | 'savedReadings'>): boolean {
  return recording.length > savedReadings
}

let isLeaving = false

/** The person has agreed already that leaving the page deletes the readings: the browser does not ask again. */
export function leaveUnasked(): void {
  isLeaving = true
}

/**
 * Has the browser ask before the page is left, but listens only while there are unsaved readings: browsers keep no page
 * with such a listener in their back-forward cache.
 */
export function askBeforeLeaving(
  store: Store<SessionState>,
  page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> = globalThis,
): void {
  const ask = (event: Event) => {
    if (isLeaving) return
    event.preventDefault()
    // Older browsers and Safari ask only if this is set.
    if (typeof BeforeUnloadEvent !== 'undefined' && event instanceof BeforeUnloadEvent) event.returnValue = 'unsaved'
  }
  let isAsking = false
  const follow = () => {
    const isWanted = hasUnsaved(store.get())
    if (isWanted === isAsking) return
    isAsking = isWanted
    if (isWanted) page.addEventListener('beforeunload', ask)
    else page.removeEventListener('beforeunload', ask)
  }
  store.subscribe(follow)
  follow()
}
