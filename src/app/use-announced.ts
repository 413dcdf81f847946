import { useEffect, useRef } from 'react'
import { usePage } from './view.ts'

/** Has a text spoken whenever it is another one, through the page's one live region; not what was there from the first. */
export function useAnnounced(text: string): void {
  const { actions } = usePage().session
  const before = useRef(text)
  useEffect(() => {
    if (before.current === text) return
    before.current = text
    if (text !== '') actions.announce(text)
  }, [actions, text])
}
