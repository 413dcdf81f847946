import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'videmo-reference-'))
let pages: readonly { readonly path: string; readonly html: string }[] = []

beforeAll(() => {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/reference/reference.ts', folder], { cwd: root })
  pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .map((name) => ({ path: join(folder, name), html: readFileSync(join(folder, name), 'utf8') }))
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the API reference', () => {
  it('has both entries, with what they throw', () => {
    const index = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(index).toContain('videmo-web/node')
    const named = (name: string) => pages.find(({ path }) => path.endsWith(`${name}.html`))?.html ?? ''
    expect(named('.build')).toContain('CheckpointError')
    expect(named('.createAnalyzer')).toContain('AnalyzerError')
    expect(named('.zipBundle')).toContain('missing-file')
  })

  it('holds nothing inline, loads nothing from elsewhere, and says so in a policy', () => {
    expect(pages.length).toBeGreaterThan(30)
    for (const { path, html } of pages) {
      expect(html, path).toContain('<head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'')
      expect(html, path).not.toMatch(/<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son[a-z]+="/)
      const loaded = [...html.matchAll(/<(?:script|link|img|use)\b[^>]*\s(?:src|href)="([^"#]*)/g)].map(([, at]) => at)
      expect(loaded.length, path).toBeGreaterThan(3)
      expect(
        loaded.filter((at) => /^(\w+:|\/)/.test(at)),
        path,
      ).toEqual([])
    }
  })

  it('makes no style at run time either, which the policy would refuse', () => {
    const code = readFileSync(join(folder, 'assets/main.js'), 'utf8')
    expect(code).toContain('adoptedStyleSheets')
    expect(code).not.toContain('createElement("style")')
    expect(readFileSync(join(folder, 'assets/theme.js'), 'utf8')).toContain('tsd-theme')
  })

  it('has no link to a page that is not there', () => {
    const known = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    const broken = pages.flatMap(({ path, html }) =>
      [...html.matchAll(/\s(?:src|href)="([^"#:?]+)["#?]/g)]
        .map(([, at]) => resolve(dirname(path), at))
        .filter((target) => !known.has(target))
        .map((target) => `${path}: ${target}`),
    )
    expect(broken).toEqual([])
  })
})
