import { describe, expect, it } from 'vitest'
import { parseAnswers } from '../../src/affect/parse-answers.ts'
import { reasoningPreset } from '../../src/affect/stages.ts'
import type { AffectiveTree } from '../../src/affect/tree.ts'
import { emptyTree } from '../../src/affect/tree.ts'
import { proseOf } from '../../src/demo-face/answers.ts'
import type { Truth } from '../../src/demo-face/truth.ts'
import { clipOf, fileTimes } from '../draw/drawn-clips.ts'
import { figuresOf, type ScoredClip, treeLambda } from './metrics.ts'

const asks = { motions: true }

function treeOf(truth: Truth): AffectiveTree {
  return parseAnswers(proseOf(truth), reasoningPreset.stages)
}

const truths = Array.from({ length: 60 }, (_, index) => clipOf(31, index, fileTimes({})).truth)
const perfect = truths.map((truth) => ({ truth, tree: treeOf(truth), shuffled: treeOf(truth) }))

/** A smiling woman with bangs who nods, and a bald man at rest. */
const woman: Truth = {
  isMale: false,
  isYoung: true,
  hasFullBeard: false,
  appearances: ['young', 'bangs', 'black_hair', 'wavy_hair'],
  phases: [{ when: 'throughout', units: ['AU6', 'AU12'] }],
  units: ['AU6', 'AU12'],
  actions: ['smile', 'nod'],
  motion: 'nod',
  emotion: 'happy',
  evidence: ['AU6', 'AU12'],
  emotions: ['happiness'],
  sentiment: 'positive',
}
const man: Truth = {
  ...woman,
  isMale: true,
  appearances: ['male', 'young', 'bald', 'no_beard'],
  phases: [{ when: 'throughout', units: [] }],
  units: [],
  actions: [],
  motion: 'none',
  emotion: 'neutral',
  evidence: [],
  emotions: ['neutral'],
  sentiment: 'neutral',
}

function read(truth: Truth, answers: Partial<ReturnType<typeof proseOf>>): ScoredClip {
  return { truth, tree: parseAnswers({ ...proseOf(truth), ...answers }, reasoningPreset.stages) }
}

describe('figuresOf', () => {
  it('gives exactly 1 for the true prose', () => {
    const { attributes, actionUnits, motion, emotion, tree } = figuresOf(perfect, asks)
    expect(attributes).toEqual({ microF1: 1, precision: 1, recall: 1 })
    expect(actionUnits).toMatchObject({ microF1: 1, precision: 1, recall: 1 })
    expect(new Set(Object.values(actionUnits.perUnit))).toEqual(new Set([1]))
    expect(motion).toMatchObject({ accuracy: 1, shuffledAccuracy: 1, accuracyOfAll: 1 })
    expect(emotion.accuracy).toBe(1)
    expect(tree).toEqual({ similarity: 1, exact: 1 })
  })

  it('gives 0 where nothing is read', () => {
    const { attributes, actionUnits, motion, emotion, tree } = figuresOf(
      truths.map((truth) => ({ truth, tree: emptyTree })),
      asks,
    )
    expect([attributes.microF1, actionUnits.microF1, motion?.accuracy, emotion.accuracy]).toEqual([0, 0, 0, 0])
    expect(motion?.shuffledAccuracy).toBeNull()
    expect(tree?.similarity).toBeLessThan(0.15)
    expect(tree?.exact).toBeLessThan(0.001)
  })

  it('counts labels over all clips together', () => {
    // Three of eight labels missed, and one made up: 5 hits, 6 claims, 8 facts.
    const clips = [
      read(woman, { attributes: 'A young woman with a hat and wavy hair.' }),
      read(man, { attributes: 'A man with a bald head and a clean-shaven chin.' }),
    ]
    const { attributes } = figuresOf(clips, asks)
    expect(attributes.precision).toBeCloseTo(5 / 6)
    expect(attributes.recall).toBeCloseTo(5 / 8)
    expect(attributes.microF1).toBeCloseTo((2 * 5) / (6 + 8))
  })

  it('counts units that are named, in code or words, and not what an action implies', () => {
    const clips = [
      read(woman, { expression: 'Throughout the video, cheeks raised (AU6). She smiles and nods.' }),
      read(man, { expression: 'Throughout the video, brows lowered.' }),
    ]
    const { actionUnits } = figuresOf(clips, asks)
    // One hit of two claims and two facts.
    expect(actionUnits.microF1).toBeCloseTo(0.5)
    expect(actionUnits.perUnit).toMatchObject({ AU6: 1, AU12: 0, AU4: 0, AU1: 1 })
  })

  it('takes the first motion, and knows when nothing moves', () => {
    const still = read(man, { expression: 'Throughout the video, the face is at rest. He blinks.' })
    const turned = read(woman, { expression: 'She smiles, turns the head and nods.' })
    const { motion } = figuresOf([still, turned, read(woman, {})], asks)
    expect(motion?.accuracy).toBe(0.5)
    expect(motion?.accuracyOfAll).toBeCloseTo(1 / 3)
    expect(motion?.confusion).toEqual({ none: { blink: 1 }, nod: { turn: 0.5, nod: 0.5 } })
  })

  it('takes the first emotion', () => {
    const clips = [
      read(woman, { emotion: 'She appears sad, or even happy.' }),
      read(man, { emotion: 'He appears neutral.' }),
    ]
    const { emotion } = figuresOf(clips, asks)
    expect(emotion).toEqual({ accuracy: 0.5, confusion: { happy: { sad: 1 }, neutral: { neutral: 1 } } })
  })

  it('measures trees by edits', () => {
    // One reason less: one edit.
    const clip = read(woman, { emotion: 'She appears happy, as indicated by cheeks raised.' })
    const { tree } = figuresOf([clip], asks)
    expect(tree?.exact).toBeCloseTo(Math.exp(-1))
    expect(tree?.similarity).toBeCloseTo(Math.exp(-treeLambda))
  })

  it('leaves out what choices are not asked', () => {
    const { motion, tree } = figuresOf(perfect, { motions: false })
    expect([motion, tree]).toEqual([null, null])
  })
})
