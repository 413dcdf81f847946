import { parseAnswers } from '../../affect/parse-answers.ts'
import { wholePicture } from '../../affect/track.ts'
import type { AffectiveTree } from '../../affect/tree.ts'
import type { RecordedReading } from '../session/session-state.ts'

const trees = new Map<string, AffectiveTree>()

/** A finished reading for tests that look at its place and its emotion only; two frames a second. */
export function recorded(
  startS: number,
  endS: number,
  { emotion = 'happy', ...more }: Partial<RecordedReading> & { readonly emotion?: string } = {},
): RecordedReading {
  const text = emotion === '' ? 'The person is there.' : `The person appears ${emotion}.`
  return {
    track: wholePicture,
    update: 0,
    window: 0,
    view: 'picture',
    probes: [],
    source: { kind: 'file', name: 'clip.webm' },
    model: { name: 'fixture', source: 'fixture', dtype: 'q4' },
    settings: { preset: 'reasoning', stages: [], framesPerSecond: 2, windowFrames: 16, hopFrames: 8, maxTokens: 64 },
    opened: 1,
    startS,
    endS,
    frames: [],
    answers: { emotion: { text, isReused: false, finish: 'end-of-text' } },
    tree: treeOf(text),
    figures: {
      updateMs: 1,
      visionPairs: 1,
      visionMs: 1,
      prefillTokens: 1,
      prefillMs: 1,
      answerTokens: 1,
      decodeMs: 1,
      firstTokenMs: 1,
      passes: 1,
      drafted: 0,
      accepted: 0,
    },
    ...more,
  }
}

function treeOf(emotion: string): AffectiveTree {
  const tree = trees.get(emotion) ?? parseAnswers({ emotion })
  trees.set(emotion, tree)
  return tree
}
