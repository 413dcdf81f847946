import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withTables } from './faces-docs.ts'

it('docs/faces.md has its tables as the code has them: npx tsx scripts/faces-docs.ts', () => {
  const page = readFileSync('docs/faces.md', 'utf8')
  expect(page).toBe(withTables(page))
})
