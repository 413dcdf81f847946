import { CheckpointError, EngineError } from '../../base/errors.ts'

/** The folder has no config.json that can be read, or none of the graphs that transformers.js would look for. */
export function notTransformersJs(folder: string, lacks: string, cause?: unknown): CheckpointError {
  return new CheckpointError({
    code: 'not-transformers-js',
    message: `${folder} is not a model in the layout of transformers.js: ${lacks}.`,
    action: 'Give the address of the folder that holds config.json, tokenizer.json and onnx/.',
    subject: folder,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** A model in the right layout that cannot be asked about several frames. */
export function unsupportedModel(what: string, why: string, cause?: unknown): CheckpointError {
  return new CheckpointError({
    code: 'unsupported-model',
    message: `${what} cannot be read with: ${why}.`,
    action:
      'Choose a model that answers in text about several images, such as Qwen2.5-VL, SmolVLM, Gemma 3 or LFM2-VL.',
    subject: what,
    ...(cause === undefined ? {} : { cause }),
  })
}

export function unreachable(url: string, why: string, cause?: unknown): CheckpointError {
  return new CheckpointError({
    code: 'unreachable',
    message: `${url} could not be fetched: ${why}.`,
    action: 'Check the address and the connection, and that the server allows this page to fetch from it.',
    subject: url,
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** transformers.js asked for an address outside of the model's folder. */
export function outsideFolder(url: string): EngineError {
  return new EngineError({
    code: 'outside-folder',
    message: `transformers.js asked for ${url}, which is not in the model’s folder.`,
    action: 'Report this with the address of the model.',
    subject: url,
  })
}

export function sessionFailed(name: string, cause: unknown): EngineError {
  return new EngineError({
    code: 'session-failed',
    message: `ONNX Runtime could not start ${name}: ${wordsOf(cause)}`,
    action: 'Choose weights of fewer bits, or a smaller model; close other pages that use the GPU.',
    cause,
  })
}

export function generateFailed(name: string, cause: unknown): EngineError {
  return new EngineError({
    code: 'generate-failed',
    message: `${name} failed while it answered: ${wordsOf(cause)}`,
    action: 'Load the model again, with fewer or smaller frames.',
    recoverable: true,
    cause,
  })
}

/** @param tokens of the question with its frames */
export function contextFull(tokens: number, contextLength: number): EngineError {
  return new EngineError({
    code: 'context-full',
    message: `The question has ${tokens} tokens with its frames, and the model takes ${contextLength}.`,
    action: 'Choose fewer frames a window, or smaller ones.',
    recoverable: true,
  })
}

export function noModel(): EngineError {
  return new EngineError({
    code: 'no-model',
    message: 'No model is loaded.',
    action: 'Load one, and wait until it is there.',
    recoverable: true,
  })
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
