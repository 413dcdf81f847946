/**
 * `npm run size`: whether the built page's own scripts, before it loads a model, are as small as they should be, gzipped;
 * and what is fetched when a face is looked for.
 * E2E_DIST names another folder than dist. Exit status 1 when they are not.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import filePlugin from '@size-limit/file'
import sizeLimit from 'size-limit'
import { pageFiles } from './page-files.ts'

const dist = process.env.E2E_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const { page, worker, faces } = pageFiles(dist)
const checks = [
  { name: 'the page', limit: 350e3, files: page },
  { name: 'the page and the engine’s worker', limit: 350e3, files: [...page, ...worker] },
  { name: 'and when a face is looked for', limit: 100e3, files: faces.scripts },
]
const sizes = (await sizeLimit([filePlugin], {
  checks: checks.map(({ files }) => ({ files: files.map((name) => join(dist, name)), gzip: true })),
})) as readonly { readonly size?: number }[]
for (const [index, { name, limit, files }] of checks.entries()) {
  const { size = Number.POSITIVE_INFINITY } = sizes[index]
  const isWithin = size <= limit
  console.log(
    `${isWithin ? 'within' : 'ABOVE'} ${limit / 1e3} kB: ${(size / 1e3).toFixed(1)} kB gzipped, ${name} (${files.join(', ')})`,
  )
  if (!isWithin) process.exitCode = 1
}
const megabytes = (files: readonly string[]) =>
  files.reduce((sum, name) => sum + statSync(join(dist, name)).size, 0) / 1e6
const networks = megabytes(faces.networks)
console.log(
  `${networks <= 4.8 ? 'within' : 'ABOVE'} 4.8 MB: ${networks.toFixed(2)} MB, the face networks, once (${faces.networks.join(', ')})`,
)
if (networks > 4.8) process.exitCode = 1
console.log(
  `        ${megabytes(faces.runtime).toFixed(2)} MB gzipped, the runtime that they compute on, once (${faces.runtime.join(', ')})`,
)
