import * as v from 'valibot'
import { actionUnits } from '../affect/labels.ts'
import { stageIds } from '../affect/stages.ts'
import { type TrackId, wholePicture } from '../affect/track.ts'
import { views } from '../affect/view.ts'
import { VidemoError } from '../base/errors.ts'
import { claim, measured } from './recording-faces.ts'
import { recordingVersion } from './recording-version.ts'

const text = v.string()
const finite = v.pipe(v.number(), v.finite())
const amount = v.pipe(finite, v.minValue(0))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const stageId = v.picklist(stageIds)

const track = v.custom<TrackId>(
  (value) => typeof value === 'string' && /^(?:picture|face-\d+)$/.test(value),
  'a track: picture, or face- and a number',
)
const finish = v.picklist(['end-of-text', 'length', 'context-full', 'stopped'])

const span = v.pipe(
  v.object({
    stage: stageId,
    // Before version 3 there was one track, and one answer to a question.
    track: v.optional(track, wholePicture),
    candidate: v.exactOptional(count),
    from: count,
    to: count,
  }),
  v.check(({ from, to }) => from <= to, 'a span that ends where it begins or later'),
)

const attribute = v.object({ kind: v.literal('attribute'), label: text, topic: text, text, span })

const expression = v.object({
  kind: v.literal('expression'),
  label: text,
  text,
  actionUnits: v.array(v.picklist(actionUnits)),
  phase: v.exactOptional(v.picklist(['beginning', 'middle', 'end'])),
  span,
})

const evidence = v.object({
  text,
  span,
  of: v.exactOptional(v.object({ kind: v.picklist(['attribute', 'expression']), index: count })),
})

const emotion = v.object({ kind: v.literal('emotion'), label: text, text, evidence: v.array(evidence), span })

const person = v.pipe(
  v.object({
    name: text,
    attributes: v.array(attribute),
    expressions: v.array(expression),
    emotions: v.array(emotion),
  }),
  v.check(
    ({ attributes, expressions, emotions }) =>
      emotions.every((one) =>
        one.evidence.every(
          ({ of }) => of === undefined || of.index < (of.kind === 'attribute' ? attributes : expressions).length,
        ),
      ),
    'evidence of nodes that are there',
  ),
)

const answer = v.object({
  text,
  /** The question as it was asked, where it is not the one in `settings`: with what was measured. From version 4 on. */
  prompt: v.exactOptional(text),
  isReused: v.boolean(),
  /** Why it ended; not known of files before version 3. */
  finish: v.exactOptional(finish),
})

/** What a closed question gave at one time: the probability of each option by its name, of sum 1. */
const probe = v.object({
  id: text,
  timeS: finite,
  probabilities: v.record(text, v.pipe(amount, v.maxValue(1))),
})

const figures = v.object({
  updateMs: amount,
  visionPairs: count,
  visionMs: amount,
  prefillTokens: count,
  prefillMs: amount,
  answerTokens: count,
  decodeMs: amount,
  firstTokenMs: amount,
  /** Passes of the language model, draft tokens and those of them that were right; absent in files of version 1. */
  passes: v.exactOptional(count),
  drafted: v.exactOptional(count),
  accepted: v.exactOptional(count),
})

const model = v.object({ name: text, source: text, dtype: text })

const settings = v.object({
  preset: text,
  /** What was asked, in the words that were used. */
  stages: v.array(v.object({ id: stageId, prompt: text })),
  framesPerSecond: v.pipe(finite, v.gtValue(0)),
  windowFrames: positive,
  hopFrames: positive,
  maxTokens: positive,
  frameBudget: v.exactOptional(v.object({ minPixels: positive, maxPixels: positive })),
  /** Default: greedy. */
  sampling: v.exactOptional(v.object({ temperature: amount, topP: amount, seed: finite })),
})

const sourceKind = v.picklist(['file', 'camera', 'screen', 'drawn'])

const stageTexts = v.object({
  attributes: v.exactOptional(answer),
  expression: v.exactOptional(answer),
  emotion: v.exactOptional(answer),
})

/** Of a reading, in every version. */
const readingEntries = {
  update: count,
  window: count,
  /** Times of the first and the last frame, s, on the source's own clock. */
  startS: finite,
  endS: finite,
  /** The very frames the answers are about. */
  frames: v.array(
    v.object({
      timeS: finite,
      /** A small picture as a data URL. */
      thumbnail: v.exactOptional(v.pipe(text, v.regex(/^data:image\/[a-z+.-]+;base64,/, 'a data URL of an image'))),
    }),
  ),
  answers: stageTexts,
  tree: v.object({ persons: v.array(person) }),
  figures,
}

/** From version 2 on. */
const originEntries = {
  /** What was watched. The kind is not known of all readings of a file of version 1. */
  source: v.object({ kind: v.exactOptional(sourceKind), name: text }),
  /** What it was read by. */
  model,
  /** What was asked, and how often. */
  settings,
}

