import { useSyncExternalStore } from 'react'

/** One value that changes by replacement. */
export class Store<State> {
  private readonly listeners = new Set<() => void>()

  constructor(private state: State) {}

  readonly get = (): State => this.state

  readonly update = (change: Partial<State>): void => {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

/** Re-renders when the selected part changes; select parts that keep their identity. */
export function useStore<State, Part>(store: Store<State>, select: (state: State) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()))
}
