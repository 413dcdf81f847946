/**
 * `npm run package`: builds the page and what the package offers to Node, packs both, and prints what the tarball weighs.
 * npm would run a build of its own before packing, but `.npmrc` lets it run no scripts.
 *
 *     npx tsx scripts/package.ts [--stage DIR] [--out DIR]
 *
 * `--stage` is where the package is put together (the repository itself by default, that is `dist/` and `lib/`), `--out`
 * where the tarball goes (the repository by default).
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildLib } from './build-lib.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What npm says of a tarball that it made, as far as it is printed here. */
interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

const { values } = parseArgs({
  options: { stage: { type: 'string', default: root }, out: { type: 'string', default: root } },
})
const stage = resolve(values.stage)
const out = resolve(values.out)
mkdirSync(stage, { recursive: true })
mkdirSync(out, { recursive: true })
run(process.execPath, [
  join(root, 'node_modules/vite/bin/vite.js'),
  ...['build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', join(stage, 'dist')],
])
buildLib(join(stage, 'lib'))
if (stage !== resolve(root)) {
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE']) {
    cpSync(join(root, name), join(stage, name))
  }
}
const [packed]: readonly Packed[] = JSON.parse(run('npm', ['pack', stage, '--json', '--pack-destination', out]))
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
console.log(
  `${packed.filename}: ${mega(packed.size)} packed, ${mega(packed.unpackedSize)} unpacked, ${packed.files.length} files`,
)
for (const [folder, bytes] of bytesByFolder(packed)) console.log(`  ${mega(bytes).padStart(8)}  ${folder}`)

/** Standard output of a program that must not fail. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64e6,
  })
  if (status === 0) return stdout
  throw new Error(`${program} ${args.join(' ')} ended with ${status ?? error?.message}`)
}

/** Largest first; the files of `dist` by the folders in it. */
function bytesByFolder({ files }: Packed): [string, number][] {
  const sums = new Map<string, number>()
  for (const { path, size } of files) {
    const folder = /^(dist\/models\/[^/]+|dist\/[^/]+(?=\/)|[^/]+)/.exec(path)?.[0] ?? path
    sums.set(folder, (sums.get(folder) ?? 0) + size)
  }
  return [...sums].sort(([, a], [, b]) => b - a)
}
