import type { Judge } from '../reading/judge.ts'

let loaded: Judge | undefined
let isLoading = false

/**
 * What holds words against measures: it comes with the first face that is followed, so that a page that follows none
 * does without. Undefined until it is there; where it cannot be loaded, what is said goes without marks.
 */
export function lazyJudge(): Judge | undefined {
  if (!loaded && !isLoading) void load()
  return loaded
}

async function load(): Promise<void> {
  isLoading = true
  try {
    loaded = (await import('../reading/judge.ts')).judge
  } catch {
    // The next measures try again.
  } finally {
    isLoading = false
  }
}
