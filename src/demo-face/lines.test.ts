import { describe, expect, it } from 'vitest'
import { presets, reasoningPreset } from '../affect/stages.ts'
import { choicesOf, proseOf } from './answers.ts'
import { linesOf, scoredLines, type TrainingLine } from './lines.ts'
import { Random } from './random.ts'
import { sampleClip } from './sample-clip.ts'
import { framesOf, type Truth, truthOf } from './truth.ts'

const times = Array.from({ length: 8 }, (_, index) => 0.1 + index / 2)

interface Made {
  readonly lines: readonly TrainingLine[]
  /** Of the first so many frames. */
  readonly truthOfFirst: (count: number) => Truth | undefined
}

const made = Array.from({ length: 300 }, (_, seed): Made[] => {
  const clip = sampleClip(90_000 + seed)
  const frames = framesOf(clip, times)
  const truthOfFirst = (count: number) => truthOf(clip.looks, frames.slice(0, count), clip.motion.type)
  const whole = truthOfFirst(8)
  if (!whole) return []
  return [{ lines: linesOf(clip, frames, whole, (count) => `v:${count}`, new Random(seed)), truthOfFirst }]
}).flat()
const all = made.flatMap(({ lines }) => lines)

function framesIn({ videos: [video] }: TrainingLine): number {
  return Number(video.split(':')[1])
}

describe('linesOf', () => {
  it('asks just what the app asks, with the video before the first question', () => {
    const prompts = new Map(presets.map(({ id, stages }) => [id, stages.map(({ prompt }) => prompt)]))
    for (const { task, messages } of all) {
      const [preset, turns] = task.split('-')
      const expected = prompts.get(preset)?.slice(0, Number(turns ?? 1))
      if (!expected) continue
      const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => content)
      expect(asked).toEqual([`<video>${expected[0]}`, ...expected.slice(1)])
    }
  })

  it('takes turns, and ends with an answer', () => {
    for (const { messages } of all) {
      expect(messages.map(({ role }) => role)).toEqual(messages.map((_, at) => (at % 2 === 0 ? 'user' : 'assistant')))
      expect(messages.length % 2).toBe(0)
      expect(messages.every(({ content }) => content.trim() !== '')).toBe(true)
    }
  })

  it('answers what is true of the frames it shows, and of no others', () => {
    for (const { lines, truthOfFirst } of made) {
      for (const line of lines) {
        const truth = truthOfFirst(framesIn(line))
        expect(truth).toMatchObject(line.labels)
        if (truth && line.task === 'reasoning-3') expect(line.messages[5].content).toBe(proseOf(truth).emotion)
      }
    }
  })

  it('names the highest stage that it answers', () => {
    const stageOf = Object.fromEntries(all.map(({ task, stage }) => [task, stage]))
    expect(stageOf).toEqual({
      'reasoning-1': 'attributes',
      'choices-1': 'attributes',
      'closed-appearance': 'attributes',
      'reasoning-2': 'expression',
      'choices-2': 'expression',
      'closed-unit': 'expression',
      'closed-action': 'expression',
      'reasoning-3': 'emotion',
      'choices-3': 'emotion',
      'mafw-3': 'emotion',
      caption: 'emotion',
      'closed-emotion': 'emotion',
      'closed-sentiment': 'emotion',
    })
  })

  it('shows all frames in more than half of the lines, and 6, 4 and 2 of them as often', () => {
    const share = (count: number) => all.filter((line) => framesIn(line) === count).length / all.length
    expect(share(8)).toBeGreaterThan(0.5)
    for (const count of [6, 4, 2]) expect(share(count)).toBeGreaterThan(0.05)
    expect(share(8) + share(6) + share(4) + share(2)).toBeCloseTo(1)
  })

  it('answers yes about as often as no, and with either letter', () => {
    const yesNo = all.filter(({ task }) => /^closed-(?:unit|appearance|action)$/.test(task))
    const answers = yesNo.map(({ messages }) => messages[1].content)
    for (const answer of ['(A) yes', '(B) no', '(A) no', '(B) yes']) {
      expect(answers.filter((each) => each === answer).length / answers.length).toBeGreaterThan(0.08)
    }
    const yes = answers.filter((answer) => answer.endsWith('yes')).length / answers.length
    expect(yes).toBeGreaterThan(0.35)
    expect(yes).toBeLessThan(0.65)
  })

  it('gives the option that the answer names the letter it has in the question', () => {
    for (const { task, messages } of all) {
      if (task.startsWith('closed')) expect(messages[0].content).toContain(messages[1].content)
    }
  })
})

it('puts whole readings into one line each', () => {
  const truth = made[0].truthOfFirst(8)
  if (!truth) throw new Error('no truth')
  const lines = scoredLines(truth, 'v')
  expect(lines.map(({ task }) => task)).toEqual(['reasoning-3', 'choices-3'])
  for (const [index, answersOf] of [proseOf, choicesOf].entries()) {
    const { messages } = lines[index]
    expect(messages).toHaveLength(2 * reasoningPreset.stages.length)
    const { attributes, expression, emotion } = answersOf(truth)
    expect([attributes, expression, emotion]).toEqual([1, 3, 5].map((at) => messages[at].content))
  }
})
