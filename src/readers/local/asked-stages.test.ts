import { expect, it } from 'vitest'
import { cluesOf } from '../../affect/clues.ts'
import { measuredFaces } from '../../affect/measures.fixture.ts'
import { captionPreset, reasoningPreset } from '../../affect/stages.ts'
import { readingRequest } from '../../reading/request.ts'
import { askedStages } from './asked-stages.ts'
import { changedPrompt, longestStages } from './stage-prompts.ts'

const settings = { framesPerSecond: 2, windowFrames: 16, hopFrames: 8, maxTokens: 64 }
const source = { type: 'frames' as const, frames: [] }
const { stages } = readingRequest({ source, settings, stages: reasoningPreset.stages, withClues: true }, {})
const update = { frames: [0, 1].map((number) => ({ number, timeS: 8 * number })), view: 'face' as const }
const smile = { faces: measuredFaces(8, () => ({ units: { AU12: 0.9 } })), events: [] }

it('asks the emotion, and nothing else, with what was measured', () => {
  const asked = askedStages(stages, update, smile)
  expect(asked.slice(0, 2)).toEqual(stages.slice(0, 2))
  const clues = cluesOf({ measured: smile, startS: 0, endS: 8, view: 'face' })
  expect(clues).toContain('lip corner puller (AU12) strong throughout')
  expect(asked[2].prompt).toBe(`${clues} ${stages[2].prompt}`)
  expect(changedPrompt(stages, asked, 'emotion')).toEqual({ prompt: asked[2].prompt })
  expect(changedPrompt(stages, asked, 'expression')).toEqual({})
})

it('asks as without clues where nobody asked for them, or nothing was measured', () => {
  expect(askedStages(stages, update, undefined)).toBe(stages)
  expect(askedStages(stages, update, { faces: [], events: [] })).toBe(stages)
  const plain = readingRequest({ source, settings, stages: reasoningPreset.stages }, {}).stages
  expect(askedStages(plain, update, smile)).toBe(plain)
})

it('keeps room for the longest clues, and for no others', () => {
  const longest = longestStages(stages)
  expect(longest[2].prompt.length).toBeGreaterThan(askedStages(stages, update, smile)[2].prompt.length)
  expect(longest.slice(0, 2)).toEqual(stages.slice(0, 2))
})

it('does not clue a stage whose answer stands for a window', () => {
  const standing = captionPreset.stages.map((stage) => ({ ...stage, isStanding: true }))
  expect(readingRequest({ source, settings, stages: standing, withClues: true }, {}).stages[0]).not.toHaveProperty(
    'withClues',
  )
})
