/**
 * Compiles what the package offers to Node, the command line and `videmo-web/node`, into `lib/`: JavaScript with types,
 * in the tree of its sources. `npx tsx scripts/build-lib.ts`
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is run or imported by name; everything else is there because one of these imports it. */
const entries = ['cli/main.js', 'cli/index.js', 'cli/index.d.ts', 'cli/quantizer-worker.js']

/** Imported from source only: what it leads to needs source files, a browser, or packages for drawing. */
const leftOut = 'cli/repository-commands.js'

/**
 * Writes the folder anew. Throws Error where the sources do not compile.
 *
 * @returns the number of files
 */
export function buildLib(folder: string): number {
  rmSync(folder, { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.package.json', '--outDir', folder], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('What the package offers to Node does not compile; the lines above say why.')
  const needed = reachedFrom(entries.map((entry) => resolve(folder, entry)))
  needed.delete(resolve(folder, leftOut))
  for (const file of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = resolve(file.parentPath, file.name)
    if (file.isFile() && !needed.has(path)) rmSync(path)
  }
  removeEmptyFolders(folder)
  return needed.size
}

/** The files themselves and all that they import, types included. */
function reachedFrom(files: readonly string[], reached = new Set<string>()): Set<string> {
  for (const file of files) {
    if (reached.has(file)) continue
    reached.add(file)
    if (file.endsWith(leftOut)) continue
    const text = readFileSync(file, 'utf8')
    const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, path]) =>
      resolve(dirname(file), file.endsWith('.d.ts') ? path.replace(/(\.d)?\.ts$/, '.d.ts') : path),
    )
    reachedFrom(imported.filter(existsSync), reached)
  }
  return reached
}

function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name))
  }
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(`lib: ${buildLib(join(root, 'lib'))} files`)
}
