import * as v from 'valibot'
import { BundleError } from '../base/errors.ts'
import { parseUntrustedJson } from '../base/untrusted-json.ts'

/** The one version of the bundle format that this code writes and reads. */
export const bundleVersion = 2

export const dtypes = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const
/** The type that weights are stored in. The graphs of `fp16` and `q4f16` compute in float16, all others in float32. */
export type Dtype = (typeof dtypes)[number]

/** The kinds of pictures that a model was trained on. */
export const subjects = ['drawn-faces', 'faces'] as const

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const finite = v.pipe(v.number(), v.finite())
const rate = v.pipe(finite, v.gtValue(0))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
/** A plain relative path: no parent folders, no scheme, no leading slash. */
const path = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/, 'a relative path'),
)
/** Enough for a 7B network in float32: 30 GB in files of 24 MiB would be 1,200 files. */
const mostFiles = 4096
const mostBytes = 64 * 2 ** 30
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits'))
const compute = v.picklist(['f32', 'f16'])

const graph = v.object({
  /** The path of the ONNX graph. */
  graph: path,
  /** The paths of the data files that hold its weights. */
  data: v.pipe(v.array(path), v.maxLength(mostFiles)),
  /** The type of attention tables, masks and caches: of all float inputs but pixels, features and logits. */
  compute,
})

const someLogits = v.object({ ids: v.array(count), logits: v.array(finite) })
/** Larger files are hashed, fetched and stored in chunks of this size. */
export const chunkBytes = 8 * 2 ** 20

/** Hashes of a file's chunks of `bytes` bytes, the last one shorter: a chunk that is wrong can be fetched again alone. */
const chunks = v.object({ bytes: positive, sha256: v.array(sha256) })
const checkStep = v.object({
  name: v.string(),
  ids: v.array(count),
  /** The highest logits. */
  top: someLogits,
  /** Logits evenly spread over the vocabulary, and the mean and standard deviation of all. */
  spread: v.optional(v.object({ ...someLogits.entries, mean: finite, deviation: finite })),
})

const schema = v.object({
  format: v.literal('videmo-bundle'),
  version: v.literal(bundleVersion),
  source: v.object({ origin: v.string(), revision: v.optional(v.string()), architecture: v.string() }),
  license: v.object({ name: v.optional(v.string()), text: v.optional(v.string()), link: v.optional(v.string()) }),
  model: v.object({
    parameters: positive,
    layers: positive,
    hiddenSize: positive,
    heads: positive,
    kvHeads: positive,
    headDim: positive,
    vocabSize: positive,
    visionDepth: positive,
    visionHiddenSize: positive,
  }),
  /** The kind of pictures that it was trained on, where whoever built the bundle states it. */
  reads: v.optional(v.picklist(subjects)),
  /** The clips that the model was trained on; default: those of VidEmo. */
  video: v.optional(
    v.pipe(
      v.object({
        framesPerSecond: rate,
        /** The least and the most frames of a clip. */
        minFrames: positive,
        maxFrames: positive,
        /** The most pixels of a frame. */
        maxPixels: positive,
      }),
      v.check(({ minFrames, maxFrames }) => minFrames <= maxFrames, 'minFrames of at most maxFrames'),
    ),
  ),
  dtype: v.picklist(dtypes),
  bits: v.object({ linear: positive, embedding: positive, vision: positive }),
  /** The features and limits that a WebGPU adapter must offer. */
  needs: v.object({
    features: v.array(v.string()),
    limits: v.object({ maxBufferSize: positive, maxStorageBufferBindingSize: positive }),
  }),
  /** Positions the model was trained for. */
  contextLength: positive,
  graphs: v.object({ vision: graph, decoder: graph }),
  files: v.pipe(v.array(v.object({ path, bytes: count, sha256, chunks: v.optional(chunks) })), v.maxLength(mostFiles)),
  /** A fixed input and the output it must give, for the app's self-check. */
  check: v.optional(
    v.object({
      grid: v.tuple([positive, positive, positive]),
      seed: count,
      steps: v.array(checkStep),
    }),
  ),
  /** The runtime that computed the check; `nobody` where the bundle was too large for the browser it was built in. */
  checkedBy: v.optional(v.picklist(['onnxruntime-node', 'onnxruntime-web', 'nobody'])),
  /** Temperatures that the log probabilities of closed questions are divided by; default: 1. */
  calibration: v.optional(
    v.object({
      /** By kind of question: for options in the given order, and for the average of both orders. */
      temperatures: v.record(v.string(), v.object({ given: rate, both: rate })),
      /** The share of right answers, by the same kinds and orders. */
      accuracy: v.optional(v.record(v.string(), v.object({ given: share, both: share }))),
      /** The clips that the temperatures were fitted on. */
      clips: v.object({ seed: count, count: positive }),
    }),
  ),
})

