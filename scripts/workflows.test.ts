import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../.github/workflows', import.meta.url))
const workflows = readdirSync(folder)
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }))

describe('workflows', () => {
  it('use every action by the hash of a commit, with its version beside it', () => {
    const uses = workflows.flatMap(({ name, text }) =>
      [...text.matchAll(/^\s*(?:- )?uses:\s*(.*)$/gm)].map(([, used]) => ({ name, used })),
    )
    expect(uses.length).toBeGreaterThan(0)
    // A tag can be moved to other code by whoever takes over the action; a commit cannot.
    const loose = uses.filter(({ used }) => !/^(\.\/|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/.test(used))
    expect(loose).toEqual([])
    // One version of an action everywhere.
    const versions = new Map<string, Set<string>>()
    for (const { used } of uses) {
      const [action, rest] = used.split('@')
      versions.set(action, (versions.get(action) ?? new Set()).add(rest))
    }
    expect([...versions].filter(([, { size }]) => size > 1)).toEqual([])
  })

  it('publish only what was tested', () => {
    const pages = workflows.find(({ name }) => name === 'pages.yml')?.text ?? ''
    expect(pages).toContain('  test:\n    uses: ./.github/workflows/tests.yml\n')
    expect(pages).toContain('  build:\n    needs: test\n')
    expect(pages).toContain('  publish:\n    needs: build\n')
    // The build empties the folder that the reference is written into.
    expect(pages.indexOf('npm run reference')).toBeGreaterThan(pages.indexOf('npm run build'))
    const tests = workflows.find(({ name }) => name === 'tests.yml')?.text ?? ''
    expect(tests).toContain('  pull_request:\n  workflow_call:\n')
  })

  it.each(workflows)('$name gives its jobs no more rights than it names', ({ text }) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
  })
})
