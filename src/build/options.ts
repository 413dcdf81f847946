import type { Dtype, Manifest, ManifestFile } from '../manifest/manifest.ts'
import type { LayoutName } from './layouts/layouts.ts'
import type { Hash } from './output/hashed-file.ts'
import type { LargestFile } from './output/largest-file.ts'
import type { WeightError } from './precision/quantization-error.ts'
import type { QuantizerBackend } from './precision/quantize.ts'
import type { BuildProgress } from './progress.ts'

export interface BuildOptions {
  readonly dtype: Dtype
  /** Bits of the token table and the language model's head. Default: the dtype's. */
  readonly embedBits?: 4 | 8
  /** Bits of the vision tower's matrices. Default: the dtype's. */
  readonly visionBits?: 4 | 8 | 16
  /** Stores a zero point per block of the linear layers: a little more accurate, 3 % larger. Default: false. */
  readonly zeroPoints?: boolean
  /** Size limit of a data file, which only a tensor that is larger by itself exceeds. Default: `defaultShardBytes`. */
  readonly shardBytes?: number
  /** Default: `bundle`. */
  readonly layout?: LayoutName
  /**
   * Stores quantized weights as the float32 values that they decode to, and computes in float32: the reference that a
   * quantized bundle is compared with. Default: false.
   */
  readonly dequantized?: boolean
  /** Origin and revision for the manifest. Default: `files.origin` and no revision. */
  readonly source?: { readonly origin?: string; readonly revision?: string }
  /** Default: what the checkpoint states, or a link to its origin. */
  readonly license?: Manifest['license']
  /** What the model was trained to read, for the manifest. */
  readonly reads?: Manifest['reads']
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BuildProgress) => void
  /** Called before the first byte is written; refuses the build by throwing. */
  readonly onPlan?: (plan: BuildPlan) => void | Promise<void>
  /** Called once, before the first weight, by builds into a resumable sink. */
  readonly onEarlierBuild?: (earlier: EarlierBuild) => void
  /** Where blocks of rows are quantized. Default: in the calling thread. */
  readonly quantizer?: QuantizerBackend
  /** A platform's own SHA-256, faster than the default one in WebAssembly. Resumable sinks do not use it. */
  readonly createHash?: () => Hash
}

/** What a build will read and write, known from the checkpoint's small files and headers. */
export interface BuildPlan {
  readonly parameters: number
  /** How many tensors of the checkpoint are read. */
  readonly tensors: number
  /** Bytes of weights to be read. */
  readonly sourceBytes: number
  /** Bytes of the bundle, exact except for report and manifest, which take a few hundred kilobytes. */
  readonly resultBytes: number
  readonly largestFile: LargestFile
  /** Present where the largest file exceeds `shardBytes`: why, and where it cannot be served. */
  readonly oversize?: string
  readonly license: Manifest['license']
}

/** What a resumable sink held of an earlier build of the same source and options. */
export type EarlierBuild =
  | { readonly kind: 'none' }
  | { readonly kind: 'resumed'; readonly doneBytes: number; readonly weights: number }
  /** It was thrown away: checkpoint or program have changed since, or its files were damaged. */
  | { readonly kind: 'discarded'; readonly reason: 'changed' | 'damaged' }

export interface BuildResult {
  /** Undefined in the layout of transformers.js, which has no manifest. */
  readonly manifest: Manifest | undefined
  readonly errors: readonly WeightError[]
  readonly files: readonly ManifestFile[]
  readonly largestFile: LargestFile
  /** Present where the largest file exceeds `shardBytes`: why, and where it cannot be served. */
  readonly oversize?: string
  /** The checkpoint's weights files. */
  readonly weightFiles: readonly { readonly name: string; readonly size: number }[]
}

export const defaultShardBytes = 512 * 2 ** 20
