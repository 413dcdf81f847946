import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { ReadAheadFiles } from '../src/build/checkpoint/read-ahead.ts'
import { addCheck } from './add-check.ts'
import { buildToFolder } from './build-to-folder.ts'
import { openCheckpointSource } from './checkpoint-source.ts'

const manifestPath = 'manifest.json'

/** How far a build has come. */
export interface BuildProgress {
  /** Bytes of the checkpoint worked through, and in all. */
  readonly doneBytes: number
  readonly totalBytes: number
  /** The weight in hand. */
  readonly weight: string
}

/** What block quantization cost one weight. Ratios of signal to noise, dB; null for exact. */
export interface WeightError {
  readonly weight: string
  readonly bits: number
  /** Number of values. */
  readonly values: number
  readonly snr: number | null
  /** The same with each block's scale taken from its largest value alone. */
  readonly plainSnr: number | null
  readonly worstBlock: { readonly row: number; readonly block: number; readonly snr: number | null }
}

/** What `build` is asked for. */
export interface BuildRequest {
  /** Folder of the checkpoint, or one above it; `OWNER/NAME` on the hub; or its address. A folder that exists wins. */
  readonly checkpoint: string
  /** Folder to write; made where it is not there. */
  readonly out: string
  /**
   * How weights are stored and computed with; default: `q4f16`. `q4f16`: 4 bits, float16 arithmetic, which needs the
   * `shader-f16` feature. `q4`: 4 bits, float32. `q8`: 8 bits, float32. `fp16` and `fp32`: not quantized.
   */
  readonly dtype?: 'q4f16' | 'q4' | 'q8' | 'fp16' | 'fp32'
  /** `bundle`, which the page loads (default), or the files and names that transformers.js loads. */
  readonly layout?: 'bundle' | 'transformers.js'
  /** Bits of the token table and the head; default: the dtype's own. */
  readonly embedBits?: 4 | 8
  /** Bits of the vision tower's matrices; default: the dtype's own. */
  readonly visionBits?: 4 | 8 | 16
  /** Stores a zero point per block of 32 weights: a little more accurate, 3 % larger. Default: false. */
  readonly zeroPoints?: boolean
  /** Largest data file, bytes, but for a single tensor that is larger; default: 512 MiB. */
  readonly shardBytes?: number
  /** What the model was trained to read, for the manifest. */
  readonly reads?: 'faces' | 'drawn-faces'
  /** The checkpoint's revision, for the manifest. */
  readonly revision?: string
  /**
   * Runs the finished bundle on the processor and puts the logits of a fixed input into its manifest, by which a device is
   * checked before it reads. Holds the whole network in memory. Default: true.
   */
  readonly check?: boolean
  /** Ends the build; what was written is removed. */
  readonly signal?: AbortSignal
  /** Told as weights are worked through. */
  readonly onProgress?: (progress: BuildProgress) => void
  /** Told how long a server asks to be left alone, and with `undefined` when that is over. */
  readonly onServerWait?: (wait: { readonly ms: number } | undefined) => void
}

/** What `build` has written. */
export interface BuildReport {
  /** The folder. */
  readonly out: string
  /** Of all files. */
  readonly bytes: number
  /** Paths relative to the folder, `sha256` in hexadecimal; but for the manifest, which says the same. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
  /** It decides which hosts take the bundle. `tensor` names the one that is larger than `shardBytes`. */
  readonly largestFile: { readonly path: string; readonly bytes: number; readonly tensor?: string }
  /** What quantization cost each weight, in decibels; empty where nothing was quantized. */
  readonly weights: readonly WeightError[]
  /** Steps of the check that was put into the manifest, with their numbers of tokens; empty without one. */
  readonly check: readonly string[]
}

/**
 * Builds a bundle from a Qwen2.5-VL checkpoint (safetensors), as `videmo build` does: weights are read in blocks of rows
 * and quantized in one thread per core, so that memory does not grow with the model. The manifest is written last; a
 * folder without one is no bundle.
 *
 * @throws CheckpointError for a checkpoint that is missing, damaged or of another architecture (`no-checkpoint`,
 *   `bad-address`, `several-checkpoints` ...); ConfigError for a configuration that cannot be honored; BuildError for what
 *   cannot be written or made (`not-finite` ...); the signal's reason after an abort
 */
export async function build(request: BuildRequest): Promise<BuildReport> {
  const { checkpoint, out, dtype = 'q4f16', check = true, revision, onServerWait, ...options } = request
  const source = await openCheckpointSource(checkpoint, (wait) => onServerWait?.(wait))
  const files = source instanceof HttpFiles ? new ReadAheadFiles(source) : source
  try {
    const from = revision === undefined ? {} : { source: { revision } }
    const result = await buildToFolder(files, out, { ...options, ...from, dtype })
    return {
      out,
      bytes: result.files.reduce((sum, { bytes }) => sum + bytes, 0),
      files: result.files.flatMap(({ path, bytes, sha256 }) =>
        path === manifestPath ? [] : [{ path, bytes, sha256 }],
      ),
      largestFile: result.largestFile,
      weights: result.errors,
      check: check && result.manifest ? await addCheck(out) : [],
    }
  } finally {
    await files.close()
  }
}
