import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../affect/claims.ts'
import { summaryOf } from '../affect/measured-summary.ts'
import { faceEvent, measuredFaces } from '../affect/measures.fixture.ts'
import { parseAnswers } from '../affect/parse-answers.ts'
import { reasoningPreset } from '../affect/stages.ts'
import type { TrackId } from '../affect/track.ts'
import type { AffectiveTree } from '../affect/tree.ts'
import { views } from '../affect/view.ts'
import { VidemoError } from '../base/errors.ts'
import { parseRecording, type RecordingReading } from './recording.ts'
import { type RecordingParts, recordingFile } from './recording-file.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const amount = finite.map(Math.abs)
const count = fc.nat()
const positive = fc.integer({ min: 1, max: 4096 })
const text = fc.string({ unit: 'grapheme' })
const answer = fc.record({
  text: fc.constantFrom('She smiles because of her hat.', '(A) happy', 'black hair'),
  isReused: fc.boolean(),
  finish: fc.constantFrom('end-of-text' as const, 'length' as const, 'context-full' as const, 'stopped' as const),
})
const track = fc.constantFrom<TrackId>('picture', 'face-1', 'face-12')
const probability = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (value === 0 ? 0 : value))
const probe = fc.record({
  id: fc.constantFrom('emotion', 'AU12'),
  timeS: finite,
  probabilities: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    probability,
    { noNullPrototype: true },
  ),
})

const kind = fc.constantFrom('file' as const, 'camera' as const, 'screen' as const, 'drawn' as const)
const model = fc.record({ name: text, source: text, dtype: text })
const settings = fc.record(
  {
    preset: text,
    stages: fc.constant(reasoningPreset.stages.map(({ id, prompt }) => ({ id, prompt }))),
    framesPerSecond: fc.double({ min: 0.1, max: 30, noNaN: true }),
    windowFrames: positive,
    hopFrames: positive,
    maxTokens: positive,
    frameBudget: fc.record({ minPixels: positive, maxPixels: positive }),
    sampling: fc.record({ temperature: amount, topP: amount, seed: count }),
  },
  { requiredKeys: ['preset', 'stages', 'framesPerSecond', 'windowFrames', 'hopFrames', 'maxTokens'] },
)

/** A face that smiles in the second half, and nods. */
const smiling = {
  faces: measuredFaces(2, (timeS) => ({ units: { AU12: timeS > 1 ? 0.8 : 0 }, flaws: timeS > 1.9 ? ['dark'] : [] })),
  events: [faceEvent('nod', 0.5, 1.5)],
}

const reading: fc.Arbitrary<RecordingReading> = fc
  .record({
    track,
    view: fc.constantFrom(...views),
    isMeasured: fc.boolean(),
    update: count,
    window: count,
    source: fc.record({ kind, name: text }),
    model,
    settings,
    startS: finite,
    endS: finite,
    frames: fc.array(
      fc.record(
        { timeS: finite, thumbnail: fc.base64String().map((bytes) => `data:image/webp;base64,${bytes}`) },
        { requiredKeys: ['timeS'] },
      ),
      { maxLength: 3 },
    ),
    answers: fc.record({ attributes: answer, expression: answer, emotion: answer }, { requiredKeys: [] }),
    probes: fc.array(probe, { maxLength: 3 }),
    figures: fc.record({
      updateMs: amount,
      visionPairs: count,
      visionMs: amount,
      prefillTokens: count,
      prefillMs: amount,
      answerTokens: count,
      decodeMs: amount,
      firstTokenMs: amount,
      passes: count,
      drafted: count,
      accepted: count,
    }),
  })
  .map(({ isMeasured, ...plain }) => {
    const { attributes, expression, emotion } = plain.answers
    const tree = parseAnswers({
      attributes: attributes?.text ?? '',
      expression: expression?.text ?? '',
      emotion: emotion?.text ?? '',
    })
    const held = { measured: smiling, startS: 0, endS: 2, view: plain.view }
    const faces = isMeasured ? { measured: summaryOf(smiling), claims: claimsOf(tree, held) } : {}
    return { ...plain, tree, ...faces, ...(expression ? { alternatives: { expression: [expression] } } : {}) }
  })

