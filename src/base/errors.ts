/**
 * Every failure that a person can meet has a code for programs, a sentence that tells what happened, and a sentence that
 * tells what to do next. `subject` names the file, tensor or field at fault.
 */
export interface ErrorDetails {
  readonly code: string
  readonly message: string
  readonly action: string
  readonly subject?: string
  readonly recoverable?: boolean
  readonly cause?: unknown
}

/** An error as plain data, for crossing a worker boundary. */
export interface WireError {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly action: string
  readonly subject?: string
  readonly recoverable: boolean
  readonly cause?: WireError | string
}

/** What this project throws: an Error that also says what to do. Its subclasses say which part of the work failed. */
export class VidemoError extends Error {
  readonly code: string
  readonly action: string
  readonly subject: string | undefined
  readonly recoverable: boolean

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code
    this.action = details.action
    this.subject = details.subject
    this.recoverable = details.recoverable ?? false
  }
}

/** A config file lacks a field, or holds one this code cannot honor. */
export class ConfigError extends VidemoError {
  override readonly name = 'ConfigError'
}
/** A checkpoint's files are damaged, missing, or of another architecture. */
export class CheckpointError extends VidemoError {
  override readonly name = 'CheckpointError'
}
/** The builder could not write a bundle, or was asked for something it cannot make. */
export class BuildError extends VidemoError {
  override readonly name = 'BuildError'
}
/** A bundle's manifest or files are not what they should be. */
export class BundleError extends VidemoError {
  override readonly name = 'BundleError'
}
/** The device or the runtime failed, or was given something it cannot run. */
export class EngineError extends VidemoError {
  override readonly name = 'EngineError'
}
/** A camera, file or screen gave no usable frames. */
export class CaptureError extends VidemoError {
  override readonly name = 'CaptureError'
}
/** Faces could not be looked for, or no longer followed. It never ends a reading of the whole picture. */
export class FaceError extends VidemoError {
  override readonly name = 'FaceError'
}

const classes = {
  ...{ VidemoError, ConfigError, CheckpointError, BuildError, BundleError, EngineError, CaptureError },
  FaceError,
}

function isKnown(name: string): name is keyof typeof classes {
  return Object.hasOwn(classes, name)
}

/** Turns anything thrown into plain data; foreign errors become `unexpected`. */
export function toWire(error: unknown): WireError {
  if (error instanceof VidemoError) {
    return {
      name: error.name,
      code: error.code,
      message: error.message,
      action: error.action,
      ...(error.subject === undefined ? {} : { subject: error.subject }),
      recoverable: error.recoverable,
      ...(error.cause === undefined ? {} : { cause: causeOf(error.cause) }),
    }
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {
    name: 'VidemoError',
    code: 'unexpected',
    message,
    action: 'Reload the page; if it happens again, report it with this message.',
    recoverable: false,
  }
}

function causeOf(cause: unknown): WireError | string {
  if (cause instanceof VidemoError) return toWire(cause)
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}

/** The inverse of `toWire`: the same class, code, action and subject. */
export function fromWire(wire: WireError): VidemoError {
  const details: ErrorDetails = {
    ...wire,
    cause: typeof wire.cause === 'object' ? fromWire(wire.cause) : wire.cause,
  }
  return isKnown(wire.name) ? new classes[wire.name](details) : new VidemoError(details)
}

/** Whatever was thrown, as an error of this project's; a foreign one has the code `unexpected`. */
export function asVidemoError(error: unknown): VidemoError {
  return fromWire(toWire(error))
}
