import * as v from 'valibot'
import { actionUnits } from '../affect/labels.ts'
import { stageIds } from '../affect/stages.ts'
import { VidemoError } from '../base/errors.ts'

/** The version of the recording format that this code writes; it reads version 1 as well. */
export const recordingVersion = 2

const text = v.string()
const finite = v.pipe(v.number(), v.finite())
const amount = v.pipe(finite, v.minValue(0))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const stageId = v.picklist(stageIds)

const span = v.pipe(
  v.object({ stage: stageId, from: count, to: count }),
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

const answer = v.object({ text, isReused: v.boolean() })

const figures = v.object({
  updateMs: amount,
  visionPairs: count,
  visionMs: amount,
  prefillTokens: count,
  prefillMs: amount,
  answerTokens: count,
  decodeMs: amount,
  firstTokenMs: amount,
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
  /** Greedy where unsaid. */
  sampling: v.exactOptional(v.object({ temperature: amount, topP: amount, seed: finite })),
})

const sourceKind = v.picklist(['file', 'camera', 'screen', 'drawn'])

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
  answers: v.object({
    attributes: v.exactOptional(answer),
    expression: v.exactOptional(answer),
    emotion: v.exactOptional(answer),
  }),
  tree: v.object({ persons: v.array(person) }),
  figures,
}

const reading = v.object({
  ...readingEntries,
  /** What was watched. The kind is not known of all readings of a file of version 1. */
  source: v.object({ kind: v.exactOptional(sourceKind), name: text }),
  /** What it was read by. */
  model,
  /** What was asked, and how often. */
  settings,
})

const fileEntries = {
  format: v.literal('videmo-recording'),
  createdAt: v.pipe(text, v.isoTimestamp()),
  appVersion: v.exactOptional(text),
}

const schema = v.object({
  ...fileEntries,
  version: v.literal(recordingVersion),
  /**
   * The version of the file that it was read from, where that was an older one: it named one model, one source and one
   * set of questions, those of its last reading, and here they stand for every reading.
   */
  migratedFrom: v.exactOptional(v.literal(1)),
  readings: v.array(reading),
})

const firstSchema = v.object({
  ...fileEntries,
  version: v.literal(1),
  model,
  settings,
  source: v.object({ kind: sourceKind, name: text }),
  readings: v.array(v.object({ ...readingEntries, source: text })),
})

const migrating = v.pipe(
  firstSchema,
  v.transform(
    ({ model, settings, source, readings, ...rest }): v.InferOutput<typeof schema> => ({
      ...rest,
      version: recordingVersion,
      migratedFrom: 1,
      readings: readings.map((one) => ({
        ...one,
        // Of another source only the name was written.
        source: one.source === source.name ? source : { name: one.source },
        model,
        settings,
      })),
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
/** What an update cost; the engine's own figures have the same shape. */
export type ReadingFigures = RecordingReading['figures']
/** What a reading was made of, by and with. */
export type ReadingOrigin = Pick<RecordingReading, 'source' | 'model' | 'settings'>

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

export type RecordingParts = Pick<RecordingFile, 'appVersion' | 'readings'>

/** The file of a recording made at `createdAt`. */
export function recordingFile({ appVersion, readings }: RecordingParts, createdAt: Date): RecordingFile {
  return {
    format: 'videmo-recording',
    version: recordingVersion,
    createdAt: createdAt.toISOString(),
    ...(appVersion === undefined ? {} : { appVersion }),
    readings,
  }
}

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
  const isFirst = typeof value === 'object' && value !== null && 'version' in value && value.version === 1
  const result = v.safeParse(isFirst ? migrating : schema, value)
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
