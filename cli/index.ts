/**
 * What programs in Node can import as `videmo-web/node`: building a bundle from a checkpoint, comparing it with PyTorch's
 * numbers, exporting it, serving the page, and reading recordings. Every failure is a {@link VidemoError}: a `code` for
 * programs, a `message` that says what happened, and an `action` that says what to do next.
 *
 * @module videmo-web/node
 */
export {
  BuildError,
  BundleError,
  CaptureError,
  CheckpointError,
  ConfigError,
  EngineError,
  type ErrorDetails,
  VidemoError,
} from '../src/base/errors.ts'
export type { Exporter } from '../src/reading/exporters/exporter.ts'
export { type ExportedFile, exporters, exportRecording } from '../src/reading/exporters/index.ts'
export { parseRecording, type RecordingFile, type RecordingReading } from '../src/reading/recording.ts'
export { type BuildProgress, type BuildReport, type BuildRequest, build, type WeightError } from './build.ts'
export { parity } from './parity/parity.ts'
export type {
  Closeness,
  Comparison,
  ExecutionProvider,
  ParityOptions,
  ParityReport,
  PixelCloseness,
  RecipeReport,
  TokenMatch,
} from './parity/report.ts'
export { type PageServer, type PageServerOptions, startPageServer } from './serve/page-server.ts'
export { zipBundle } from './zip-bundle.ts'
