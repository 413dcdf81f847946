import { expect, it } from 'vitest'
import { parseAnswers } from '../affect/parse-answers.ts'
import { choicesPreset, mafwPreset, reasoningPreset } from '../affect/stages.ts'
import { labelledTree } from '../affect/tree-distance.ts'
import { choicesOf, mafwProseOf, proseOf } from './answers.ts'
import { sampleClip } from './sample-clip.ts'
import { framesOf, type Truth, truthOf } from './truth.ts'
import { truthTree } from './truth-tree.ts'

/** Of windows of 2, 4, 6 and 8 frames. */
const truths = Array.from({ length: 700 }, (_, seed): Truth[] => {
  const clip = sampleClip(40_000 + seed)
  const count = 2 + 2 * (seed % 4)
  const times = Array.from({ length: count }, (_, index) => 0.1 + index / 2)
  return [truthOf(clip.looks, framesOf(clip, times), clip.motion.type) ?? []].flat()
}).flat()

it('is the tree that the page reads out of the true prose', () => {
  expect(truths.length).toBeGreaterThan(500)
  for (const truth of truths) {
    const read = parseAnswers(proseOf(truth), reasoningPreset.stages)
    expect(labelledTree(read), JSON.stringify(proseOf(truth))).toEqual(labelledTree(truthTree(truth)))
  }
})

it('rests every reason on the unit that it names', () => {
  for (const truth of truths) {
    const [{ expressions, emotions }] = truthTree(truth).persons
    const units = emotions[0].evidence.map(({ of }) => (of ? expressions[of.index]?.label : undefined))
    expect(units).toEqual(truth.evidence)
  }
})

it('has several emotions in the preset that asks for them', () => {
  for (const truth of truths) {
    const [{ emotions }] = parseAnswers(mafwProseOf(truth), mafwPreset.stages).persons
    expect(emotions.map(({ label }) => label)).toEqual(truth.emotions)
  }
})

it('has the same labels in the options', () => {
  for (const truth of truths) {
    const [person] = parseAnswers(choicesOf(truth), choicesPreset.stages).persons
    expect(person.attributes.map(({ label }) => label)).toEqual(truth.appearances)
    expect(person.expressions.flatMap(({ actionUnits }) => actionUnits)).toEqual(truth.units)
    expect(person.emotions.map(({ label }) => label)).toEqual([truth.emotion])
  }
})
