/**
 * How versions of transformers name the same parts of a checkpoint. A new spelling of tensors or of the image
 * processor's file is one more line here; new names of fields in config.json belong to `qwen25vl/config.ts`.
 */

/** Prefixes of tensor names, and the canonical ones that replace them: those of the published checkpoints. */
const tensorPrefixes: readonly (readonly [saved: string, canonical: string])[] = [
  // transformers 4.52 and later nest both networks under `model`.
  ['model.visual.', 'visual.'],
  ['model.language_model.', 'model.'],
]

/** The name by which the rest of the program knows a tensor: `visual.*`, `model.*` or `lm_head.weight`. */
export function canonicalName(name: string): string {
  const prefix = tensorPrefixes.find(([saved]) => name.startsWith(saved))
  return prefix === undefined ? name : prefix[1] + name.slice(prefix[0].length)
}

/** A file that may hold the image processor's settings. */
export interface ImageProcessorFile {
  readonly file: string
  /** Fields of the file, the first present of which holds the settings. Default: the file itself does. */
  readonly sections?: readonly string[]
}

/** The first of these files that a checkpoint has counts. */
export const imageProcessorFiles: readonly ImageProcessorFile[] = [
  { file: 'preprocessor_config.json' },
  // transformers 5 and later; older versions write this file without either field.
  { file: 'processor_config.json', sections: ['image_processor', 'video_processor'] },
  { file: 'video_preprocessor_config.json' },
]
