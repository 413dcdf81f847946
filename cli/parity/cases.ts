import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A checkpoint with its reference cases, for tests. */
export interface ReferenceSet {
  readonly name: string
  readonly checkpoint: string
  readonly cases: readonly string[]
}

const fixtures = fileURLToPath(new URL('../../fixtures/data', import.meta.url))
const shared = fileURLToPath(new URL('../../../shared/reference/data', import.meta.url))

/** The project's own set, then whatever else lies in `../shared` or in folders that VIDEMO_REFERENCE names. */
export function referenceSets(): ReferenceSet[] {
  const roots = [shared, ...(process.env.VIDEMO_REFERENCE ?? '').split(':')].filter((root) => root && existsSync(root))
  const others = roots.flatMap((root) =>
    readdirSync(root)
      .filter((name) => existsSync(join(root, name, 'checkpoint', 'config.json')))
      .map((name) => setAt(join(root, name), name)),
  )
  return [setAt(fixtures, 'fixtures'), ...others]
}

export const ownSet = (): ReferenceSet => setAt(fixtures, 'fixtures')

function setAt(folder: string, name: string): ReferenceSet {
  const cases = readdirSync(folder)
    .filter((each) => existsSync(join(folder, each, 'golden.json')))
    .map((each) => join(folder, each))
  return { name, checkpoint: join(folder, 'checkpoint'), cases }
}

const wide = fileURLToPath(new URL('../../.cache/wide', import.meta.url))

/** The sets of true widths that fixtures/make_wide_reference.py has made; too large to be among the others. */
export function wideSets(): ReferenceSet[] {
  return ['plain', 'outlier']
    .filter((name) => existsSync(join(wide, name)))
    .map((name) => setAt(join(wide, name), name))
}

/** `plain/square4`, for titles. */
export function caseTitle(path: string): string {
  const parent = basename(dirname(path))
  if (path.startsWith(wide)) return `${parent} at the true widths`
  return `${parent === 'data' ? 'fixtures' : parent}/${basename(path)}`
}
