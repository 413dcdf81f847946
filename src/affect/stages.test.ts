import { describe, expect, it } from 'vitest'
import * as labels from './labels.ts'
import { parseAnswers } from './parse-answers.ts'
import { findPreset, options, presets, reasoningPreset, stageIds, withPrompts } from './stages.ts'

const { actionUnitNames, ...rest } = labels
const sets: [name: string, set: readonly string[]][] = Object.entries(rest)

describe('labels', () => {
  it('has the sets of the published evaluation', () => {
    expect(Object.fromEntries(sets.map(([name, set]) => [name, set.length]))).toEqual({
      actionUnits: 12,
      appearances: 40,
      actions: 35,
      openAttributes: 15,
      dfewEmotions: 7,
      mafwEmotions: 11,
    })
  })

  it('names nothing twice', () => {
    for (const [, set] of sets) expect(new Set<string>(set).size).toBe(set.length)
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

describe('presets', () => {
  it('have names of their own, stages in order, and begin as the published data does', () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length)
    for (const { stages } of presets) {
      const ids = stages.map(({ id }) => id)
      expect(ids).toEqual(stageIds.filter((id) => ids.includes(id)))
      expect(stages[0].prompt).toMatch(/^\. [A-Z]/)
      for (const { prompt } of stages.slice(1)) expect(prompt).toMatch(/^[A-Z]/)
    }
  })

  it('have the labels their prompts offer', () => {
    for (const { labels: set, prompt, reads } of presets.flatMap(({ stages }) => stages)) {
      if (set === undefined || reads !== undefined) continue
      for (const label of set) expect(prompt).toContain(label)
    }
  })

  it('are read by letter where they offer letters', () => {
    const { stages } = findPreset('choices')
    const texts = { attributes: 'young, black_hair', expression: '(D), (G) AU12', emotion: 'A' }
    const [person] = parseAnswers(texts, stages).persons
    expect(person.attributes.map(({ label }) => label)).toEqual(['young', 'black_hair'])
    expect(person.expressions.map(({ label }) => label).sort()).toEqual(['AU12', 'AU6'])
    expect(person.emotions.map(({ label }) => label)).toEqual(['happy'])
    expect(parseAnswers({ emotion: 'D' }, findPreset('mafw').stages).persons[0].emotions[0].label).toBe('happiness')
  })

  it('name the units in words the parser knows', () => {
    for (const unit of labels.actionUnits) {
      const tree = parseAnswers({ expression: labels.actionUnitNames[unit] })
      expect([unit, tree.persons[0]?.expressions[0]?.actionUnits]).toEqual([unit, [unit]])
    }
  })

  it('need nothing else for another label set: its own words and letters are read as its labels', () => {
    const labels = ['joyful', 'flustered', 'smug', 'wistful']
    const stages = [
      { id: 'emotion', title: 'Mood', about: 'Moods.', prompt: `Which: ${options(labels)}?`, labels },
    ] as const
    const read = (emotion: string) =>
      parseAnswers({ emotion }, stages).persons.flatMap(({ emotions }) => emotions.map(({ label }) => label))
    expect(read('She appears wistful, and a little flustered.')).toEqual(['wistful', 'flustered'])
    expect(read('(C)')).toEqual(['smug'])
    // A synonym of a known emotion gives the set's own name for it.
    expect(read('He is happy.')).toEqual(['joyful'])
  })

  it('are found by name, else the first', () => {
    for (const preset of presets) expect(findPreset(preset.id)).toBe(preset)
    expect(findPreset('gone')).toBe(reasoningPreset)
  })
})

describe('withPrompts', () => {
  it("puts a person's words in place of the preset's, and nothing else", () => {
    const changed = withPrompts(reasoningPreset, { expression: 'What moves?', emotion: '  ' })
    expect(changed.stages.map(({ prompt }) => prompt)).toEqual([
      reasoningPreset.stages[0].prompt,
      'What moves?',
      reasoningPreset.stages[2].prompt,
    ])
    expect(changed.stages[1].title).toBe(reasoningPreset.stages[1].title)
    expect(withPrompts(reasoningPreset, {})).toEqual(reasoningPreset)
  })
})
