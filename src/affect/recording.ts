import * as v from 'valibot'
import { VidemoError } from '../errors.ts'
import { actionUnits } from './labels.ts'
import { stageIds } from './stages.ts'

/** The one version of the recording format that this code writes and reads. */
export const recordingVersion = 1

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

const reading = v.object({
  update: count,
  window: count,
  /** Name of what was watched. */
  source: text,
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
})

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

const schema = v.object({
  format: v.literal('videmo-recording'),
  version: v.literal(recordingVersion),
  createdAt: v.pipe(text, v.isoTimestamp()),
  appVersion: v.exactOptional(text),
  model: v.object({ name: text, source: text, dtype: text }),
  settings,
  source: v.object({ kind: v.picklist(['file', 'camera', 'screen', 'drawn']), name: text }),
  readings: v.array(reading),
})

/** A recording as it is downloaded, UTF-8 JSON: what was watched, by what, what was asked, and every reading. */
export type RecordingFile = DeepReadonly<v.InferOutput<typeof schema>>
/** A reading of the recording. */
export type RecordingReading = RecordingFile['readings'][number]
/** What an update cost; the engine's own figures have the same shape. */
export type ReadingFigures = RecordingReading['figures']

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

export type RecordingParts = Omit<RecordingFile, 'format' | 'version' | 'createdAt'>

/** The file of a recording made at `createdAt`. */
export function recordingFile(parts: RecordingParts, createdAt: Date): RecordingFile {
  const { appVersion, model, settings, source, readings } = parts
  return {
    format: 'videmo-recording',
    version: recordingVersion,
    createdAt: createdAt.toISOString(),
    ...(appVersion === undefined ? {} : { appVersion }),
    model,
    settings,
    source,
    readings,
  }
}

/**
 * Reads a recording back. Fields of no known name are dropped.
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
  const result = v.safeParse(schema, value)
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
