import { type ComponentType, lazy } from 'react'
import { valueWords } from './words/values.ts'

/**
 * A component that comes with a chunk of its own, and is rendered within a Suspense. Where the chunk cannot be had,
 * `Missing` stands in its place, and the page goes on.
 */
export function lazyComponent<Props>(
  load: () => Promise<ComponentType<Props>>,
  Missing: ComponentType<object> = NotLoaded,
) {
  return lazy(() =>
    load().then(
      (component) => ({ default: component }),
      () => ({ default: Missing as ComponentType<Props> }),
    ),
  )
}

function NotLoaded() {
  return <p>{valueWords.notLoaded}</p>
}
