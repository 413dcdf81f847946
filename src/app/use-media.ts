import { useCallback, useSyncExternalStore } from 'react'

/** Where the page has one narrow column, and its lower parts are sheets. The same width stands in the style sheets. */
export const narrow = '(max-width: 560px)'

/** Whether a media query holds; renders again when that changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listen: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', listen)
      return () => list.removeEventListener('change', listen)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}