export type Manifest = v.InferOutput<typeof schema>
export type ManifestFile = Manifest['files'][number]
export type ManifestGraph = Manifest['graphs']['vision']
export type ManifestCheck = NonNullable<Manifest['check']>
export type ManifestCalibration = NonNullable<Manifest['calibration']>

/** Parses and checks `manifest.json`. Throws BundleError `bad-manifest` or `newer-bundle`, which names the field. */
export function parseManifest(text: string): Manifest {
  let value: unknown
  try {
    value = parseUntrustedJson(text)
  } catch (cause) {
    throw new BundleError({
      code: 'bad-manifest',
      message: `manifest.json cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      action: 'Check that the address is that of a bundle folder, and that the server sends the file itself.',
      subject: 'manifest.json',
      cause,
    })
  }
  const result = v.safeParse(schema, value)
  if (result.success) {
    checkReferences(result.output)
    return result.output
  }
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? '(root)'
  const version = (value as { version?: unknown } | null)?.version
  const isNewer = field === 'version' && typeof version === 'number' && version > bundleVersion
  throw new BundleError({
    code: isNewer ? 'newer-bundle' : 'bad-manifest',
    message: `manifest.json: ${field}: ${issue.message}`,
    action: isNewer ? 'Reload the page to get a newer version of the app.' : 'Build the bundle again.',
    subject: `manifest.json: ${field}`,
  })
}

/**
 * Checks that every path is a file of its own on every file system, and that the graphs consist of listed files, each of
 * which is used for one purpose.
 */
function checkReferences({ files, graphs }: Manifest): void {
  const paths = new Set<string>()
  // Some file systems do not distinguish `A` from `a`.
  const folded = new Set(['manifest.json'])
  let bytes = 0
  for (const file of files) {
    const low = file.path.toLowerCase()
    if (paths.has(file.path)) throw badReference(file.path, 'is listed twice')
    if (folded.has(low))
      throw badReference(file.path, 'is told from another file by its case alone, or is the manifest')
    paths.add(file.path)
    folded.add(low)
    bytes += file.bytes
  }
  if (bytes > mostBytes)
    throw badReference(`${bytes} bytes`, `is more than the ${mostBytes} bytes that a bundle may have`)
  for (const low of folded) {
    for (let end = low.indexOf('/'); end >= 0; end = low.indexOf('/', end + 1)) {
      if (folded.has(low.slice(0, end))) throw badReference(low.slice(0, end), 'is a file and a folder')
    }
  }
  checkChunks({ files })
  const all = Object.values(graphs)
  for (const { graph, data } of all) {
    for (const path of [graph, ...data]) if (!paths.has(path)) throw badReference(path, 'is not among the files')
    if (new Set(data).size < data.length) throw badReference(graph, 'has a data file twice')
    const uses =
      all.filter((each) => each.graph === graph).length + all.filter((each) => each.data.includes(graph)).length
    if (uses > 1) throw badReference(graph, 'is a graph and something else')
  }
}

function checkChunks({ files }: Pick<Manifest, 'files'>): void {
  for (const { path, bytes, chunks } of files) {
    if (chunks && chunks.sha256.length !== Math.ceil(bytes / chunks.bytes)) {
      throw badReference(path, `has ${chunks.sha256.length} hashes of chunks, which do not make up its bytes`)
    }
  }
}

function badReference(path: string, what: string): BundleError {
  return new BundleError({
    code: 'bad-manifest',
    message: `manifest.json: files: ${path} ${what}.`,
    action: 'Build the bundle again.',
    subject: `manifest.json: files: ${path}`,
  })
}
