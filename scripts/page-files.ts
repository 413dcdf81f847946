import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { networkFiles } from '../src/faces/networks/network-files.ts'

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
  /** What is fetched beside these when faces are looked for, on the processor. */
  readonly faces: {
    readonly scripts: readonly string[]
    /** WebAssembly, gzipped by the build. */
    readonly runtime: readonly string[]
    readonly networks: readonly string[]
  }
}

/** Begins the worker that follows faces; shows what it measures. */
const facesModules = ['src/faces/worker/client.ts', 'src/app/panels/faces/index.ts']

/** Throws when the build has no list, no entry, or not one worker of each kind. */
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
  const page = all.map(({ file }) => file)
  const worker = workerFiles(dist, 'engine', all)
  for (const name of facesModules) reach(name)
  const later = [...reached].map((name) => chunks[name]).filter(({ file }) => !page.includes(file))
  const assets = readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`)
  return {
    page,
    worker,
    faces: {
      scripts: [
        ...later.map(({ file }) => file),
        ...workerFiles(dist, 'faces', later),
        ...assets.filter((name) => /\/ort\.wasm\.[^/]*\.js$/.test(name)),
      ],
      runtime: assets.filter((name) => /\/ort-wasm-simd-threaded\.wasm[^/]*\.gz$/.test(name)),
      networks: Object.values(networkFiles).map(({ path }) => path),
    },
  }
}

/** The worker that these chunks start. */
function workerFiles(dist: string, kind: string, chunks: readonly Chunk[]): string[] {
  const started = chunks.flatMap(({ assets = [] }) => assets)
  const worker = started.filter((name) => name.includes(`${kind}.worker`) && name.endsWith('.js'))
  if (worker.length !== 1) throw new Error(`The build has ${worker.length} workers “${kind}”, and should have one.`)
  // Its own code lies in a file beside it (see worker-facade.ts).
  const beside = worker.flatMap((name) => {
    const imported = /^import ?"\.\/([^"]+)";?\s*$/.exec(readFileSync(join(dist, name), 'utf8'))?.[1]
    return imported === undefined ? [] : [`assets/${imported}`]
  })
  return [...worker, ...beside]
}