/** From version 3 on. */
const trackEntries = {
  track,
  /** Further answers to the same questions, in the candidates' order. */
  alternatives: v.exactOptional(
    v.object({
      attributes: v.exactOptional(v.array(answer)),
      expression: v.exactOptional(v.array(answer)),
      emotion: v.exactOptional(v.array(answer)),
    }),
  ),
  /** What closed questions gave since the reading before, in the order of asking. */
  probes: v.array(probe),
}

const reading = v.pipe(
  v.object({
    ...readingEntries,
    ...originEntries,
    ...trackEntries,
    /** How the model was shown the source. Before version 4 there was one way. */
    view: v.picklist(views),
    /** Where a face was followed. */
    measured: v.exactOptional(measured),
    claims: v.exactOptional(v.array(claim)),
  }),
  v.check(
    ({ tree, claims = [] }) => claims.every(({ of }) => of.index < (tree.persons[of.person]?.expressions.length ?? 0)),
    'claims of expressions that are there',
  ),
)

const fileEntries = {
  format: v.literal('videmo-recording'),
  createdAt: v.pipe(text, v.isoTimestamp()),
  appVersion: v.exactOptional(text),
}

const schema = v.object({
  ...fileEntries,
  version: v.literal(recordingVersion),
  /**
   * The version of the file that it was read from, where that was an older one. A file of version 1 named one model, one
   * source and one set of questions, those of its last reading: here they stand for every reading. Neither 1 nor 2 held
   * probabilities, so that the lists of probes are empty. None of 1 to 3 knew of faces: the whole picture was read.
   */
  migratedFrom: v.exactOptional(v.picklist([1, 2, 3])),
  readings: v.array(reading),
})

type File = v.InferOutput<typeof schema>

/** What a reading of an older file lacks. */
const addedThird = { view: 'picture' } as const
const added = { track: wholePicture, probes: [], ...addedThird }

const migratingFirst = v.pipe(
  v.object({
    ...fileEntries,
    version: v.literal(1),
    model,
    settings,
    source: v.object({ kind: sourceKind, name: text }),
    readings: v.array(v.object({ ...readingEntries, source: text })),
  }),
  v.transform(
    ({ model, settings, source, readings, ...rest }): File => ({
      ...rest,
      version: recordingVersion,
      migratedFrom: 1,
      readings: readings.map((one) => ({
        ...one,
        ...added,
        // Of another source only the name was written.
        source: one.source === source.name ? source : { name: one.source },
        model,
        settings,
      })),
    }),
  ),
)

const migratingSecond = v.pipe(
  v.object({
    ...fileEntries,
    version: v.literal(2),
    migratedFrom: v.exactOptional(v.literal(1)),
    readings: v.array(v.object({ ...readingEntries, ...originEntries })),
  }),
  v.transform(
    ({ readings, ...rest }): File => ({
      ...rest,
      version: recordingVersion,
      migratedFrom: rest.migratedFrom ?? 2,
      readings: readings.map((one) => ({ ...one, ...added })),
    }),
  ),
)

const migratingThird = v.pipe(
  v.object({
    ...fileEntries,
    version: v.literal(3),
    migratedFrom: v.exactOptional(v.picklist([1, 2])),
    readings: v.array(v.object({ ...readingEntries, ...originEntries, ...trackEntries })),
  }),
  v.transform(
    ({ readings, ...rest }): File => ({
      ...rest,
      version: recordingVersion,
      migratedFrom: rest.migratedFrom ?? 3,
      readings: readings.map((one) => ({ ...one, ...addedThird })),
    }),
  ),
)

/**
 * A recording as it is downloaded, UTF-8 JSON: every reading, each with what was watched, what it was read by, and what
 * was asked. Models and questions may change from one reading to the next.
 */
export type RecordingFile = DeepReadonly<v.InferOutput<typeof schema>>
/** A reading of the recording. */
export type RecordingReading = RecordingFile['readings'][number]
/** What an update cost; `UpdateFigures` in a recording. */
export type ReadingFigures = RecordingReading['figures']
/** What a reading was made of, by and with. */
export type ReadingOrigin = Pick<RecordingReading, 'source' | 'model' | 'settings'>

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/**
 * Reads a recording back, of this version or of an older one. Fields of no known name are dropped.
 *
 * @throws VidemoError `bad-recording`, whose `subject` is the field (`readings.0.tree.persons.1.name`), and
 *   `newer-recording` for a later version of the format
 */
export function parseRecording(json: string): RecordingFile {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new VidemoError({
      code: 'bad-recording',
      message: 'The recording is not JSON.',
      action: 'Choose a file that was downloaded here as a recording.',
      cause,
    })
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  const result = v.safeParse(schemaOf(version), value)
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? '(root)'
  const isNewer = field === 'version' && typeof issue.input === 'number' && issue.input > recordingVersion
  throw new VidemoError({
    code: isNewer ? 'newer-recording' : 'bad-recording',
    message: `The recording cannot be read: ${field}: ${issue.message}`,
    action: isNewer
      ? 'Reload the page to get a newer version of the app.'
      : 'Choose a file that was downloaded here as a recording, and was not changed since.',
    subject: field,
  })
}

function schemaOf(version: unknown) {
  switch (version) {
    case 1:
      return migratingFirst
    case 2:
      return migratingSecond
    case 3:
      return migratingThird
    default:
      return schema
  }
}
