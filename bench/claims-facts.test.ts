import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { measurablesOf } from '../src/affect/claimed.ts'
import { parseAnswers } from '../src/affect/parse-answers.ts'

const { clips } = JSON.parse(await readFile(new URL('claims-facts.json', import.meta.url), 'utf8'))
const facts: readonly { readonly says: string; readonly holds: boolean; readonly what: readonly string[] }[] =
  clips.flatMap((clip: { readonly facts: readonly unknown[] }) => clip.facts)

it('has facts of both kinds, many more than twelve', () => {
  expect(facts.filter(({ holds }) => holds).length).toBeGreaterThanOrEqual(12)
  expect(facts.filter(({ holds }) => !holds).length).toBeGreaterThanOrEqual(12)
})

it('has sentences that claim what is counted of them', () => {
  for (const { says, what } of facts) {
    const nodes = parseAnswers({ expression: says }).persons.flatMap(({ expressions }) => expressions)
    expect(nodes.flatMap(measurablesOf), says).toEqual(expect.arrayContaining([...what]))
  }
})
