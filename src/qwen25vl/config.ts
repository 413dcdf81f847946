/** The language model's shape, as `config.json` gives it. */
export interface TextConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  /** hiddenSize / heads unless the file names it. */
  readonly headDim: number
  readonly rmsNormEps: number
  readonly ropeTheta: number
  /** Rotary frequencies per axis (t, h, w); sums to headDim / 2. */
  readonly mropeSection: readonly [number, number, number]
  readonly maxPositionEmbeddings: number
  readonly tieWordEmbeddings: boolean
}

/** The vision tower's shape. */
export interface VisionConfig {
  readonly depth: number
  readonly hiddenSize: number
  readonly heads: number
  readonly headDim: number
  readonly intermediateSize: number
  /** Width of the merged features; equals the language model's hidden size. */
  readonly outHiddenSize: number
  readonly inChannels: number
  readonly patchSize: number
  readonly temporalPatchSize: number
  readonly spatialMergeSize: number
  /** Window edge in pixels. */
  readonly windowSize: number
  /** Blocks that attend over the whole temporal patch; all others attend within windows. */
  readonly fullAttentionBlocks: readonly number[]
  readonly tokensPerSecond: number
  readonly rmsNormEps: number
}

/** Token ids named by the config. */
export interface TokenIds {
  readonly imagePad: number
  readonly videoPad: number
  readonly visionStart: number
  readonly visionEnd: number
}

export interface GenerationConfig {
  /** As the files name them, perhaps none; `endTokenIds` knows what else ends an answer. */
  readonly eosTokenIds: readonly number[]
  readonly padTokenId: number | undefined
  readonly doSample: boolean
  /** Above 0. */
  readonly temperature: number
  /** Above 0; 1 is off. */
  readonly topP: number
  /** 0 is off. */
  readonly topK: number
  readonly repetitionPenalty: number
}

export interface PreprocessorConfig {
  readonly imageMean: readonly [number, number, number]
  readonly imageStd: readonly [number, number, number]
  /** Pixel budget of a video frame, after resizing. */
  readonly videoMinPixels: number
  readonly videoMaxPixels: number
  /** Frames taken per second of video, and of a clip at least and at most: see `SamplingOptions`. */
  readonly videoFps: number
  readonly videoMinFrames: number
  readonly videoMaxFrames: number
}

export interface Qwen25VLConfig {
  readonly text: TextConfig
  readonly vision: VisionConfig
  readonly tokens: TokenIds
  readonly generation: GenerationConfig
  readonly preprocessor: PreprocessorConfig
}
