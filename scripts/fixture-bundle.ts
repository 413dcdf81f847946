import { fileURLToPath } from 'node:url'

/** What the bundle of the random reference checkpoint is called, and where static hosts under test serve it. */
export const fixtureName = 'videmo-fixture'

/** Its folder, made by `scripts/prepare.ts`: tests compare tokens on it, and no visitor gets it. */
export const fixtureFolder = fileURLToPath(new URL(`../.cache/bundles/${fixtureName}`, import.meta.url))
