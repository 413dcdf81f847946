import { useSyncExternalStore } from 'react'

/** An object that is replaced at each change, and listeners that are told. */
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

/** Re-renders when the selected part is another one by `Object.is`; so select parts and build no new objects. */
export function useStore<State, Part>(store: Store<State>, select: (state: State) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()))
}
