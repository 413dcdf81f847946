import { fileURLToPath } from 'node:url'

/**
 * Where the tests put the page that they build: never `dist`, which a person publishes, for this one may fetch weights
 * from the tests' own servers. E2E_DIST names another folder, for two runs side by side.
 */
export const testedBuild = process.env.E2E_DIST ?? fileURLToPath(new URL('../.cache/tested-page', import.meta.url))
