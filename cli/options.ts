/** A wrong word on the command line; citty's own errors carry the same name. */
export class CLIError extends Error {
  override readonly name = 'CLIError'
}

/** The person pressed Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** The value as one of the allowed words. Throws CLIError. */
export function oneOf<const T extends readonly string[]>(option: string, value: string, allowed: T): T[number] {
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw new CLIError(`${option} ${value}: choose one of ${allowed.join(', ')}.`)
  return found
}

/** The value as one of the allowed numbers, or undefined when it was not given. Throws CLIError. */
export function bitsOption<const T extends readonly number[]>(
  option: string,
  value: string | undefined,
  allowed: T,
): T[number] | undefined {
  if (value === undefined) return undefined
  const found = allowed.find((each) => String(each) === value)
  if (found === undefined) throw new CLIError(`${option} ${value}: choose one of ${allowed.join(', ')}.`)
  return found
}

/** A whole number of at least `least`, or undefined. Throws CLIError. */
export function countOption(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined
  const count = Number(value)
  if (!Number.isSafeInteger(count) || count < least) {
    throw new CLIError(`${option} ${value}: give a whole number of at least ${least}.`)
  }
  return count
}

const steps = { 'a number': undefined, 'a whole number': 1, 'an even number': 2 } as const
type NumberKind = keyof typeof steps

interface Range {
  readonly min: number
  readonly max: number
}

/** The value as a number within a range, or undefined when it was not given. Throws CLIError. */
export function ifGiven(
  option: string,
  value: string | undefined,
  range: Range,
  kind?: NumberKind,
): number | undefined {
  return value === undefined ? undefined : numberOption(option, value, range, kind)
}

/** The value as a number within a range. Throws CLIError. */
export function numberOption(
  option: string,
  value: string,
  { min, max }: Range,
  kind: NumberKind = 'a number',
): number {
  const number = Number(value)
  const step = steps[kind]
  const isRight = step === undefined ? Number.isFinite(number) : Number.isSafeInteger(number / step)
  if (value.trim() !== '' && isRight && number >= min && number <= max) return number
  const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`
  throw new CLIError(`${option} ${value}: give ${kind} ${range}.`)
}