const parts: fc.Arbitrary<RecordingParts> = fc.record(
  { appVersion: text, readings: fc.array(reading, { maxLength: 3 }) },
  { requiredKeys: ['readings'] },
)
const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })

const [example] = fc.sample(
  fc.tuple(reading, parts).map(([one, rest]) => recordingFile({ ...rest, readings: [one] }, new Date(0))),
  { numRuns: 1, seed: 1 },
)

function errorOf(run: () => unknown): VidemoError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(VidemoError)
    if (error instanceof VidemoError) return error
  }
  throw new Error('nothing was thrown')
}

/** The example with the value at a path replaced. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const copy = JSON.parse(JSON.stringify(example))
  const last = path[path.length - 1]
  const holder = path.slice(0, -1).reduce((at, key) => at[key], copy)
  holder[last] = value
  return JSON.stringify(copy)
}

describe('parseRecording', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(parts, date, (plain, createdAt) => {
        const file = recordingFile(plain, createdAt)
        expect(parseRecording(JSON.stringify(file, null, 2))).toEqual(file)
      }),
    )
  })

  it('holds a tree as the parser gives it', () => {
    const tree: AffectiveTree = parseRecording(JSON.stringify(example)).readings[0].tree
    expect(tree).toEqual(example.readings[0].tree)
  })

  it.each<[(string | number)[], unknown]>([
    [['format'], 'other'],
    [['createdAt'], 'yesterday'],
    [['readings', 0, 'model', 'dtype'], 4],
    [['readings', 0, 'figures', 'decodeMs'], null],
    [['readings', 0, 'frames'], [{ timeS: 1, thumbnail: 'https://example.org/a.png' }]],
    [['readings', 0, 'settings', 'windowFrames'], 0],
    [['readings', 0, 'source', 'kind'], 'radio'],
  ])('names the field at fault: %j', (path, value) => {
    const error = errorOf(() => parseRecording(changed(path, value)))
    expect(error.code).toBe('bad-recording')
    expect(error.subject?.startsWith(path.join('.'))).toBe(true)
    expect(error.message).toContain(error.subject)
  })

  it('refuses evidence of nodes that are not there', () => {
    const span = { stage: 'emotion', from: 0, to: 5 }
    const evidence = [{ text: 'smile', span, of: { kind: 'expression', index: 0 } }]
    const emotions = [{ kind: 'emotion', label: 'happy', text: 'happy', span, evidence }]
    const persons = [{ name: 'Person 1', attributes: [], expressions: [], emotions }]
    const error = errorOf(() => parseRecording(changed(['readings', 0, 'tree'], { persons })))
    expect(error.subject).toBe('readings.0.tree.persons.0')
  })

  it('tells a newer version from a damaged file', () => {
    expect(errorOf(() => parseRecording(changed(['version'], 5))).code).toBe('newer-recording')
    expect(errorOf(() => parseRecording(changed(['version'], '4'))).code).toBe('bad-recording')
    expect(errorOf(() => parseRecording('{')).code).toBe('bad-recording')
    expect(errorOf(() => parseRecording('null')).subject).toBe('(root)')
  })

  it('opens a file of version 1, and does not claim more than that one knew', () => {
    const { source, model, settings, track, view, measured, claims, probes, alternatives, ...rest } =
      example.readings[0]
    const readings = ['Camera', 'clip.mp4'].map((name) => ({ ...rest, source: name }))
    const first = {
      format: 'videmo-recording',
      version: 1,
      createdAt: example.createdAt,
      model,
      settings,
      source: { kind: 'file', name: 'clip.mp4' },
      readings,
    }
    const opened = parseRecording(JSON.stringify(first))
    expect(opened).toMatchObject({ version: 4, migratedFrom: 1 })
    const known = { ...rest, track: 'picture', view: 'picture', probes: [], model, settings }
    expect(opened.readings).toEqual([
      // The file told the kind of its last source only.
      { ...known, source: { name: 'Camera' } },
      { ...known, source: { kind: 'file', name: 'clip.mp4' } },
    ])
    const error = errorOf(() => parseRecording(JSON.stringify({ ...first, model: { ...model, dtype: 4 } })))
    expect(error).toMatchObject({ code: 'bad-recording', subject: 'model.dtype' })
  })

  it('opens a file of version 2 as this app wrote it, and loses nothing of it', async () => {
    const json = await readFile(new URL('testing/recording-2.json', import.meta.url), 'utf8')
    const written = JSON.parse(json)
    const opened = parseRecording(json)
    expect(opened).toMatchObject({ version: 4, migratedFrom: 2 })
    expect(opened.readings).toHaveLength(written.readings.length)
    expect(opened.readings[0].figures).toMatchObject({ passes: 61, drafted: 47, accepted: 31 })
    expect(opened).toMatchObject({ ...written, version: 4 })
    expect(opened.readings.map(({ track, probes }) => [track, probes])).toEqual([['picture', []]])
    expect(parseRecording(JSON.stringify(opened))).toEqual(opened)
  })

  it('opens a file of version 3 as this app wrote it, and loses nothing of it', async () => {
    const json = await readFile(new URL('testing/recording-3.json', import.meta.url), 'utf8')
    const written = JSON.parse(json)
    const opened = parseRecording(json)
    const readings = written.readings.map((one: object) => ({ ...one, view: 'picture' }))
    expect(opened).toEqual({ ...written, version: 4, migratedFrom: 3, readings })
    expect(opened.readings[0].alternatives?.emotion?.[0].text).toBe('(B) sad')
    expect(parseRecording(JSON.stringify(opened))).toEqual(opened)
    const migrated = { ...written, migratedFrom: 2 }
    expect(parseRecording(JSON.stringify(migrated)).migratedFrom).toBe(2)
  })

  it('holds claims and measures, and refuses claims of expressions that are not there', () => {
    const tree = parseAnswers({ expression: 'She smiles and nods. At first, the face is at rest. He drinks.' })
    const held = { measured: smiling, startS: 0, endS: 2, view: 'face' as const }
    const said = { ...example.readings[0], tree, measured: summaryOf(smiling), claims: claimsOf(tree, held) }
    const file = recordingFile({ readings: [said] }, new Date(0))
    expect(parseRecording(JSON.stringify(file))).toEqual(file)
    expect(said.claims.map(({ verdict }) => verdict)).toEqual(['seen', 'seen', 'seen', 'cannot-tell'])
    const [claim] = said.claims
    const stray = { ...said, claims: [{ ...claim, of: { person: 0, index: 9 } }] }
    const error = errorOf(() => parseRecording(JSON.stringify(recordingFile({ readings: [stray] }, new Date(0)))))
    expect(error.subject).toBe('readings.0')
  })

  it('throws nothing but errors of its own on mutated files', () => {
    const json = JSON.stringify(example)
    const isSafe = (mutated: string) => {
      try {
        parseRecording(mutated)
      } catch (error) {
        expect(error).toBeInstanceOf(VidemoError)
      }
    }
    fc.assert(
      fc.property(
        fc.nat({ max: json.length }),
        fc.nat({ max: 20 }),
        fc.string({ unit: 'binary', maxLength: 8 }),
        (at, cut, put) => {
          isSafe(json.slice(0, at) + put + json.slice(at + cut))
        },
      ),
    )
    fc.assert(fc.property(fc.json(), isSafe))
    const keys = fc.constantFrom('format', 'version', 'migratedFrom', 'readings', 'createdAt')
    fc.assert(fc.property(keys, fc.jsonValue(), (key, value) => isSafe(changed([key], value))))
    const inner = fc.constantFrom(
      'update',
      'model',
      'settings',
      'source',
      'frames',
      'answers',
      'tree',
      'figures',
      'endS',
      'claims',
      'measured',
      'view',
    )
    fc.assert(fc.property(inner, fc.jsonValue(), (key, value) => isSafe(changed(['readings', 0, key], value))))
  })
})
