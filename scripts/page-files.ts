import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A chunk in Vite's own list of what it built. @see https://vite.dev/guide/backend-integration */
interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly assets?: readonly string[]
}

/** Scripts that a visitor fetches before a model loads, as paths below the build's folder. */
export interface PageFiles {
  /** The page's entry and all that it imports at once. */
  readonly page: readonly string[]
  /** The engine's worker, which starts with the page. */
  readonly worker: readonly string[]
}

/** Throws when the build has no list, no entry, or no worker. */
export function pageFiles(dist: string): PageFiles {
  const chunks: Readonly<Record<string, Chunk>> = JSON.parse(readFileSync(join(dist, 'assets/manifest.json'), 'utf8'))
  const reached = new Set<string>()
  const reach = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    for (const each of chunks[name].imports ?? []) reach(each)
  }
  reach('index.html')
  const all = [...reached].map((name) => chunks[name])
  const worker = all.flatMap(({ assets = [] }) => assets).filter((name) => /engine\.worker.*\.js$/.test(name))
  if (worker.length !== 1) throw new Error(`The build has ${worker.length} workers of the engine, and should have one.`)
  // Its own code lies in a file beside it (see worker-facade.ts).
  const beside = worker.flatMap((name) => {
    const imported = /^import ?"\.\/([^"]+)";?\s*$/.exec(readFileSync(join(dist, name), 'utf8'))?.[1]
    return imported === undefined ? [] : [`assets/${imported}`]
  })
  return { page: all.map(({ file }) => file), worker: [...worker, ...beside] }
}
