import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const sources = ['src', 'workers', 'cli', 'bench', 'e2e', 'scripts', 'fixtures', 'training'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
)

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8')

  it('names only source files that there are', () => {
    const named = [...text.matchAll(/`([\w./-]+\.(?:ts|tsx|py|sh))`/g)].map(([, name]) => name)
    // Declarations are made by the build.
    const sourceNames = named.filter((name) => !name.endsWith('.d.ts'))
    const isThere = (name: string) => existsSync(name) || sources.some((file) => `/${file}`.endsWith(`/${name}`))
    expect(sourceNames.filter((name) => !isThere(name))).toEqual([])
  })

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) => link)
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([])
  })
})
