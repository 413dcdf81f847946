import { describe, expect, it } from 'vitest'
import { bundleName, isPlaceholder } from './model-kind.ts'

function facts(origin: string, parameters: number) {
  const shape = { layers: 1, hiddenSize: 1, heads: 1, kvHeads: 1, headDim: 1, vocabSize: 1, visionDepth: 1 }
  return { source: { origin, architecture: 'x' }, model: { ...shape, visionHiddenSize: 1, parameters } }
}

describe('isPlaceholder', () => {
  it.each([
    ['fixtures/data/checkpoint', 1.7e6, true],
    ['fixtures/data/large', 3e9, true],
    ['somewhere', 1.7e6, true],
    ['KlingTeam/VidEmo-3B', 3.75e9, false],
  ])('%s with %d parameters: %s', (origin, parameters, expected) => {
    expect(isPlaceholder(facts(origin, parameters))).toBe(expected)
  })
})

it.each([
  ['https://a.test/models/videmo-tiny/', 'videmo-tiny'],
  ['https://a.test/my%20model/?k=1', 'my model'],
  ['https://a.test/', 'a.test'],
])('bundleName(%s)', (url, name) => {
  expect(bundleName(url)).toBe(name)
})
