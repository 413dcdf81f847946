/**
 * Qwen2.5-VL for video, as data and math: a checkpoint's configuration, frames to patches, prompts to token ids, and the
 * position of each token. Pure; runs in a page, a worker or Node.
 */
export { ChatTemplate, defaultSystemPrompt, type FirstTurn } from './chat.ts'
export type {
  GenerationConfig,
  PreprocessorConfig,
  Qwen25VLConfig,
  TextConfig,
  TokenIds,
  VisionConfig,
} from './config.ts'
export { type PublishedConfigFiles, publishedConfigFiles } from './config-files.ts'
export { type ConfigFiles, parseConfig, refuseOtherArchitecture } from './config-schema.ts'
export { endTokenIds } from './end-tokens.ts'
export { type Grid, gridOf, tokensPerTemporalPatch, videoTokens } from './grid.ts'
export { PatchCutter, type RgbFrame } from './patches.ts'
export {
  type PositionCursor,
  type PositionStep,
  type SequenceWithVideos,
  sequencePositions,
  sequenceStart,
  textPositions,
  textRotary,
  type VideoTiming,
  videoPositions,
} from './positions.ts'
export { BicubicResizer, type FrameRegion } from './resize.ts'
export type { RotaryTable } from './rotary.ts'
export { roundHalfEven } from './rounding.ts'
export { frameCount, type SampledFrame, type SamplingOptions, sampleFrames, sampleTimes } from './sampling.ts'
export { type FrameSize, largestSquare, type PixelBudget, smartResize, videoBudget } from './smart-resize.ts'
export {
  type DecodeOptions,
  loadTokenizer,
  type Tokenizer,
  type TokenizerFiles,
  type TokenStream,
} from './tokenizer.ts'
export { type VideoPatches, videoPatches } from './video-patches.ts'
export { type SpatialGrid, visionRotary, windowCells, windowIds, windowMask } from './vision-positions.ts'
