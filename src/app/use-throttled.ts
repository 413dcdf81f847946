import { useEffect, useState } from 'react'
import type { Store } from './store.ts'

/** A part of a store that changes with every token, looked at no more often than this; the last change is never lost. */
export function useThrottled<State, Part>(store: Store<State>, select: (state: State) => Part, everyMs: number): Part {
  const [part, setPart] = useState(() => select(store.get()))
  // biome-ignore lint/correctness/useExhaustiveDependencies: selectors say the same each time they are written
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let lookedAtMs = Number.NEGATIVE_INFINITY
    const look = () => {
      timer = undefined
      lookedAtMs = performance.now()
      setPart(() => select(store.get()))
    }
    const onChange = () => {
      timer ??= setTimeout(look, Math.max(0, lookedAtMs + everyMs - performance.now()))
    }
    onChange()
    const unsubscribe = store.subscribe(onChange)
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [store, everyMs])
  return part
}
