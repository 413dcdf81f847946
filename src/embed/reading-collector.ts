import { TreeReader } from '../affect/parse-answers.ts'
import { liveProbes } from '../affect/probes/probe-set.ts'
import { type Stage, type StageId, stageIds } from '../affect/stages.ts'
import type { PersonNode } from '../affect/tree.ts'
import type { ReadingProgress } from '../readers/worker/client.ts'
import type { Person, Reading } from './api.ts'

/** Turns a reading's events into one reading per update. */
export class ReadingCollector {
  private readonly reader: TreeReader
  private frames: readonly number[] = []
  private answers: Partial<Record<StageId, string>> = {}
  private probabilities: Reading['probabilities'] = {}

  constructor(
    stages: readonly Stage[],
    private readonly origin: Pick<Reading, 'model' | 'settings'>,
  ) {
    this.reader = new TreeReader(stages)
  }

  /** The reading that the event completes. */
  take(event: ReadingProgress): Reading | undefined {
    switch (event.type) {
      case 'update':
        this.frames = event.frames.map(({ timeS }) => timeS)
        this.answers = {}
        return undefined
      case 'answer':
      case 'reused':
        this.answers = { ...this.answers, [event.id]: event.text }
        return undefined
      case 'probe': {
        const options = liveProbes.find(({ id }) => id === event.id)?.options ?? []
        const named = options.map((option, index) => [option, event.probabilities[index] ?? 0] as const)
        this.probabilities = { ...this.probabilities, [event.id]: Object.fromEntries(named) }
        return undefined
      }
      case 'updated':
        return this.reading(event.update)
      default:
        return undefined
    }
  }

  private reading(update: number): Reading {
    const { frames, answers, probabilities } = this
    const texts = Object.fromEntries(stageIds.map((id) => [id, answers[id] ?? ''])) as Record<StageId, string>
    return {
      update,
      startS: frames[0] ?? 0,
      endS: frames.at(-1) ?? 0,
      frameTimesS: frames,
      answers,
      persons: this.reader.read(texts).persons.map(personOf),
      probabilities,
      ...this.origin,
    }
  }
}

/** Without what only the page needs: where in the text each was read. */
function personOf({ name, attributes, expressions, emotions }: PersonNode): Person {
  return {
    name,
    attributes: attributes.map(({ label, topic, text }) => ({ label, topic, text })),
    expressions: expressions.map(({ label, text, actionUnits }) => ({ label, text, actionUnits })),
    emotions: emotions.map(({ label, text }) => ({ label, text })),
  }
}
