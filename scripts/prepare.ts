/**
 * Makes the bundles that git does not hold: in public/models the two small ones by which the app checks a device's
 * kernels, and, for tests, that of the random reference checkpoint (`fixture-bundle.ts`). Makes again only what is no
 * longer what its inputs were: `npx tsx scripts/prepare.ts`.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addCheck } from '../cli/add-check.ts'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import { buildBundle } from '../src/build/build.ts'
import { checkCheckpoint } from '../src/build/checkpoint/check-checkpoint.ts'
import type { BuildResult } from '../src/build/options.ts'
import { fixtureFolder, fixtureName } from './fixture-bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Where the fixture's bundle says it comes from, too; the page tells by it that the words mean nothing. */
const checkpoint = 'fixtures/data/checkpoint'
const tokenizer = `${checkpoint}/tokenizer.json`

const license = { name: 'Apache-2.0' }

const builder = ['src/build', 'src/manifest', 'src/qwen25vl', 'src/base', 'scripts/prepare.ts']
const checker = ['src/engine', 'cli/add-check.ts', 'package-lock.json']

interface Product {
  readonly name: string
  readonly folder: string
  /** Files and folders that it is made from. */
  readonly inputs: readonly string[]
  make(folder: string): Promise<BuildResult>
}

const products: readonly Product[] = [fixtureProduct(), checkProduct('q4'), checkProduct('q4f16')]

function fixtureProduct(): Product {
  return {
    name: fixtureName,
    folder: fixtureFolder,
    inputs: [checkpoint, ...builder, ...checker],
    async make(into) {
      const files = new DirectoryFiles(join(root, checkpoint))
      try {
        const result = await buildBundle(files, await DirectorySink.open(into), {
          dtype: 'q4',
          source: { origin: checkpoint },
          license,
          createHash: hasher,
        })
        await addCheck(into)
        return result
      } finally {
        await files.close()
      }
    },
  }
}

function checkProduct(dtype: 'q4' | 'q4f16'): Product {
  const name = `check-${dtype}`
  return {
    name,
    folder: join(root, 'public/models', name),
    inputs: [tokenizer, ...builder, ...checker],
    async make(folder) {
      const files = checkCheckpoint(readFileSync(join(root, tokenizer), 'utf8'))
      const build = async (out: string, dequantized: boolean) =>
        buildBundle(files, await DirectorySink.open(out), { dtype, dequantized, license, createHash: hasher })
      // What float16 is held against: the same stored weights, computed in float32.
      const decoded = `${folder}-decoded`
      try {
        await build(decoded, true)
        const result = await build(folder, false)
        await addCheck(folder, dtype === 'q4f16' ? decoded : folder)
        return result
      } finally {
        rmSync(decoded, { recursive: true, force: true })
      }
    },
  }
}

/** A file, or those of a folder. */
function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function hashInputs({ inputs }: Product): string {
  const files = inputs.map((path) => join(root, path)).flatMap(filesOf)
  const hash = createHash('sha256')
  for (const path of files.filter((each) => !each.endsWith('.test.ts')).sort()) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path))
  }
  return hash.digest('hex')
}

function isUpToDate(folder: string, stamp: string, inputs: string): boolean {
  try {
    readFileSync(join(folder, 'manifest.json'))
    return readFileSync(stamp, 'utf8') === inputs
  } catch {
    return false
  }
}

for (const product of products) {
  const { name, folder } = product
  const stamp = join(root, '.cache', `${name}.inputs`)
  const inputs = hashInputs(product)
  if (isUpToDate(folder, stamp, inputs)) continue
  mkdirSync(dirname(folder), { recursive: true })
  const result = await product.make(folder)
  const bytes = result.files.reduce((sum, file) => sum + file.bytes, 0)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, inputs)
  console.log(`Built ${relative(root, folder)}: ${(bytes / 1e6).toFixed(2)} MB in ${result.files.length} files.`)
}

function hasher() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
}
