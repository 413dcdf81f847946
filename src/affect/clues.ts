import { type Held, verdictOf } from './claims.ts'
import { mostMovements, mostUnits } from './clue-prompt.ts'
import { measuredUnitNames, unitGrades } from './measured-units.ts'
import { type FaceEvent, type FaceEventKind, type MeasuredUnit, measuredUnits } from './measures.ts'

/** Units whose measure can be trusted, but for closed lids, of which the movements tell. */
const units = measuredUnits.filter((unit) => unitGrades[unit] !== 'poor' && unit !== 'AU43')

/** Movements that the units do not tell of already. */
const movementNames: Readonly<Partial<Record<FaceEventKind, string>>> = {
  nod: 'a nod',
  shake: 'a head shake',
  turn: 'a turn of the head',
  blink: 'a blink',
  wink: 'a wink',
  'close-eyes': 'closed eyes',
  yawn: 'a yawn',
  talk: 'talking',
  'look-around': 'a look around',
}

/** Parts of the face of which it is said that they do not move. */
const parts: readonly (readonly [name: string, units: readonly MeasuredUnit[]])[] = [
  ['brow', ['AU1', 'AU2', 'AU4']],
  ['mouth', ['AU10', 'AU12', 'AU15', 'AU20', 'AU24', 'AU25', 'AU26']],
]

/**
 * What was measured during the frames of an answer, in words for the model: `Measured: lip corner puller (AU12) strong
 * from 0.8 s to 2.0 s; no brow movement.` Times count from the first frame, as the model's do. Undefined where a face
 * was not followed, or not measured well enough, for most of the time: then nothing is said.
 */
export function cluesOf(held: Held): string | undefined {
  const [rest, ...others] = (['rest', 'mouth-closed', 'brows-still'] as const).map((what) =>
    verdictOf(what, undefined, held),
  )
  if ([rest, ...others].some((each) => each.verdict === 'cannot-tell' && each.reason !== 'faint')) return undefined
  const seen = units
    .flatMap((unit) => {
      const verdict = verdictOf(unit, undefined, held)
      return verdict.verdict === 'seen' ? [{ unit, ...verdict }] : []
    })
    .sort((a, b) => b.strength - a.strength)
    .slice(0, mostUnits)
  const unmoved = parts.filter(([, of]) => of.every((unit) => verdictOf(unit, undefined, held).verdict === 'not-seen'))
  const said = [
    ...seen.map(({ unit, strength, startS, endS }) =>
      clueOf(`${measuredUnitNames[unit]} (${unit}) ${strengthWord(strength)}`, held, startS, endS),
    ),
    ...movementsOf(held),
    ...(unmoved.length > 0 ? [`no ${unmoved.map(([name]) => name).join(' or ')} movement`] : []),
  ]
  return said.length === 0 ? undefined : `Measured: ${said.join('; ')}.`
}

/** Each kind of movement once, with how often and from when to when it was. */
function movementsOf(held: Held): string[] {
  const byKind = new Map<string, FaceEvent[]>()
  for (const event of held.measured.events) {
    const name = movementNames[event.kind]
    const isInside = event.startS <= held.endS && event.endS >= held.startS
    if (name && isInside) byKind.set(name, [...(byKind.get(name) ?? []), event])
  }
  return [...byKind].slice(0, mostMovements).map(([name, events]) => {
    const startS = events.reduce((least, event) => Math.min(least, event.startS), held.endS)
    const endS = events.reduce((most, event) => Math.max(most, event.endS), held.startS)
    return clueOf(events.length > 1 ? `${events.length} times ${name}` : name, held, startS, endS)
  })
}

function clueOf(what: string, held: Held, startS: number, endS: number): string {
  const lengthS = Math.max(0, held.endS - held.startS)
  const at = (timeS: number) => `${Math.min(lengthS, Math.max(0, timeS - held.startS)).toFixed(1)} s`
  if (lengthS === 0) return what
  return startS <= held.startS && endS >= held.endS ? `${what} throughout` : `${what} from ${at(startS)} to ${at(endS)}`
}

function strengthWord(strength: number): string {
  if (strength >= 0.7) return 'strong'
  return strength >= 0.5 ? 'moderate' : 'slight'
}
