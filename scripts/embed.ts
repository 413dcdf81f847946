/**
 * Makes the bundle that the page loads by itself, `public/models/videmo-tiny`, from the checkpoint trained on drawn
 * faces; git keeps it. `npx tsx scripts/embed.ts CHECKPOINT_DIR [--dtype q8|q4|fp16]`. One that is too large stays in
 * `.cache/bundles`.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addCheck } from '../cli/add-check.ts'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import { oneOf } from '../cli/options.ts'
import { buildBundle } from '../src/build/build.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'public/models/videmo-tiny')
const draft = join(root, '.cache/bundles/videmo-tiny')
const card = join(root, 'training/MODEL_CARD.md')
const mostBytes = 8.7e6

const { values, positionals } = parseArgs({
  options: { dtype: { type: 'string', default: 'q8' } },
  allowPositionals: true,
})
const [checkpoint, ...others] = positionals
if (checkpoint === undefined || others.length > 0) throw new Error('Give one folder: that of the checkpoint.')
const dtype = oneOf('--dtype', values.dtype, ['q8', 'q4', 'fp16'])

mkdirSync(dirname(draft), { recursive: true })
const source = new DirectoryFiles(checkpoint)
try {
  await buildBundle(source, await DirectorySink.open(draft), {
    dtype,
    reads: 'drawn-faces',
    source: { origin: 'this project’s own training on drawn faces' },
    license: { name: 'Apache-2.0' },
    createHash: () => {
      const hash = createHash('sha256')
      return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
    },
  })
} finally {
  await source.close()
}
const checked = await addCheck(draft)
if (existsSync(card)) copyFileSync(card, join(draft, 'README.md'))

const files = readdirSync(draft).map((name) => ({ name, bytes: statSync(join(draft, name)).size }))
const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
for (const { name, bytes } of [...files, { name: `in all: ${(total / 1e6).toFixed(2)} MB, ${dtype}`, bytes: total }]) {
  console.log(`${String(bytes).padStart(9)}  ${name}`)
}
console.log(`Check added: ${checked.join(', ')} tokens.`)
if (total > mostBytes) {
  const place = relative(root, draft)
  throw new Error(`${place} is larger than ${mostBytes / 1e6} MB. Give --dtype q4, or make the network smaller.`)
}
rmSync(folder, { recursive: true, force: true })
renameSync(draft, folder)
console.log(`Embedded: ${relative(root, folder)}`)
