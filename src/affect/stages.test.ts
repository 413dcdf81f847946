import { describe, expect, it } from 'vitest'
import * as labels from './labels.ts'
import { options, reasoningPreset, stageIds } from './stages.ts'

describe('labels', () => {
  it('has the sets of the published evaluation', () => {
    expect(Object.fromEntries(Object.entries(labels).map(([name, set]) => [name, set.length]))).toEqual({
      actionUnits: 12,
      appearances: 40,
      actions: 35,
      openAttributes: 15,
      dfewEmotions: 7,
      mafwEmotions: 11,
    })
  })

  it('names nothing twice', () => {
    for (const set of Object.values(labels)) expect(new Set<string>(set).size).toBe(set.length)
  })
})

describe('reasoningPreset', () => {
  it('asks bottom up', () => {
    expect(reasoningPreset.stages.map(({ id }) => id)).toEqual(stageIds)
  })

  it('begins as the published data does', () => {
    expect(reasoningPreset.stages[0].prompt).toMatch(/^\. [A-Z]/)
  })

  it('offers the emotions as options', () => {
    expect(reasoningPreset.stages[2].prompt).toContain(options(labels.dfewEmotions))
    expect(options(['happy', 'sad'])).toBe('(A) happy (B) sad')
  })
})
