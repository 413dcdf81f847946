import {
  actionQuestion,
  appearanceQuestion,
  type ClosedQuestion,
  emotionQuestion,
  mafwQuestion,
  optionAnswer,
  promptOf,
  sentimentQuestion,
  unitQuestion,
} from '../affect/closed-questions.ts'
import { actionUnits } from '../affect/labels.ts'
import {
  afterVideo,
  captionPreset,
  choicesPreset,
  mafwPreset,
  reasoningPreset,
  type StageId,
  type StagePreset,
} from '../affect/stages.ts'
import { captionOf, choicesOf, mafwProseOf, proseOf } from './answers.ts'
import type { DrawnClip } from './clip.ts'
import type { Random } from './random.ts'
import { type DrawnAction, drawnActions, drawnAppearances, type ShownFrame, type Truth, truthOf } from './truth.ts'

/** Where the video stands in a line's first turn. */
const videoMark = '<video>'

export interface LineMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** A conversation about frames of a clip, in the Emo-CFG line format. */
export interface TrainingLine {
  readonly messages: readonly LineMessage[]
  readonly videos: readonly string[]
  readonly labels: LineLabels
  /** Of the curriculum: the highest one whose answers it holds. */
  readonly stage: StageId
  /** What is asked: `reasoning-2` (two turns of the preset), `caption`, `closed-unit`. */
  readonly task: string
}

/** What is true of the line's frames. */
export type LineLabels = Pick<
  Truth,
  'appearances' | 'units' | 'actions' | 'motion' | 'emotion' | 'emotions' | 'sentiment'
>

/** A live window begins with one pair of frames and grows. */
const shorterWindows = [6, 4, 2] as const
const shorterShare = 0.45

/** A training line's video, and the ground truth of it. */
interface Seen {
  readonly truth: Truth
  readonly video: string
}

/**
 * The lines of one clip: every preset's conversation, stage by stage, and a few closed questions, each over a window of
 * the clip's first frames (all of them for 55 % of the lines, and where fewer do not tell what happens).
 *
 * @param whole the ground truth of all frames
 * @param videoOf names the first `count` frames, as `videos` has them: `frames.bin#12:0-6`
 */
export function linesOf(
  clip: DrawnClip,
  frames: readonly ShownFrame[],
  whole: Truth,
  videoOf: (count: number) => string,
  random: Random,
): TrainingLine[] {
  const see = (): Seen => {
    const count = random.chance(shorterShare) ? random.pick(shorterWindows) : frames.length
    const truth = truthOf(clip.looks, frames.slice(0, count), clip.motion.type)
    return truth ? { truth, video: videoOf(count) } : { truth: whole, video: videoOf(frames.length) }
  }
  const lines = [1, 2, 3].flatMap((turns) => [
    conversation(see(), reasoningPreset, turns, proseOf),
    // Their questions are long and their answers short: little is learned of many.
    ...(random.chance(1 / 3) ? [conversation(see(), choicesPreset, turns, choicesOf)] : []),
  ])
  lines.push(conversation(see(), mafwPreset, 3, mafwProseOf))
  if (random.chance(1 / 3)) lines.push(caption(see(), clip))
  for (const ask of [someEmotion, someEmotion, someUnit, someUnit, someUnit, someLook, someLook]) {
    const seen = see()
    lines.push(closed(seen, ask(seen.truth, random), random))
  }
  return lines
}

/** The whole conversations of the presets that are scored, as the page has them. */
export function scoredLines(truth: Truth, video: string): TrainingLine[] {
  return [
    conversation({ truth, video }, reasoningPreset, reasoningPreset.stages.length, proseOf),
    conversation({ truth, video }, choicesPreset, choicesPreset.stages.length, choicesOf),
  ]
}

/** The first `turns` stages of a preset, of those that a drawn face gives an answer to. */
function conversation(
  { truth, video }: Seen,
  { id, stages }: StagePreset,
  turns: number,
  answersOf: (truth: Truth) => Readonly<Partial<Record<StageId, string>>>,
): TrainingLine {
  const answers = answersOf(truth)
  const asked = stages.flatMap(({ id: stage, prompt }) => {
    const answer = answers[stage]
    return answer === undefined ? [] : [{ stage, prompt, answer }]
  })
  const turnsAsked = asked.slice(0, turns)
  const messages = turnsAsked.flatMap(({ prompt, answer }, turn): LineMessage[] => [
    { role: 'user', content: turn === 0 ? `${videoMark}${prompt}` : prompt },
    { role: 'assistant', content: answer },
  ])
  return line({ truth, video }, messages, turnsAsked[turnsAsked.length - 1].stage, `${id}-${turns}`)
}

function caption(seen: Seen, { scene }: DrawnClip): TrainingLine {
  const [{ id, prompt }] = captionPreset.stages
  return line(seen, single(prompt, captionOf(seen.truth, scene)), id, 'caption')
}

interface Asked extends ClosedQuestion {
  readonly answer: string
}

/**
 * Options stand as the probes ask them, in either order: so small a model does not look up any other in the question.
 */
function closed(seen: Seen, { answer, ...question }: Asked, random: Random): TrainingLine {
  const options = random.chance(0.4) ? question.options.toReversed() : question.options
  const messages = single(`${afterVideo}${promptOf({ ...question, options })}`, optionAnswer(options, answer))
  return line(seen, messages, stageOf[question.about], `closed-${question.about}`)
}

const stageOf: Readonly<Record<ClosedQuestion['about'], StageId>> = {
  emotion: 'emotion',
  sentiment: 'emotion',
  unit: 'expression',
  action: 'expression',
  appearance: 'attributes',
}

function someEmotion({ emotion, emotions, sentiment }: Truth, random: Random): Asked {
  return random.pick([
    { ...emotionQuestion, answer: emotion },
    { ...mafwQuestion, answer: emotions[0] },
    { ...sentimentQuestion, answer: sentiment },
  ])
}

function someUnit({ units }: Truth, random: Random): Asked {
  const { label, answer } = balanced(actionUnits, units, random)
  return { ...unitQuestion(label), answer }
}

function someLook({ appearances, actions }: Truth, random: Random): Asked {
  if (random.chance(0.5)) {
    const { label, answer } = balanced(drawnAppearances, appearances, random)
    return { ...appearanceQuestion(label), answer }
  }
  const { label, answer } = balanced<DrawnAction>(drawnActions, actions, random)
  return { ...actionQuestion(label), answer }
}

/** A label that is present half of the time, if any is. */
function balanced<T extends string>(all: readonly T[], present: readonly T[], random: Random) {
  const absent = all.filter((label) => !present.includes(label))
  const isPresent = present.length > 0 && (absent.length === 0 || random.chance(0.5))
  return { label: random.pick(isPresent ? present : absent), answer: isPresent ? 'yes' : 'no' }
}

function single(prompt: string, answer: string): LineMessage[] {
  return [
    { role: 'user', content: `${videoMark}${prompt}` },
    { role: 'assistant', content: answer },
  ]
}

function line({ truth, video }: Seen, messages: readonly LineMessage[], stage: StageId, task: string): TrainingLine {
  const { appearances, units, actions, motion, emotion, emotions, sentiment } = truth
  const labels = { appearances, units, actions, motion, emotion, emotions, sentiment }
  return { messages, videos: [video], labels, stage, task }
}
