import { plainClaim } from '../affect/claims.ts'
import type { PersonNode } from '../affect/tree.ts'
import type { FinishedUpdate, TrackReading } from '../reading/reading.ts'
import { namedProbabilities } from '../reading/recorded.ts'
import type { Person, Reading } from './api.ts'

/** A finished update as other pages are given it, with the newest answer to each closed question. */
export function readingOfUpdate(
  { track, view, update, startS, endS, frames, answers, tree, measured, claims }: FinishedUpdate,
  { probes }: TrackReading,
  origin: Pick<Reading, 'model' | 'settings'>,
): Reading {
  return {
    track,
    view,
    update,
    startS,
    endS,
    frameTimesS: frames.map(({ timeS }) => timeS),
    answers: Object.fromEntries(Object.entries(answers).map(([id, { text }]) => [id, text])),
    persons: tree.persons.map(personOf),
    probabilities: Object.fromEntries(
      Object.entries(probes).map(([id, points]) => {
        return [id, namedProbabilities({ id, probabilities: points.at(-1)?.probabilities ?? [] })]
      }),
    ),
    ...(measured ? { measured } : {}),
    ...(claims ? { claims: claims.map(plainClaim) } : {}),
    ...origin,
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
