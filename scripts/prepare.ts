/**
 * Makes what the page needs and git does not hold: the embedded bundle in public/models/videmo-tiny. Does nothing when
 * the checkpoint and the builder are what they were: `npx tsx scripts/prepare.ts`.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import { buildBundle } from '../src/build/bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const checkpoint = join(root, 'fixtures/data/checkpoint')
const bundle = join(root, 'public/models/videmo-tiny')
const stampPath = join(root, '.cache/videmo-tiny.inputs')

/** Where the embedded bundle says it comes from; the page tells by it that the words mean nothing. */
const origin = 'fixtures/data/checkpoint'

const builder = ['src/build', 'src/manifest', 'src/qwen25vl', 'src/errors.ts', 'src/float16.ts', 'scripts/prepare.ts']

function filesOf(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function hashInputs(): string {
  const sources = builder.flatMap((path) => (path.endsWith('.ts') ? [join(root, path)] : filesOf(join(root, path))))
  const inputs = [...filesOf(checkpoint), ...sources.filter((path) => !path.endsWith('.test.ts'))].sort()
  const hash = createHash('sha256')
  for (const path of inputs) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path))
  }
  return hash.digest('hex')
}

function isUpToDate(inputs: string): boolean {
  try {
    readFileSync(join(bundle, 'manifest.json'))
    return readFileSync(stampPath, 'utf8') === inputs
  } catch {
    return false
  }
}

const inputs = hashInputs()
if (!isUpToDate(inputs)) {
  const files = new DirectoryFiles(checkpoint)
  try {
    const result = await buildBundle(files, await DirectorySink.open(bundle), {
      dtype: 'q4',
      source: { origin },
      license: { name: 'Apache-2.0' },
      createHash: hasher,
    })
    const bytes = result.files.reduce((sum, file) => sum + file.bytes, 0)
    mkdirSync(dirname(stampPath), { recursive: true })
    writeFileSync(stampPath, inputs)
    console.log(`Built public/models/videmo-tiny: ${(bytes / 1e6).toFixed(2)} MB in ${result.files.length} files.`)
  } finally {
    await files.close()
  }
}

function hasher() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
}
