import type { BuildRequest } from '../build.ts'

/**
 * Where a reference case runs. `cpu`: onnxruntime-node. `chromium`: WebGPU in headless Chromium. `dawn`: WebGPU in Node.
 * The latter two run only in the project's repository.
 */
export type ExecutionProvider = 'cpu' | 'chromium' | 'dawn'
export const executionProviders: readonly ExecutionProvider[] = ['cpu', 'chromium', 'dawn']

/** What `parity` is asked for. */
export interface ParityOptions {
  /** Folder of a Qwen2.5-VL checkpoint. */
  readonly checkpoint: string
  /** Folder of a reference case, made by `fixtures/make_reference.py` with the same checkpoint. */
  readonly case: string
  /** How the bundle stores weights and computes; see `BuildRequest.dtype`. */
  readonly dtype: NonNullable<BuildRequest['dtype']>
  readonly ep: ExecutionProvider
  /** How else the bundle is built. */
  readonly build?: Pick<BuildRequest, 'embedBits' | 'visionBits' | 'zeroPoints' | 'shardBytes'>
  /** Fails if a node of a graph is not placed on the GPU. Default: false. */
  readonly forbidCpuFallback?: boolean
  /** Leaves out the answers under a repetition penalty and those to growing windows. Default: false. */
  readonly turnsOnly?: boolean
}

/** How floats compare with the reference's, over the entries where the reference is finite. */
export interface Closeness {
  /** Largest absolute difference. */
  readonly maxAbs: number
  /** Cosine of the angle between both, seen as vectors. */
  readonly cosine: number
  /** Values of ours that are NaN or infinite. */
  readonly notFinite: number
}

/** How greedily chosen tokens compare with the reference's. */
export interface TokenMatch {
  /** Steps before the first difference. */
  readonly matched: number
  /** Steps in all. */
  readonly of: number
  /** The step that differs, where the reference itself was nearly undecided; else null. */
  readonly nearTieAt: number | null
}

/** How pixels compare with the reference's, in gray levels of 0 to 255. */
export interface PixelCloseness {
  /** Share of values that fall on the same gray level, 0 to 1. */
  readonly equalShare: number
  /** Largest difference in gray levels. */
  readonly maxLevels: number
}

/** How the numbers that lead up to the network, and that no dtype changes, compare with PyTorch's. */
export interface RecipeReport {
  readonly pixelValues: PixelCloseness
  readonly inputIds: 'equal' | 'different'
  readonly positionIds: 'equal' | 'different'
}

/** How one engine's numbers compare with another's. */
export interface Comparison {
  readonly videoFeatures: Closeness
  /** Logits of the first token of each turn. */
  readonly firstLogits: readonly Closeness[]
  /** The answer of each turn. */
  readonly turns: readonly TokenMatch[]
  /** Answers about the first few temporal patches of the video. */
  readonly growing: readonly (TokenMatch & { readonly temporalPatches: number })[]
  /** Answers under a repetition penalty, where the case has them. */
  readonly penalized: readonly TokenMatch[]
}

/**
 * What `parity` found. `ok` says whether all of it is within tolerance. Bundles in float are compared with PyTorch's
 * numbers (`golden`); quantized ones with the same weights decoded and computed in float32, and with PyTorch's beside it.
 */
export type ParityReport = {
  /** The case's name. */
  readonly case: string
  readonly ep: ExecutionProvider
  /** What computed, in words. */
  readonly adapter: string
  readonly dtype: ParityOptions['dtype']
  readonly ok: boolean
} & RecipeReport &
  (
    | ({ readonly against: 'golden' } & Comparison)
    | {
        readonly against: 'dequantized and golden'
        readonly dequantized: Comparison
        readonly golden: Comparison & RecipeReport
      }
  )
